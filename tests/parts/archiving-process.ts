import { join } from 'node:path';
import pino from 'pino';
import { archiveEntries } from '../../gateway/followers/archive/archive.ts';
import { openArchive } from '../../gateway/followers/archive/open-archive.ts';
import { openSqliteJournal } from '../../gateway/journal/sqlite.ts';

/** A process that archives a journal into the same folder, telling its parent each cursor, until it is killed. */
const [folder = '.'] = process.argv.slice(2);
const log = pino({ level: 'warn' });
const journal = await openSqliteJournal(join(folder, 'journal.sqlite'), Date.now);
const archive = openArchive(undefined, folder, log);
const cursors = {
  read: journal.cursors.read,
  store: async (follower: string, cursor: number) => {
    process.send?.(cursor); // before it is stored: the kill may come between the effect and the cursor
    await journal.cursors.store(follower, cursor);
  },
};
const stop = new AbortController().signal;
await archiveEntries({
  journal,
  cursors,
  archive,
  devices: { find: () => undefined },
  log,
  stop,
  now: Date.now,
  random: Math.random,
}).done;
