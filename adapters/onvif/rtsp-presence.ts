import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Logger } from 'pino';
import type { Device, DeviceDirectory, DeviceId } from '../../gateway/domain/device.ts';
import type { Intake } from '../../gateway/domain/signal.ts';
import type { CameraNetworks } from './address.ts';
import { urlOf } from './link.ts';
import { Outbox } from './outbox.ts';
import type { Pace } from './pace.ts';
import { pause } from './pause.ts';
import { Presence } from './presence.ts';

/** How often a camera is asked, give or take a quarter, and how long it may take, in milliseconds. */
export type KnockTimes = Readonly<{ everyMs: number; withinMs: number }>;
export const KNOCK_TIMES: KnockTimes = { everyMs: 60_000, withinMs: 5_000 };

const RTSP_PORT = 554;
/** As much of an answer as is looked at. */
const STATUS_LINE = /^(?:RTSP|HTTP)\/\d\.\d \d{3}/;
const HTTP_PORT = 80;

export type RtspPresencePorts = Readonly<{
  directory: DeviceDirectory;
  intake: Intake;
  networks: CameraNetworks;
  pace: Pace;
  times: KnockTimes;
  log: Logger;
  now: () => number;
  random: () => number;
}>;

/**
 * Whether RTSP-only cameras are there: they say nothing by themselves, so each is asked for its OPTIONS now and then.
 * Any RTSP answer counts, a refused sign-in too; two silences in a row are a camera that is not there.
 */
export class RtspPresence {
  readonly #ports: RtspPresencePorts;
  readonly #watched = new Map<DeviceId, Readonly<{ stop: AbortController; done: Promise<void> }>>();

  constructor(ports: RtspPresencePorts) {
    this.#ports = ports;
  }

  /** Begins or ends watching one camera, as the directory has it now. */
  changed(id: DeviceId): void {
    const device = this.#ports.directory.find(id);
    const isWanted = device?.profile === 'rtsp' && device.enabled && device.connection !== undefined;
    const running = this.#watched.get(id);
    if (isWanted === (running !== undefined)) return;
    if (running === undefined) {
      const stop = new AbortController();
      this.#watched.set(id, { stop, done: this.#watch(id, stop.signal) });
    } else {
      running.stop.abort();
      this.#watched.delete(id);
    }
  }

  async stop(): Promise<void> {
    const running = [...this.#watched.values()];
    this.#watched.clear();
    for (const { stop } of running) stop.abort();
    await Promise.all(running.map(({ done }) => done));
  }

  async #watch(id: DeviceId, stop: AbortSignal): Promise<void> {
    const { directory, intake, pace, times, log, now, random } = this.#ports;
    const presence = new Presence(id, new Outbox(id, intake, log, stop), now);
    while (!stop.aborted) {
      await pace.turn();
      const device = directory.find(id);
      const isThere = device !== undefined && !stop.aborted && (await this.#answers(device));
      if (stop.aborted) return;
      await (isThere ? presence.heard() : presence.missed());
      await pause(times.everyMs * (0.75 + random() / 2), stop);
    }
  }

  async #answers({ connection }: Device): Promise<boolean> {
    const url = connection === undefined ? undefined : urlOf(connection, ['rtsp:', 'http:']);
    if (url === undefined) return false;
    const admitted = await this.#ports.networks.admit(url.hostname);
    if (!admitted.ok) return false;
    const isTunnel = url.protocol === 'http:';
    const port = url.port === '' ? (isTunnel ? HTTP_PORT : RTSP_PORT) : Number(url.port);
    const question = isTunnel
      ? `GET ${url.pathname} HTTP/1.0\r\nHost: ${url.host}\r\nAccept: application/x-rtsp-tunnelled\r\nx-sessioncookie: ${randomUUID()}\r\n\r\n`
      : `OPTIONS rtsp://${url.host}${url.pathname} RTSP/1.0\r\nCSeq: 1\r\n\r\n`;
    return knock(admitted.value, port, question, this.#ports.times.withinMs);
  }
}

/** Asks on a connection of its own; true when what comes back begins as an answer of RTSP, or of the tunnel's HTTP. */
async function knock(host: string, port: number, question: string, withinMs: number): Promise<boolean> {
  const socket = connect({ host, port });
  const signal = AbortSignal.timeout(withinMs);
  try {
    await once(socket, 'connect', { signal });
    socket.write(question);
    const [first] = await once(socket, 'data', { signal });
    return Buffer.isBuffer(first) && STATUS_LINE.test(first.toString('latin1'));
  } catch {
    return false; // refused, unreachable or silent: to the caller all are a camera that is not there
  } finally {
    socket.destroy();
  }
}
