import type { Logger } from 'pino';
import { JournalUnavailable } from './journal.ts';
import type { SqliteJournal } from './sqlite.ts';

/** By then every follower has asked for its cursor, and the start is over. */
const FIRST_AFTER_MS = 10 * 60_000;
const EVERY_MS = 3_600_000;
const DAY_MS = 86_400_000;

export type RetentionPorts = Readonly<{
  journal: Pick<SqliteJournal, 'forget'>;
  keepDays: number;
  now: () => number;
  log: Logger;
}>;

/** Takes old entries out once an hour; answers how to end that, after what is under way. */
export function keepWithin(ports: RetentionPorts): () => Promise<void> {
  let running = Promise.resolve();
  let timer = setTimeout(run, FIRST_AFTER_MS);
  function run(): void {
    running = forgetOld(ports).catch((error: unknown) => {
      ports.log.error({ err: error }, 'old journal entries could not be taken out');
    });
    timer = setTimeout(run, EVERY_MS);
  }
  return () => {
    clearTimeout(timer);
    return running;
  };
}

async function forgetOld({ journal, keepDays, now, log }: RetentionPorts): Promise<void> {
  const before = now() - keepDays * DAY_MS;
  try {
    const entries = await journal.forget(before);
    if (entries > 0) log.info({ entries, before: new Date(before).toISOString() }, 'old journal entries taken out');
  } catch (error) {
    if (!(error instanceof JournalUnavailable)) throw error;
    log.warn({ err: error }, 'old journal entries stay until the disk takes something again');
  }
}
