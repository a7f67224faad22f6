import { hkdfSync, randomBytes } from 'node:crypto';
import { chmodSync, closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

export const KEY_BYTES = 32;

/** Keys of a vault: pseudonyms are made with `naming`, which stays; the last of `sealing` seals, the others only open. */
export type VaultKeys = Readonly<{ naming: Buffer; sealing: readonly Buffer[] }>;

const Key = z.base64().transform((text, context) => {
  const key = Buffer.from(text, 'base64');
  if (key.length === KEY_BYTES) return key;
  context.addIssue({ code: 'custom', message: `a key of ${KEY_BYTES} bytes` });
  return z.NEVER;
});
const Ring = z.strictObject({ naming: Key, sealing: z.array(Key).min(1).max(2) });

/** Reads the keys, or makes the first one. Throws where the file is none of ours. */
export function readKeys(file: string): VaultKeys {
  const first = randomBytes(KEY_BYTES);
  try {
    writeFileSync(file, first, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!isExisting(error)) throw error;
    chmodSync(file, 0o600);
  }
  const bytes = readFileSync(file);
  if (bytes.length === KEY_BYTES) return { naming: namingOf(bytes), sealing: [bytes] }; // before keys were turned
  const ring = Ring.safeParse(jsonOf(bytes.toString('utf8')));
  if (ring.success) return ring.data;
  throw new Error(`${file} holds no keys of a vault; restore it from the backup`);
}

/** Durable when it returns: whoever is killed before leaves the file as it was. */
export function writeKeys(file: string, { naming, sealing }: VaultKeys): void {
  const text = JSON.stringify({
    naming: naming.toString('base64'),
    sealing: sealing.map((key) => key.toString('base64')),
  });
  const next = `${file}.next`;
  const handle = openSync(next, 'w', 0o600);
  writeFileSync(handle, text);
  fsyncSync(handle);
  closeSync(handle);
  renameSync(next, file);
  const folder = openSync(dirname(file), 'r');
  fsyncSync(folder);
  closeSync(folder);
}

const namingOf = (key: Buffer): Buffer => Buffer.from(hkdfSync('sha256', key, '', 'pseudonym', KEY_BYTES));

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // refused by the schema's caller, with the words for it
  }
}

const isExisting = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EEXIST';
