import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where drawn scenes are kept from one start to the next, unless the caller names a folder. */
export const DEFAULT_CACHE_DIR = join(tmpdir(), 'fengsui-scenes');

/**
 * What `make` makes of `recipe`, kept in a file named after the recipe. Two processes may make the same thing at the
 * same time: each writes a file of its own and moves it into place whole.
 */
export async function keptFile(
  folder: string,
  recipe: readonly string[],
  make: () => Promise<Uint8Array>,
): Promise<Buffer> {
  const file = join(folder, createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 24));
  const kept = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (kept !== undefined) return kept;
  const made = await make();
  await mkdir(folder, { recursive: true });
  const part = `${file}.${randomUUID()}.part`;
  await writeFile(part, made);
  await rename(part, file);
  return Buffer.from(made);
}
