import type { Seq } from '../../journal/journal.ts';
import type { Point } from './point.ts';

/** What crosses between the archive and the thread that writes it; each message but `close` is answered, in order. */
export type ToArchiveWriter =
  | Readonly<{ kind: 'write'; points: readonly Point[] }>
  | Readonly<{ kind: 'store'; follower: string; cursor: Seq }>
  | Readonly<{ kind: 'close' }>;

export type FromArchiveWriter = Readonly<{ error: string | undefined }>;
