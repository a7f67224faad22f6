import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';

/** Beside the cameras' sockets: the journal, viewers, screens, the broker. */
const OTHERS = 2_048;

/** Warns where this process may not open as many files as its cameras need sockets; Linux only, elsewhere it says nothing. */
export function warnOfOpenFiles(cameras: number, log: Logger): void {
  const most = openFilesMax();
  const wanted = cameras + OTHERS;
  if (most !== undefined && most < wanted) {
    log.warn({ limit: most, cameras, wanted }, 'too few open files for so many cameras: raise nofile to 65536');
  }
}

/** The soft limit of RLIMIT_NOFILE. Source: proc(5). */
function openFilesMax(): number | undefined {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return found === undefined ? undefined : Number(found);
  } catch {
    return undefined; // no /proc here
  }
}
