import type { Alarm, AlarmId } from '../domain/alarm.ts';
import type { Entry, EntryKind } from '../domain/entry.ts';
import type { Result } from '../domain/result.ts';

/** Position in the one ordered log; the first entry has 1, and no number is left out. */
export type Seq = number;

/** An entry as the log holds it. `alarm` is the alarm as this entry left it, for entries about one. */
export type Recorded = Readonly<{ seq: Seq; at: number; entry: Entry; alarm: Alarm | undefined }>;

export type NewEntry = Readonly<{ entry: Entry; alarm: Alarm | undefined }>;

/**
 * Entries that stand or fall together. `subject` is what the lock is on (`device/yz-fence-k812`, `user/admin`);
 * its version is the number of entries written under it. Without an expected version there is no lock.
 */
export type Write = Readonly<{
  subject: string;
  expectedVersion: number | undefined;
  entries: readonly NewEntry[];
}>;

export type VersionConflict = Readonly<{ subject: string; expected: number; found: number }>;

export type Batch = Readonly<{ entries: readonly Recorded[]; last: Seq }>;

/** The journal no longer holds what follows this position. */
export class CursorExpired extends Error {
  readonly oldest: Seq;
  constructor(cursor: Seq, oldest: Seq) {
    super(`the journal begins at ${oldest}, after the cursor ${cursor}`);
    this.name = 'CursorExpired';
    this.oldest = oldest;
  }
}

/** The journal cannot take entries now (disk full, read-only, closed); nothing of the batch is in it. */
export class JournalUnavailable extends Error {
  constructor(cause: unknown) {
    super('the journal cannot store entries now', { cause });
    this.name = 'JournalUnavailable';
  }
}

export interface Journal {
  /**
   * One durable transaction for all writes, each answered on its own: a stale version does not undo its neighbours.
   * Answers the sequence number of a write's last entry. Throws JournalUnavailable.
   */
  append(writes: readonly Write[]): Promise<readonly Result<Seq, VersionConflict>[]>;
  /**
   * Batches after `cursor`, in order, until `stop`. Who is patient stands back while signals come in a flood and catches
   * up after it. Throws CursorExpired: an iterator cannot answer otherwise.
   */
  follow(cursor: Seq, stop: AbortSignal, isPatient?: boolean): AsyncIterable<Batch>;
  /** At most `limit` entries after `cursor`; an empty list at the end. Throws CursorExpired. */
  read(cursor: Seq, limit: number): readonly Recorded[];
  /** The last number that is durable; 0 while the log is empty. */
  head(): Seq;
  versionOf(subject: string): number;
  close(): Promise<void>;
}

/** Kinds of entries that are listed by themselves, each by an index: any other would be looked for in the whole log. */
export const LISTED_KINDS = [
  'dead-letter',
  'dead-letter-replayed',
  'audited',
  'sign-in-refused',
  'session-opened',
] as const satisfies readonly EntryKind[];
export type ListedKind = (typeof LISTED_KINDS)[number];

/** What can be asked of the log besides its order. Rows are written in the same transaction as the entries. */
export interface JournalQueries {
  alarm(id: AlarmId): Alarm | undefined;
  /**
   * The kept entries about one alarm, oldest first. They begin with `raised`, or where the time that entries are kept
   * begins: then with another kind, or not at all while the alarm itself stays because it is not closed.
   */
  history(id: AlarmId): readonly Recorded[];
  /** The latest alarm of each device and type that is not closed: what a signal may still join. */
  latestOfEachType(): Iterable<Alarm>;
  /** The greatest id of an alarm; undefined before the first. */
  latestId(): AlarmId | undefined;
  /** Alarms that should have gone to the next centre up by `at`, the longest overdue first; see `escalatesAt`. */
  overdue(at: number, limit: number): Iterable<Alarm>;
  /** The latest values whose keys begin with `prefix`, such as `device/`; see `factOf`. */
  facts(prefix: string): Iterable<Readonly<{ key: string; value: unknown }>>;
  alarms(query: AlarmQuery): Readonly<{ items: readonly Alarm[]; seq: Seq }>;
  counts(where: AlarmQuery['where']): readonly Readonly<{ severity: number; state: string; count: number }>[];
  /** The newest entries of these kinds, newest first, before `before`. */
  entriesOf(kinds: readonly ListedKind[], before: Seq | undefined, limit: number): readonly Recorded[];
}

/** Figures over many alarms. */
export interface FigureQueries {
  /** Of the newest `limit` alarms that match: how many of each, and when people took the first steps. */
  figures(where: AlarmQuery['where'], limit: number): AlarmFigures;
  /** The devices with an active alarm of this type prefix (it ends in a dot) that is not closed. */
  devicesWith(typePrefix: string): ReadonlySet<string>;
}

/** Milliseconds from an alarm to the first such step; one value for each alarm that had it. */
export type AlarmFigures = Readonly<{
  counts: readonly Readonly<{ severity: number; state: string; type: string; count: number }>[];
  responses: Readonly<Record<'accept' | 'arrive' | 'close', readonly number[]>>;
}>;

/** Filters of `GET /alarms`; each list is "any of". Regions are nodes of the tree, types prefixes or whole codes. */
export type AlarmQuery = Readonly<{
  where: Readonly<{
    /** One inner list must match in each: the scope of the person, and the region asked for. */
    regions: readonly (readonly string[])[];
    lines?: readonly string[];
    compounds?: readonly string[];
    states?: readonly string[];
    conditions?: readonly string[];
    severities?: readonly number[];
    types?: readonly string[];
    devices?: readonly string[];
    from?: number;
    to?: number;
  }>;
  /** Newest first by `occurredAt`, then id; what follows this position. */
  after: Readonly<{ occurredAt: number; id: AlarmId }> | undefined;
  limit: number;
}>;

/** Where followers keep how far they are. */
export interface Cursors {
  read(follower: string): Seq;
  store(follower: string, cursor: Seq): Promise<void>;
}
