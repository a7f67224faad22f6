import type { Logger } from 'pino';
import type { Device } from '../../../gateway/domain/device.ts';
import type { Report } from '../../../gateway/domain/signal.ts';
import type { CameraNetworks } from '../../onvif/address.ts';
import { pause } from '../../onvif/pause.ts';
import type { VendorDesk } from '../../vendor/desk.ts';
import { fenceMapOf } from './fence-map.ts';
import { writeAsk } from './frame.ts';
import { SerialLine } from './line.ts';

export type PollTimes = Readonly<{ everyMs: number; withinMs: number }>;
export const POLL_TIMES: PollTimes = { everyMs: 1_000, withinMs: 1_000 };

export type PollPorts = Readonly<{ desk: VendorDesk; networks: CameraNetworks; times: PollTimes; log: Logger }>;

const FAMILY = 'fence-host';
/** Questions without an answer in a row after which a host is not there. */
const MISSED_MAX = 3;
/** Frames with a wrong sum in a row that are only asked for again: a serial line has noise. */
const NOISE_MAX = 3;
/** Then one is told of, and after that one in as many. */
const NOISE_TOLD_EVERY = 60;

/** Lines in use, by host and port: hosts on one line share it. Bounded by the devices of the registry. */
export class SerialLines {
  readonly #lines = new Map<string, { readonly line: SerialLine; users: number }>();

  take(host: string, port: number, withinMs: number): SerialLine {
    const known = this.#lines.get(`${host} ${port}`) ?? { line: new SerialLine(host, port, withinMs), users: 0 };
    known.users += 1;
    this.#lines.set(`${host} ${port}`, known);
    return known.line;
  }

  giveBack(host: string, port: number): void {
    const known = this.#lines.get(`${host} ${port}`);
    if (known === undefined) return;
    known.users -= 1;
    if (known.users > 0) return;
    known.line.close();
    this.#lines.delete(`${host} ${port}`);
  }
}

type Counts = { missed: number; noise: number };

/** Asks one fence host each second until `stop`. */
export async function pollFence(
  device: () => Device,
  lines: SerialLines,
  ports: PollPorts,
  stop: AbortSignal,
): Promise<void> {
  const url = URL.parse(device().connection?.url ?? '');
  const admitted = url === null ? undefined : await ports.networks.admit(url.hostname);
  if (url === null || url.port === '' || admitted?.ok !== true) {
    ports.log.warn(
      { device: device().id },
      'fence host not polled: connection.url is tcp://host:port inside the device networks',
    );
    return;
  }
  const [host, port] = [admitted.value, Number(url.port)];
  const line = lines.take(host, port, ports.times.withinMs);
  const counts: Counts = { missed: 0, noise: 0 };
  while (!stop.aborted) {
    const map = fenceMapOf(device());
    const answer = await line.ask(writeAsk(map));
    if (!stop.aborted) await take(device().id, answer, counts, ports);
    await pause(ports.times.everyMs, stop);
  }
  lines.giveBack(host, port);
}

async function take(
  device: string,
  answer: Buffer | undefined,
  counts: Counts,
  { desk, log }: PollPorts,
): Promise<void> {
  const reports = answer === undefined ? missed(device, counts) : heard(device, answer, counts, desk);
  try {
    await desk.keep(FAMILY, reports);
  } catch (error) {
    // the codec has forgotten this poll: the next one tells the same changes
    log.warn({ device, err: error }, 'the journal took no poll of a fence host: told by the next one');
  }
}

function missed(device: string, counts: Counts): readonly Report[] {
  counts.missed += 1;
  return counts.missed >= MISSED_MAX ? [{ kind: 'status', device, online: false }] : [];
}

function heard(device: string, payload: Buffer, counts: Counts, desk: VendorDesk): readonly Report[] {
  const { reports, faults } = desk.read(FAMILY, { topic: `${FAMILY}/${device}/poll`, payload, device });
  const isNoise = faults.some(({ reason }) => reason === 'bad-checksum' || reason === 'bad-length');
  counts.noise = isNoise ? counts.noise + 1 : 0;
  counts.missed = 0; // it answers, if badly
  if (isNoise) return counts.noise % NOISE_TOLD_EVERY === NOISE_MAX + 1 ? reports : [];
  return [{ kind: 'status', device, online: true }, ...reports];
}
