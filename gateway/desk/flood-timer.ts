import type { Logger } from 'pino';
import { JournalUnavailable } from '../journal/journal.ts';

/** How often what was held of devices over their rate is decided: an end of an alarm is late by at most this. */
const SETTLE_EVERY_MS = 1_000;

/** Answers the way to stop, which decides what is still held. */
export function settleFloodsEachSecond(
  intake: Readonly<{ settle(): Promise<void> }>,
  log: Logger,
): () => Promise<void> {
  const settle = (): Promise<void> =>
    intake.settle().catch((error: unknown) => {
      if (!(error instanceof JournalUnavailable)) throw error;
      log.error({ err: error }, 'what devices over their rate said waits for the journal');
    });
  const timer = setInterval(() => void settle(), SETTLE_EVERY_MS);
  return async () => {
    clearInterval(timer);
    await settle();
  };
}
