import { AlarmBook } from '../alarms/book.ts';
import { SEEN_MIN } from '../alarms/seen.ts';
import type { Journal, JournalQueries } from '../journal/journal.ts';
import { AlarmLanes } from './lanes.ts';

/** Entries read at once while the recent identities are gathered. */
const READ_MAX = 4096;

/** The book as the journal holds it: open alarms from their rows, recent identities from the end of the log. */
export function openLanes(journal: Journal, queries: JournalQueries): AlarmLanes {
  const book = new AlarmBook();
  for (const alarm of queries.latestOfEachType()) book.load(alarm);
  rememberRecent(book, journal);
  return new AlarmLanes(journal, queries, book);
}

function rememberRecent(book: AlarmBook, journal: Journal): void {
  let cursor = Math.max(0, journal.head() - SEEN_MIN);
  for (;;) {
    const entries = journal.read(cursor, READ_MAX);
    for (const { entry } of entries) if ('signal' in entry) book.rememberSignal(entry.signal);
    const last = entries.at(-1)?.seq;
    if (last === undefined) return;
    cursor = last;
  }
}
