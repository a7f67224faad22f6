import type { Logger } from 'pino';
import type { Connection, Device, DeviceDirectory, DeviceId } from '../../gateway/domain/device.ts';

/** Calls one device until it is told to stop; resolves when all is given back. */
export type Call = (device: () => Device, stop: AbortSignal) => Promise<void>;
type Running = Readonly<{ stop: AbortController; done: Promise<void>; profile: string; connection: Connection }>;

/** The devices of these profiles that have an address, each called from when it is registered until it is removed. */
export class CalledDevices {
  readonly #directory: DeviceDirectory;
  readonly #calls: ReadonlyMap<string, Call>;
  readonly #log: Logger;
  readonly #running = new Map<DeviceId, Running>();
  /** Calls that are being given up. */
  readonly #ending = new Set<Promise<void>>();
  #unfollow: (() => void) | undefined;

  constructor(directory: DeviceDirectory, calls: ReadonlyMap<string, Call>, log: Logger) {
    this.#directory = directory;
    this.#calls = calls;
    this.#log = log;
  }

  get size(): number {
    return this.#running.size;
  }

  start(): void {
    this.#unfollow = this.#directory.onChange((id) => this.#bring(id));
    for (const profile of this.#calls.keys()) for (const { id } of this.#directory.byProfile(profile)) this.#bring(id);
  }

  async stop(): Promise<void> {
    this.#unfollow?.();
    for (const id of [...this.#running.keys()]) this.#giveUp(id);
    await Promise.all(this.#ending);
  }

  /** To what the directory says of it now. A new address or password is a new call. */
  #bring(id: DeviceId): void {
    const device = this.#directory.find(id);
    const running = this.#running.get(id);
    const connection = device?.enabled === true ? device.connection : undefined;
    if (running !== undefined && running.profile === device?.profile && isSame(running.connection, connection)) return;
    if (running !== undefined) this.#giveUp(id);
    const call = device === undefined ? undefined : this.#calls.get(device.profile);
    if (device === undefined || connection === undefined || call === undefined) return;
    const stop = new AbortController();
    const current = (): Device => this.#directory.find(id) ?? device; // removed: its last record, until it has stopped
    const done = call(current, stop.signal).catch((error: unknown) =>
      this.#log.error({ device: id, err: error }, 'a call of a device ended by a fault of ours'),
    );
    this.#running.set(id, { stop, done, profile: device.profile, connection });
  }

  #giveUp(id: DeviceId): void {
    const running = this.#running.get(id);
    if (running === undefined) return;
    this.#running.delete(id);
    running.stop.abort();
    const ending = running.done.finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}

const isSame = (running: Connection, wanted: Connection | undefined): boolean =>
  running.url === wanted?.url && running.username === wanted.username && running.password === wanted.password;
