import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { openSqliteJournal } from '../../gateway/journal/sqlite.ts';
import { storageFaultOf } from '../../gateway/journal/storage-fault.ts';
import { reading, writeOf } from './journal-entries.ts';
import { mountSmallDisk } from './journal-small-disk.ts';

/* A disk turns read-only under a journal that is closed, and back. Runs in a mount namespace of its own. */
const [folder = ''] = process.argv.slice(2);
mountSmallDisk(folder, 8);
const file = join(folder, 'journal.sqlite');
const journal = await openSqliteJournal(file, Date.now);
await journal.append([writeOf(reading(1))]);
await journal.close();

const failedWrite = Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_WRITE' });
const whileWritable = storageFaultOf(failedWrite, file);
execFileSync('mount', ['-o', 'remount,ro', folder]);
const whileReadOnly = storageFaultOf(failedWrite, file);
const opened = await openSqliteJournal(file, Date.now).then(
  async (journalOnIt) => {
    await journalOnIt.close();
    return 'it opened';
  },
  (error: unknown) => String(error),
);
execFileSync('mount', ['-o', 'remount,rw', folder]);
const again = await openSqliteJournal(file, Date.now);
const readAgain = again.read(0, 10).length;
await again.close();
process.stdout.write(`${JSON.stringify({ whileWritable, whileReadOnly, opened, readAgain })}\n`);
