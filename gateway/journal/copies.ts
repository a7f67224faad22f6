import { chmodSync, closeSync, copyFileSync, existsSync, openSync, renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { failed, type Result } from '../domain/result.ts';
import { type Broken, type Sound, verifyJournal } from './verification.ts';

/**
 * Writes the journal as it is at one moment to a new file, whether or not a gateway is writing it, and checks the copy.
 * A copy appears under its name only when it is whole, sound and on the disk. Meanwhile the writer's write-ahead log
 * cannot begin anew, so it grows by what is written in that time.
 */
export async function backUpJournal(file: string, target: string): Promise<Result<Sound, Broken>> {
  if (existsSync(target))
    return failed({ seq: undefined, text: `${target} is there already; a copy gets a name of its own` });
  return settle(target, (part) => {
    const database = new Sqlite(file, { readonly: true, fileMustExist: true });
    try {
      database.prepare('VACUUM INTO ?').run(part);
    } finally {
      database.close();
    }
  });
}

/** Puts a copy where a gateway opens it. What stands there is never written over: its owner moves it away first. */
export async function restoreJournal(copy: string, file: string): Promise<Result<Sound, Broken>> {
  const standing = [file, `${file}-wal`, `${file}-shm`].find((path) => existsSync(path));
  if (standing !== undefined) {
    return failed({ seq: undefined, text: `${standing} is there already; stop the gateway and move it away first` });
  }
  return settle(file, (part) => copyFileSync(copy, part));
}

/** Makes `path` by way of a file beside it, which is thrown away unless the journal in it is sound. */
async function settle(path: string, write: (part: string) => void): Promise<Result<Sound, Broken>> {
  const part = `${path}.part`;
  const clear = () => {
    for (const rest of [part, `${part}-wal`, `${part}-shm`]) rmSync(rest, { force: true });
  };
  clear(); // of a copy that was cut short
  try {
    // It holds what the journal holds, hashes of passwords too: for its owner's eyes from its first byte on.
    closeSync(openSync(part, 'wx', 0o600));
    write(part);
    chmodSync(part, 0o600);
    const checked = verifyJournal(part);
    if (!checked.ok) return checked;
    await sync(part);
    renameSync(part, path);
    await sync(dirname(path));
    return checked;
  } finally {
    clear();
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
