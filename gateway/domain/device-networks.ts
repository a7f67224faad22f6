import { BlockList, isIP } from 'node:net';

/**
 * Where the gateway may call devices. An address comes from people and from other devices; without this rule it would
 * let anybody who may enter a camera reach the gateway's own services.
 */
export type DeviceNetworks = Readonly<{ allows: (address: string) => boolean }>;

/** `blocks` are CIDR such as `10.0.0.0/8`, IPv4 or IPv6. Throws on a text that is none: the settings were checked. */
export function deviceNetworks(blocks: readonly string[]): DeviceNetworks {
  const list = new BlockList();
  for (const block of blocks) {
    const [net = '', bits = ''] = block.split('/');
    const family = isIP(net);
    if (family === 0 || !/^\d{1,3}$/.test(bits)) throw new Error(`not a network such as 10.0.0.0/8: ${block}`);
    list.addSubnet(net, Number(bits), family === 6 ? 'ipv6' : 'ipv4');
  }
  return {
    allows: (address) => {
      const plain = unmapped(address);
      return list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
    },
  };
}

/** `::ffff:10.0.0.1` is 10.0.0.1, and is judged as that. */
const unmapped = (address: string): string => address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');

/** Addresses of a host name or a literal address, brackets of IPv6 taken off. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/**
 * The very address to connect to: a name is resolved once, here, so that no second answer can slip past the rule.
 * `undefined`: it has no address; `outside`: none of them lies in the networks.
 */
export async function admitHost(
  host: string,
  networks: DeviceNetworks,
  resolve: Resolve,
): Promise<Readonly<{ address: string }> | 'outside' | undefined> {
  const bare = host.replace(/^\[|\]$/g, '');
  const found = isIP(bare) === 0 ? await resolve(bare) : [bare];
  if (found.length === 0) return undefined;
  const allowed = found.find(networks.allows);
  return allowed === undefined ? 'outside' : { address: unmapped(allowed) };
}
