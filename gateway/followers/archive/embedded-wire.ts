import type { Seq } from '../../journal/journal.ts';
import type { Measurement, Point } from './point.ts';

/**
 * What crosses between the archive and the thread that writes it; each message but `close` is answered, in order.
 * `trim` takes out a slice of the oldest points of a measurement, of before `before` (ms since 1970).
 */
export type ToArchiveWriter =
  | Readonly<{ kind: 'write'; points: readonly Point[] }>
  | Readonly<{ kind: 'store'; follower: string; cursor: Seq }>
  | Readonly<{ kind: 'trim'; measurement: Measurement; before: number }>
  | Readonly<{ kind: 'close' }>;

/** Rows that a `trim` took; else 0. */
export type FromArchiveWriter = number;
