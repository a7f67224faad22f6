import type { PackedBatch } from './sqlite-packing.ts';
import type { StorageFault } from './storage-fault.ts';

/* What crosses between the event loop and the writer thread. */

/** Entries stamped before `before` go, from the oldest on, up to number `upTo`; the first later one ends it. */
export type Trim = Readonly<{ before: number; upTo: number }>;

/**
 * `give-up-reserve` frees the room that was kept and stores what the journal has to say of it; `recover` takes that
 * room again first, and fails where there is not enough. `epoch` grows when the event loop has heard of a refusal:
 * a batch that was sent before that is refused as well, for it may be built on what was.
 */
export type ToWriter =
  | Readonly<{ kind: 'trim'; trim: Trim }>
  | Readonly<{ kind: 'commit' | 'give-up-reserve' | 'recover'; epoch: number; batch: PackedBatch }>
  | Readonly<{ kind: 'close' }>;
export type FromWriter =
  | Readonly<{ kind: 'ready'; head: number; synchronous: number; fault: StorageFault | undefined }>
  | Readonly<{ kind: 'trimmed'; oldest: number; isOver: boolean }>
  | Readonly<{ kind: 'committed'; answers: Float64Array; head: number }>
  | Readonly<{ kind: 'refused'; reason: string; fault: StorageFault | undefined }>;
