import { lookup as resolve } from 'node:dns/promises';
import { admitHost, deviceNetworks } from '../../gateway/domain/device-networks.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import { type CameraFault, cameraFault } from './camera-fault.ts';

/** The device networks, as this adapter asks for them. */
export interface CameraNetworks {
  /** The address to connect to, inside the networks; a name is resolved first, and the address is what counts. */
  admit(hostname: string): Promise<Result<string, CameraFault>>;
}

/** `cidrs` such as `10.0.0.0/8`. Throws on a text that is none: configuration was checked before. */
export function createCameraNetworks(cidrs: readonly string[]): CameraNetworks {
  const networks = deviceNetworks(cidrs);
  return {
    admit: async (hostname) => {
      const admitted = await admitHost(hostname, networks, addressesOf);
      if (admitted === undefined) return failed(cameraFault('offline', `no address for ${hostname}`));
      if (admitted !== 'outside') return ok(admitted.address);
      return failed(cameraFault('refused-address', `${hostname} is outside the device networks`));
    },
  };
}

async function addressesOf(name: string): Promise<readonly string[]> {
  const found = await resolve(name, { all: true, verbatim: true }).catch(() => []); // a name without an address
  return found.map(({ address }) => address);
}

const NOWHERE = 'http://camera.invalid';
/** WS-Addressing's word for "whoever asks": no address at all. */
const ANONYMOUS = /^https?:\/\/(?:www\.w3\.org|schemas\.xmlsoap\.org)\/.*\/anonymous$/i;
/** Scheme, login, host and port: never believed, so that a host which is none (`http://:80/…`) does no harm. */
const BEFORE_PATH = /^(?:[a-z][a-z0-9+.-]{0,20}:)?\/\/[^/?#]*/i;

/**
 * Path and query of a URL that a camera gave: all that is believed of it (the host rule), since a camera behind
 * address translation names a host of its own, and a hostile one names somebody else's. Undefined where there is none.
 */
export function pathOf(given: string | undefined): string | undefined {
  const text = given?.trim() ?? '';
  if (text === '' || ANONYMOUS.test(text)) return undefined;
  const rest = text.replace(BEFORE_PATH, '');
  if (rest === '' && !URL.canParse(text)) return undefined;
  const path = `/${rest.replace(/^\/+/, '')}`;
  if (!URL.canParse(path, NOWHERE)) return undefined;
  const { pathname, search } = new URL(path, NOWHERE);
  return `${pathname}${search}`;
}

const RTSP_PORT = 554;

/**
 * The camera's stream URL on the host that the operator entered. Its port is believed where it is RTSP's own, the
 * entered one, or listed for this device by a tag `port:8554`. With a tag `tunnel:80` it comes through HTTP at that port.
 */
export function streamUrl(given: string, entered: URL, tags: readonly string[]): Result<string, CameraFault> {
  if (!/^rtsps?:\/\//i.test(given) || !URL.canParse(given)) {
    return failed(cameraFault('bad-answer', 'the stream address is not rtsp://'));
  }
  const { protocol, port, pathname, search } = new URL(given);
  const tunnel = tags.find((tag) => /^tunnel:\d{1,5}$/.test(tag))?.slice('tunnel:'.length);
  if (tunnel !== undefined) return ok(`http://${entered.hostname}:${tunnel}${pathname}${search}`);
  const listed = tags.flatMap((tag) => (tag.startsWith('port:') ? [tag.slice('port:'.length)] : []));
  const believed = ['', String(RTSP_PORT), entered.port, ...listed];
  if (!believed.includes(port)) {
    return failed(cameraFault('refused-address', `stream port ${port} is not listed: add the tag port:${port}`));
  }
  return ok(`${protocol}//${entered.hostname}:${port === '' ? RTSP_PORT : port}${pathname}${search}`);
}
