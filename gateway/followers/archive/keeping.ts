import type { Logger } from 'pino';
import { ArchiveUnavailable } from './archive.ts';
import type { ArchiveKeeping, EmbeddedArchive } from './embedded.ts';

const FIRST_AFTER_MS = 15 * 60_000;
const EVERY_MS = 3_600_000;

export type KeepingPorts = Readonly<{
  archive: Pick<EmbeddedArchive, 'forget'>;
  keeping: ArchiveKeeping;
  now: () => number;
  log: Logger;
}>;

/** Takes old points out once an hour; answers how to end that, after what is under way. */
export function keepArchiveWithin(ports: KeepingPorts): () => Promise<void> {
  let running = Promise.resolve();
  let timer = setTimeout(run, FIRST_AFTER_MS);
  function run(): void {
    running = forgetOld(ports);
    timer = setTimeout(run, EVERY_MS);
  }
  return () => {
    clearTimeout(timer);
    return running;
  };
}

async function forgetOld({ archive, keeping, now, log }: KeepingPorts): Promise<void> {
  try {
    const points = await archive.forget(keeping, now());
    if (points > 0) log.info({ points }, 'old archived points taken out');
  } catch (error) {
    if (!(error instanceof ArchiveUnavailable)) throw error;
    log.warn({ err: error }, 'old archived points stay until the archive can be written');
  }
}
