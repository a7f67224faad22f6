import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs';

/** Room for the entry that says that the disk is full, and for the pages of the log around it. */
export const RESERVE_BYTES = 1024 * 1024;

/**
 * A file beside the journal that holds room on the disk while there is plenty. It is given up when the disk is full,
 * and taken again before anything else is stored: so "room again" means at least that much.
 */
export const reserveOf = (file: string): string => `${file}.reserve`;

/** Takes the room, for real: random bytes, since some file systems store no zeros. Throws ENOSPC, EROFS and the like. */
export function takeReserve(file: string): void {
  const path = reserveOf(file);
  if (statSync(path, { throwIfNoEntry: false })?.size === RESERVE_BYTES) return;
  const descriptor = openSync(path, 'w', 0o600);
  try {
    const written = writeSync(descriptor, randomBytes(RESERVE_BYTES));
    // A disk that fills in the middle takes a part and says nothing; the rest then says why.
    if (written < RESERVE_BYTES) writeSync(descriptor, randomBytes(RESERVE_BYTES - written));
    fsyncSync(descriptor);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

export const giveUpReserve = (file: string): void => rmSync(reserveOf(file), { force: true });
