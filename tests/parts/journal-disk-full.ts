import { join } from 'node:path';
import { JournalUnavailable, type Recorded, type Seq } from '../../gateway/journal/journal.ts';
import { openSqliteJournal, type SqliteJournal } from '../../gateway/journal/sqlite.ts';
import { mountSmallDisk } from './journal-small-disk.ts';

/*
 * A disk of 8 MiB fills up under the journal, gets room again, and the journal is opened once more. Prints what was
 * answered and what the file then holds; runs in a mount namespace of its own.
 */
const [folder = ''] = process.argv.slice(2);
const disk = mountSmallDisk(folder, 8);
const file = join(folder, 'journal.sqlite');

const telemetry = (value: number) =>
  ({ kind: 'telemetry', telemetry: { kind: 'telemetry', device: 'd', values: { value } } }) as const;
const append = (journal: SqliteJournal, value: number) =>
  journal.append([
    { subject: 'd', expectedVersion: undefined, entries: [{ entry: telemetry(value), alarm: undefined }] },
  ]);

/** Appends one after the other until the disk refuses; answers the values that were answered for. */
async function appendUntilRefused(journal: SqliteJournal): Promise<readonly number[]> {
  const answered = Array.from({ length: 2000 }, (_, value) => value);
  await Promise.all(answered.map((value) => append(journal, value)));
  disk.fill();
  try {
    for (let value = answered.length; ; value += 1) {
      await append(journal, value);
      answered.push(value);
    }
  } catch (error) {
    if (!(error instanceof JournalUnavailable)) throw error;
    return answered;
  }
}

const isRefused = (outcome: Promise<unknown>): Promise<boolean> =>
  outcome.then(
    () => false,
    (error: unknown) => error instanceof JournalUnavailable,
  );

/** Waits for the log's own line of this name. */
async function own(journal: SqliteJournal, act: string, from: Seq): Promise<Recorded> {
  const stop = AbortSignal.timeout(30_000);
  for await (const { entries } of journal.follow(from, stop)) {
    const found = entries.find(({ entry }) => entry.kind === 'audited' && entry.act === act);
    if (found !== undefined) return found;
  }
  throw new Error(`the log never said ${act}`);
}

const heard: string[] = [];
const journal = await openSqliteJournal(file, Date.now, { onStorage: (fault) => heard.push(fault?.kind ?? 'well') });
const answered = await appendUntilRefused(journal);
const full = await own(journal, 'journal.disk-full', 0);
const faultWhileFull = journal.fault();
const isRefusedWhileFull = await isRefused(append(journal, -1));
disk.makeRoom();
await own(journal, 'journal.recovered', full.seq);
await append(journal, -2);
const faultAfterwards = journal.fault();
await journal.close();

const again = await openSqliteJournal(file, Date.now);
const entries = again.read(0, 1_000_000);
const values = entries.flatMap(({ entry }) => (entry.kind === 'telemetry' ? [entry.telemetry.values['value']] : []));
const hasGap = entries.some(({ seq }, index) => seq !== index + 1);
await again.close();
process.stdout.write(
  `${JSON.stringify({ answered, faultWhileFull, isRefusedWhileFull, faultAfterwards: faultAfterwards ?? 'none', heard, values, hasGap })}\n`,
);
