import type { Alarm } from '../../../../gateway/http/contract/alarms.ts';
import type { Problem } from '../../../../gateway/http/contract/problem.ts';

/** What somebody did on the phone and the gateway has not taken yet. */
export type OutboxEntry = Readonly<{
  id: string;
  /** The order of the taps. */
  n: number;
  /** The account whose act it is: nobody else's session sends it. */
  by: string;
  /** What it is about, such as `alarm/{id}`: acts on one thing go in order. */
  about: string;
  /** Words of the catalogue for the act, and what it is done to. */
  act: string;
  title: string;
  path: string;
  body: Readonly<Record<string, unknown>>;
  /** The version that was seen; undefined where the act carries none. */
  version: number | undefined;
  /** The state of the alarm that was seen: its version alone may grow by what devices say. */
  seen: Readonly<{ state: string; assignee: string | undefined }> | undefined;
  photo: Blob | undefined;
  at: number;
  /** The same key is the same act, however often it is sent. */
  key: string;
  attempts: number;
  nextAt: number;
  problem: Problem | undefined;
  state: 'waiting' | 'refused';
}>;

export type Draft = Pick<OutboxEntry, 'by' | 'about' | 'act' | 'title' | 'path' | 'body'> &
  Partial<Pick<OutboxEntry, 'version' | 'seen' | 'photo'>>;

/** As CONSOLE.md has it: beyond it the phone says so and takes no more. */
export const ENTRIES_MAX = 200;
export const BYTES_MAX = 50 * 1024 * 1024;

const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 60_000;
/** Conflicts of the alarm's version that devices made, in a row. */
export const MOVED_MAX = 5;

export const bytesOf = (entries: readonly OutboxEntry[]): number =>
  entries.reduce((sum, { photo }) => sum + (photo?.size ?? 0) + 1_024, 0);

export const hasRoom = (entries: readonly OutboxEntry[], draft: Pick<Draft, 'photo'>): boolean =>
  entries.length < ENTRIES_MAX && bytesOf(entries) + (draft.photo?.size ?? 0) + 1_024 <= BYTES_MAX;

/** How long to wait after so many attempts that came to nothing: doubled each time, up to a minute. */
export const waitMs = (attempts: number): number =>
  Math.min(RETRY_FIRST_MS * 2 ** Math.max(0, attempts - 1), RETRY_MAX_MS);

/**
 * What is sent next: words before photos, each thing's acts in the order of the taps. What was refused holds back the
 * acts behind it on the same thing, for they were built on it.
 */
export function nextOf(entries: readonly OutboxEntry[], by: string): OutboxEntry | undefined {
  const held = new Set<string>();
  const ready: OutboxEntry[] = [];
  for (const entry of [...entries].sort((a, b) => a.n - b.n)) {
    if (entry.by !== by) continue;
    const isFree = entry.photo !== undefined || !held.has(entry.about);
    if (entry.state === 'waiting' && isFree) ready.push(entry);
    if (entry.photo === undefined) held.add(entry.about);
  }
  const [first] = ready.sort(
    (a, b) => Number(a.photo !== undefined) - Number(b.photo !== undefined) || a.nextAt - b.nextAt || a.n - b.n,
  );
  return first;
}

export type Verdict =
  /** It may or may not have arrived, or nobody takes it now: the same key later. */
  | Readonly<{ kind: 'later' }>
  /** The alarm has moved by what devices said, not by people: once more on its present version, as a new act. */
  | Readonly<{ kind: 'moved'; version: number }>
  /** Nobody is signed in: it waits for that. */
  | Readonly<{ kind: 'signed-out' }>
  | Readonly<{ kind: 'refused' }>;

/** What becomes of an entry that was not taken. */
export function judge({ seen, attempts }: OutboxEntry, { status, alarm }: Problem): Verdict {
  if (status === 401) return { kind: 'signed-out' };
  if (status === 0 || status === 429 || status >= 500) return { kind: 'later' };
  if (status === 409 && alarm !== undefined && seen !== undefined && isUnmoved(seen, alarm) && attempts < MOVED_MAX)
    return { kind: 'moved', version: alarm.version };
  return { kind: 'refused' };
}

const isUnmoved = (seen: NonNullable<OutboxEntry['seen']>, { state, assignee }: Alarm): boolean =>
  seen.state === state && seen.assignee === assignee;
