import type { Logger } from 'pino';
import type { OnvifAdapter } from '../adapters/onvif/adapter.ts';
import type { FoundCamera } from './domain/camera.ts';
import type { DeviceDirectory, DeviceId } from './domain/device.ts';
import type { DiscoveryPort, DiscoverySearch } from './http/ports.ts';

/** How long answers to the last probe are waited for. */
const PROBE_WAIT_MS = 4_000;
/** Cameras of one search that are kept: a city's largest segment, and no more of a flood. */
const KEPT_MAX = 10_000;

type Parts = Readonly<{
  cameras: Pick<OnvifAdapter, 'discover'>;
  directory: DeviceDirectory;
  now: () => number;
  log: Logger;
}>;

type Run = {
  readonly startedAt: number;
  endedAt: number | undefined;
  fault: string | undefined;
  asked: number;
  readonly items: FoundCamera[];
};

/** One search for cameras at a time; what it found is kept until the next one, and added by people only. */
export class DiscoveryDesk implements DiscoveryPort {
  readonly #parts: Parts;
  readonly #stopping = new AbortController();
  #run: Run | undefined;
  #done: Promise<void> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  start(search: DiscoverySearch): boolean {
    if (this.#run !== undefined && this.#run.endedAt === undefined) return false;
    const run: Run = { startedAt: this.#parts.now(), endedAt: undefined, fault: undefined, asked: 0, items: [] };
    this.#run = run;
    this.#done = this.#search(run, search);
    return true;
  }

  status: DiscoveryPort['status'] = () => {
    if (this.#run === undefined) return undefined;
    const { startedAt, endedAt, fault, asked, items } = this.#run;
    const known = this.#knownHosts();
    const told = items.map((item) => ({ ...item, device: known.get(item.address) }));
    return { startedAt, endedAt, fault, asked, items: told };
  };

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#done;
  }

  async #search(run: Run, search: DiscoverySearch): Promise<void> {
    const { cameras, now, log } = this.#parts;
    const onAsked = (): void => {
      run.asked += 1;
    };
    try {
      const found = cameras.discover({ ...search, onAsked, waitMs: PROBE_WAIT_MS, signal: this.#stopping.signal });
      for await (const one of found) {
        const isNew = !run.items.some(({ url }) => url === one.url);
        if (isNew && run.items.length < KEPT_MAX) run.items.push(one);
      }
    } catch (error) {
      run.fault = 'the search failed: see the log';
      log.error({ err: error }, 'the search for cameras failed');
    }
    run.endedAt = now();
  }

  /** Devices by the host of their connection: what was found there is likely one of them. */
  #knownHosts(): ReadonlyMap<string, DeviceId> {
    const devices = ['onvif', 'rtsp'].flatMap((profile) => this.#parts.directory.byProfile(profile));
    return new Map(
      devices.flatMap(({ id, connection }) => {
        const url = connection === undefined ? null : URL.parse(connection.url);
        return url === null ? [] : [[url.hostname, id] as const];
      }),
    );
  }
}
