import { lookup as resolve } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import { type CameraFault, cameraFault } from './camera-fault.ts';

/** Where the gateway may call devices. */
export interface DeviceNetworks {
  /** The address to connect to, inside the networks; a name is resolved first, and the address is what counts. */
  admit(hostname: string): Promise<Result<string, CameraFault>>;
}

/** `cidrs` such as `10.0.0.0/8`, IPv4 or IPv6. Throws on a text that is none: configuration was checked before. */
export function createDeviceNetworks(cidrs: readonly string[]): DeviceNetworks {
  const allowed = new BlockList();
  for (const cidr of cidrs) {
    const [network = '', bits = ''] = cidr.split('/');
    allowed.addSubnet(network, Number(bits), isIP(network) === 6 ? 'ipv6' : 'ipv4');
  }
  const admits = (address: string) => allowed.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return {
    admit: async (hostname) => {
      const bare = hostname.replace(/^\[|\]$/g, '');
      const addresses = isIP(bare) === 0 ? await addressesOf(bare) : [bare];
      if (addresses.length === 0) return failed(cameraFault('offline', `no address for ${bare}`));
      const first = addresses.map(unmapped).find(admits);
      if (first === undefined) return failed(cameraFault('refused-address', `${bare} is outside the device networks`));
      return ok(first);
    },
  };
}

async function addressesOf(name: string): Promise<readonly string[]> {
  const found = await resolve(name, { all: true, verbatim: true }).catch(() => []); // a name without an address
  return found.map(({ address }) => address);
}

/** `::ffff:10.0.0.1` is 10.0.0.1, and is judged as that. */
const unmapped = (address: string): string => address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');

/**
 * Path and query of a URL that a camera gave: all that is believed of it (the host rule), since a camera behind
 * address translation names a host of its own, and a hostile one names somebody else's.
 */
export function pathOf(given: string | undefined): string | undefined {
  if (given === undefined || !URL.canParse(given, 'http://camera.invalid')) return undefined;
  const { pathname, search } = new URL(given, 'http://camera.invalid');
  return pathname.startsWith('/') ? `${pathname}${search}` : undefined;
}

const RTSP_PORT = 554;

/**
 * The camera's stream URL on the host that the operator entered. Its port is believed where it is RTSP's own, the
 * entered one, or listed for this device by a tag `port:8554`.
 */
export function streamUrl(given: string, entered: URL, tags: readonly string[]): Result<string, CameraFault> {
  if (!/^rtsps?:\/\//i.test(given) || !URL.canParse(given)) {
    return failed(cameraFault('bad-answer', 'the stream address is not rtsp://'));
  }
  const { protocol, port, pathname, search } = new URL(given);
  const listed = tags.flatMap((tag) => (tag.startsWith('port:') ? [tag.slice('port:'.length)] : []));
  const believed = ['', String(RTSP_PORT), entered.port, ...listed];
  if (!believed.includes(port)) {
    return failed(cameraFault('refused-address', `stream port ${port} is not listed: add the tag port:${port}`));
  }
  return ok(`${protocol}//${entered.hostname}:${port === '' ? RTSP_PORT : port}${pathname}${search}`);
}
