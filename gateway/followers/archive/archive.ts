import type { AlarmId } from '../../domain/alarm.ts';
import type { Result } from '../../domain/result.ts';
import type { Cursors } from '../../journal/journal.ts';
import { type Follower, type FollowerPorts, runFollower } from '../follower.ts';
import { OtherSideAway } from '../poison.ts';
import { type ArchivedPoint, type DeviceLookup, type Point, toPoints } from './point.ts';

/** Entries in one request, and points too: 1,000 is where larger ones gain no more (216,000 lines a second). */
export const WRITE_MAX_POINTS = 1_000;

/** How far from the asked time an alarm's points are looked for: its id is no tag, so a query needs a span. */
export const FIND_WITHIN_MS = 3_600_000;
/** Points that one look-up answers at most, the oldest first. */
export const FIND_MAX_POINTS = 1_000;

export interface Archive {
  /**
   * Stores at most WRITE_MAX_POINTS points, each once however often it is written. A point that the archive will
   * never take is set aside and counted. Throws ArchiveUnavailable: then some of them may be stored already.
   */
  write(points: readonly Point[]): Promise<void>;
  /** What is archived of an alarm within FIND_WITHIN_MS of `around` (ms since 1970), oldest first. */
  find(alarm: AlarmId, around: number): Promise<readonly ArchivedPoint[]>;
  /** Whether points could be written and read now; else why not, in one sentence for an operator. */
  check(): Promise<Result<void, string>>;
  /** Points set aside since the start. */
  refused(): number;
  /** How far this archive itself is, where it can say: an archive that lost its last second is filled up again. */
  readonly cursors?: Cursors;
  close(): Promise<void>;
}

/** A point that the archive will never take, and its reason. */
export type OnRefused = (point: Point, text: string) => void;

/** The archive cannot store or answer now. `text` is what it said, cut short. */
export class ArchiveUnavailable extends OtherSideAway {
  readonly status: number | undefined;
  constructor(message: string, status?: number, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ArchiveUnavailable';
    this.status = status;
  }
}

export type ArchivePorts = Omit<FollowerPorts, 'name' | 'handle' | 'inFlightMax' | 'isPatient'> &
  Readonly<{ archive: Archive; devices: DeviceLookup }>;

/** Keeps the archive up with the journal: one request at a time, and the cursor moves once the points are stored. */
export function archiveEntries({ archive, devices, ...ports }: ArchivePorts): Follower {
  const cursors = archive.cursors === undefined ? ports.cursors : behindBoth(ports.cursors, archive.cursors);
  return runFollower({
    ...ports,
    cursors,
    name: 'archive',
    isPatient: true,
    handle: async ({ entries }, stop) => {
      const points = entries.flatMap((recorded) => toPoints(recorded, devices));
      for (let from = 0; from < points.length; from += WRITE_MAX_POINTS) {
        if (stop.aborted) throw new ArchiveUnavailable('stopped between two requests');
        await archive.write(points.slice(from, from + WRITE_MAX_POINTS));
      }
    },
  });
}

/** Begins at the earlier of two cursors: the journal's, and that of an archive which may have lost its end. */
const behindBoth = (journals: Cursors, archives: Cursors): Cursors => ({
  read: (follower) => Math.min(journals.read(follower), archives.read(follower)),
  store: async (follower, cursor) => {
    await archives.store(follower, cursor);
    await journals.store(follower, cursor);
  },
});
