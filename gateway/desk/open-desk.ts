import { AlarmBook } from '../alarms/book.ts';
import { SEEN_MIN } from '../alarms/seen.ts';
import type { Journal, JournalQueries } from '../journal/journal.ts';
import type { HeardReports } from './heard-reports.ts';
import { AlarmLanes, identityIn } from './lanes.ts';

/** Entries read at once while the recent identities are gathered. */
const READ_MAX = 4096;

/** The book as the journal holds it: open alarms from their rows, recent identities from the end of the log. */
export function openLanes(journal: Journal, queries: JournalQueries): AlarmLanes {
  const book = new AlarmBook();
  for (const alarm of queries.latestOfEachType()) book.load(alarm);
  const lanes = new AlarmLanes(journal, queries, book);
  rememberRecent(book, lanes.heard, journal);
  return lanes;
}

function rememberRecent(book: AlarmBook, heard: HeardReports, journal: Journal): void {
  let cursor = Math.max(0, journal.head() - SEEN_MIN);
  for (;;) {
    const entries = journal.read(cursor, READ_MAX);
    for (const recorded of entries) {
      const identities = identityIn(recorded.entry);
      for (const identity of identities) book.rememberSignal(identity);
      if (identities.length === 0) heard.remember(recorded);
    }
    const last = entries.at(-1)?.seq;
    if (last === undefined) return;
    cursor = last;
  }
}
