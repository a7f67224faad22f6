import { BlockList, isIPv4 } from 'node:net';
import type { FoundCamera } from '../../gateway/domain/camera.ts';
import { Pace } from './pace.ts';
import { envelope, readEnvelope } from './soap.ts';
import type { Transport } from './transport.ts';

/** Addresses of one scan: a /16. */
export const SCAN_MAX = 65_536;
const WAITING_MAX = 64;
const WITHIN_MS = 2_000;
const ANSWER_MAX_BYTES = 64 * 1024;
const PATH = '/onvif/device_service';
const SYSTEM_DATE = '<GetSystemDateAndTime xmlns="http://www.onvif.org/ver10/device/wsdl"/>';

export type ScanOptions = Readonly<{
  transport: Transport;
  /** CIDR, IPv4; what lies outside the device networks is refused by the transport, address by address. */
  ranges: readonly string[];
  ports: readonly number[];
  /** Addresses asked in a second: a scan must not look like an attack, nor be one. */
  perSecond: number;
  signal: AbortSignal;
  onAsked?: () => void;
}>;

/** Every address of the ranges once, at most `SCAN_MAX`. */
export function addressesIn(ranges: readonly string[]): readonly string[] {
  const taken = new BlockList();
  const found: string[] = [];
  for (const range of ranges) {
    const [net = '', bits = '32'] = range.split('/');
    if (!isIPv4(net)) continue;
    const size = 2 ** (32 - Number(bits));
    const first = Math.floor(numberOf(net) / size) * size;
    for (let at = first; at < first + size && found.length < SCAN_MAX; at += 1) {
      const address = textOf(at);
      if (!taken.check(address)) found.push(address);
    }
    taken.addSubnet(net, Number(bits));
  }
  return found;
}

const numberOf = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const textOf = (number: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');

/** Asks each address for its time, which every camera tells to anybody. */
export async function* scan(options: ScanOptions): AsyncGenerator<FoundCamera> {
  const pace = new Pace(options.perSecond);
  const waiting = new Set<Promise<FoundCamera | undefined>>();
  const settle = async function* (least: number): AsyncGenerator<FoundCamera> {
    while (waiting.size > least) {
      const done = await Promise.race([...waiting].map(async (one) => ({ one, found: await one })));
      waiting.delete(done.one);
      if (done.found !== undefined) yield done.found;
    }
  };
  for (const address of addressesIn(options.ranges)) {
    for (const port of options.ports) {
      if (options.signal.aborted) break;
      await pace.turn();
      waiting.add(look(options, address, port));
      yield* settle(WAITING_MAX);
    }
    options.onAsked?.();
  }
  yield* settle(0);
}

async function look(
  { transport, signal }: ScanOptions,
  address: string,
  port: number,
): Promise<FoundCamera | undefined> {
  const origin = new URL(`http://${address}:${port}${PATH}`);
  const answer = await transport.ask(() => ({
    origin,
    path: PATH,
    method: 'POST',
    headers: { 'Content-Type': 'application/soap+xml; charset=utf-8' },
    body: envelope([], SYSTEM_DATE),
    deadlineMs: WITHIN_MS,
    maxBytes: ANSWER_MAX_BYTES,
    signal,
  }));
  if (!answer.ok) return undefined;
  const read = readEnvelope(answer.value.body.toString('utf8'), answer.value.status);
  const isSoap = read.ok || (read.error.code !== undefined && !read.error.code.startsWith('http:'));
  return isSoap ? { address, url: origin.href, way: 'scan' } : undefined;
}
