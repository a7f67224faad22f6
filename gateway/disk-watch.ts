import { statfs } from 'node:fs/promises';

/** A sample each five minutes, a day of them. */
const SAMPLE_EVERY_MS = 300_000;
const SAMPLES_MAX = 289;
/** Less than an hour says nothing about days. */
const SPAN_MIN_MS = 3_600_000;
const DAY_MS = 86_400_000;

export type DiskSample = Readonly<{ at: number; freeBytes: number }>;
export type DiskReport = Readonly<{ freeBytes: number; totalBytes: number; daysLeft: number | undefined }>;

/**
 * Days until the disk is full if it goes on as between the oldest and the newest sample; undefined while it does not
 * fill, or while less than an hour was seen.
 */
export function daysLeft(samples: readonly DiskSample[]): number | undefined {
  const [oldest, newest] = [samples[0], samples.at(-1)];
  if (oldest === undefined || newest === undefined || newest.at - oldest.at < SPAN_MIN_MS) return undefined;
  const bytesPerDay = ((oldest.freeBytes - newest.freeBytes) / (newest.at - oldest.at)) * DAY_MS;
  return bytesPerDay <= 0 ? undefined : newest.freeBytes / bytesPerDay;
}

/** Free space where the data folder lies, and how fast it goes. */
export class DiskWatch {
  readonly #folder: string;
  readonly #now: () => number;
  readonly #samples: DiskSample[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(folder: string, now: () => number) {
    this.#folder = folder;
    this.#now = now;
  }

  /** Samples from now on; answers the way to stop. What the disk says is asked anew by `report`. */
  start(): () => void {
    const sample = () => void this.report().catch(() => undefined); // a folder that is gone is told by whoever asks
    sample();
    this.#timer = setInterval(sample, SAMPLE_EVERY_MS).unref();
    return () => clearInterval(this.#timer);
  }

  /** Throws what the file system throws. */
  async report(): Promise<DiskReport> {
    const { bavail, blocks, bsize } = await statfs(this.#folder);
    const freeBytes = bavail * bsize;
    const present = { at: this.#now(), freeBytes };
    const last = this.#samples.at(-1);
    if (last === undefined || present.at - last.at >= SAMPLE_EVERY_MS) this.#samples.push(present);
    if (this.#samples.length > SAMPLES_MAX) this.#samples.shift();
    return { freeBytes, totalBytes: blocks * bsize, daysLeft: daysLeft([...this.#samples, present]) };
  }
}
