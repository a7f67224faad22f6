import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { failed, ok, type Result } from '../gateway/domain/result.ts';
import { fault, type StreamFault } from './fault.ts';

/**
 * Where the plane may connect to. A camera's address comes from people and from other devices; without this rule it
 * would let anybody who may enter a camera reach the gateway's own services.
 */
export type DeviceNetworks = Readonly<{ allows: (address: string) => boolean }>;

/** Throws for a text that is no CIDR block: the settings were checked before they came here. */
export function deviceNetworks(blocks: readonly string[]): DeviceNetworks {
  const list = new BlockList();
  for (const block of blocks) {
    const [net = '', bits = ''] = block.split('/');
    const family = isIP(net);
    if (family === 0 || !/^\d{1,3}$/.test(bits)) throw new Error(`not a network such as 10.0.0.0/8: ${block}`);
    list.addSubnet(net, Number(bits), family === 6 ? 'ipv6' : 'ipv4');
  }
  return { allows: (address) => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4') };
}

/** The very address to connect to: a name is resolved once, here, so that no second answer can slip past the rule. */
export async function resolveAddress(host: string, networks: DeviceNetworks): Promise<Result<string, StreamFault>> {
  const found = isIP(host) === 0 ? await lookupAll(host) : [host];
  if (found.length === 0) return failed(fault('unresolvable', 'the name of the camera is not known to the DNS'));
  const allowed = found.find((address) => networks.allows(address));
  if (allowed !== undefined) return ok(allowed);
  return failed(fault('outside-networks', 'the camera lies outside the device networks (FENGSUI_DEVICE_NETWORKS)'));
}

async function lookupAll(host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    return []; // not known, or no resolver: to the caller both are a name without an address
  }
}
