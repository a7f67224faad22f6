import { execFileSync } from 'node:child_process';
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** A disk of a few MiB over a folder, that can be filled to the last byte. Needs a mount namespace of one's own. */
export function mountSmallDisk(folder: string, mebibytes: number) {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=0700`, 'tmpfs', folder]);
  const filler = join(folder, 'filler');
  return {
    fill: () => fillWith(filler),
    makeRoom: () => rmSync(filler),
  };
}

function fillWith(filler: string): void {
  try {
    for (;;) appendFileSync(filler, Buffer.alloc(4096));
  } catch (error) {
    if (z.object({ code: z.literal('ENOSPC') }).safeParse(error).success) return;
    throw error;
  }
}
