import { rm } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { AlarmDesk } from '../../desk/desk.ts';
import type { Alarm, AlarmId, EvidenceKind } from '../../domain/alarm.ts';
import { JournalUnavailable } from '../../journal/journal.ts';
import { daysOf, filesOf, type KeptFile } from './kept-files.ts';
import { evidenceUrl } from './store.ts';

const FIRST_AFTER_MS = 60_000;
const EVERY_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** A file that the journal does not know yet may be on its way into it. */
const UNKNOWN_MIN_AGE_MS = DAY_MS;
/** Room is made down to this part of the quota, so that the next file does not ask for more at once. */
const ROOM_TO = 0.95;

export type KeepingPorts = Readonly<{
  dataDir: string;
  find: (id: AlarmId) => Alarm | undefined;
  desk: Pick<AlarmDesk, 'removeEvidence'>;
  keepDays: Readonly<Record<EvidenceKind, number>>;
  maxBytes: number;
  now: () => number;
  log: Logger;
}>;

/** `removedForRoom`: files that went before their time since the start, the last of them at `lastRoomAt`. */
export type KeepingReport = Readonly<{
  bytes: number;
  maxBytes: number;
  lockedBytes: number;
  removedForRoom: number;
  lastRoomAt: number | undefined;
}>;

/**
 * How long evidence stays: each kind for its days, and all of it within a quota, beyond which the oldest goes first.
 * What is locked stays in any case. That a file goes is in the journal before it does.
 */
export class EvidenceKeeping {
  readonly #ports: KeepingPorts;
  #bytes = 0;
  #lockedBytes = 0;
  #removedForRoom = 0;
  #lastRoomAt: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #running = Promise.resolve();

  constructor(ports: KeepingPorts) {
    this.#ports = ports;
  }

  /** Sweeps once an hour; answers how to end that, after what is under way. */
  start(): () => Promise<void> {
    const run = (): void => {
      this.#running = this.sweep().catch((error: unknown) => this.#tell(error));
      this.#timer = setTimeout(run, EVERY_MS);
    };
    this.#timer = setTimeout(run, FIRST_AFTER_MS);
    return () => {
      clearTimeout(this.#timer);
      return this.#running;
    };
  }

  report = (): KeepingReport => ({
    bytes: this.#bytes,
    maxBytes: this.#ports.maxBytes,
    lockedBytes: this.#lockedBytes,
    removedForRoom: this.#removedForRoom,
    lastRoomAt: this.#lastRoomAt,
  });

  /** Takes away what is over, then what there is no room for. Throws what the file system and the journal throw. */
  async sweep(): Promise<void> {
    let [bytes, lockedBytes] = [0, 0];
    for await (const file of this.#all()) {
      if (this.#isOver(file) && (await this.#remove(file, 'over'))) continue;
      const share = file.bytes / file.names;
      bytes += share;
      if (file.isLocked) lockedBytes += share;
    }
    this.#lockedBytes = Math.round(lockedBytes);
    this.#bytes = Math.round(bytes > this.#ports.maxBytes ? await this.#makeRoom(bytes) : bytes);
  }

  async *#all(): AsyncGenerator<KeptFile> {
    const { dataDir, find } = this.#ports;
    for (const day of await daysOf(dataDir)) {
      const files = await filesOf(dataDir, day, find);
      yield* [...files].sort((a, b) => a.at - b.at);
    }
  }

  #isOver({ kind, at, isLocked, evidence }: KeptFile): boolean {
    const ageMs = this.#ports.now() - at;
    if (evidence?.removedAt !== undefined) return true; // a gateway died between the entry and the file
    return !isLocked && ageMs > this.#ports.keepDays[kind] * DAY_MS && ageMs > UNKNOWN_MIN_AGE_MS;
  }

  async #makeRoom(all: number): Promise<number> {
    let bytes = all;
    for await (const file of this.#all()) {
      if (bytes <= this.#ports.maxBytes * ROOM_TO) break;
      if (file.isLocked || file.evidence === undefined || !(await this.#remove(file, 'room'))) continue;
      bytes -= file.bytes / file.names;
      this.#removedForRoom += 1;
      this.#lastRoomAt = this.#ports.now();
    }
    return bytes;
  }

  /** False when the journal says that it stays. */
  async #remove({ path, alarm, name, evidence }: KeptFile, why: 'over' | 'room'): Promise<boolean> {
    const { desk, log } = this.#ports;
    const isNoted = evidence === undefined || evidence.removedAt !== undefined;
    if (!isNoted && !(await desk.removeEvidence(alarm, evidenceUrl(alarm, name), why))) return false;
    await rm(path, { force: true });
    log.info({ alarm, file: name, why }, 'evidence taken away');
    return true;
  }

  #tell(error: unknown): void {
    if (error instanceof JournalUnavailable)
      this.#ports.log.warn({ err: error }, 'old evidence stays until the journal takes entries again');
    else this.#ports.log.error({ err: error }, 'old evidence could not be taken away');
  }
}
