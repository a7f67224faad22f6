import { accessSync, constants } from 'node:fs';
import { z } from 'zod';

/** Why the journal as a whole takes nothing: the disk is full, may not be written, or failed in another way. */
export type StorageFaultKind = 'disk-full' | 'read-only' | 'disk-error';
export type StorageFault = Readonly<{ kind: StorageFaultKind; text: string }>;

/** Result codes of SQLite (https://www.sqlite.org/rescode.html) and of the operating system, by their beginnings. */
const KINDS: readonly (readonly [RegExp, StorageFaultKind])[] = [
  [/^(?:SQLITE_FULL|ENOSPC|EDQUOT)/, 'disk-full'],
  [/^(?:SQLITE_READONLY|EROFS|EACCES|EPERM)/, 'read-only'],
  [/^(?:SQLITE_(?:IOERR|CANTOPEN|CORRUPT|NOTADB|BUSY|LOCKED|PROTOCOL)|EIO|EFBIG|ENODEV)/, 'disk-error'],
];

const Coded = z.object({ code: z.string() });

/**
 * What an error with `file` says of the disk; undefined where it is about one batch only (a constraint, a mistake of
 * ours). A file system that turned read-only by itself shows in SQLite as a failed write, so it is asked as well.
 */
export function storageFaultOf(error: unknown, file: string): StorageFault | undefined {
  const fault = faultOf(error);
  if (fault?.kind !== 'disk-error') return fault;
  try {
    accessSync(file, constants.W_OK);
    return fault;
  } catch (denied) {
    return faultOf(denied) ?? fault;
  }
}

function faultOf(error: unknown): StorageFault | undefined {
  const coded = Coded.safeParse(error);
  if (!coded.success) return undefined;
  const { code } = coded.data;
  const kind = KINDS.find(([pattern]) => pattern.test(code))?.[1];
  if (kind === undefined) return undefined;
  return { kind, text: `${kind}: ${error instanceof Error ? error.message : code} (${code})` };
}
