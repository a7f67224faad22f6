import { openSqliteJournal } from '../../gateway/journal/sqlite.ts';

/** Appends without end and prints each number once it is answered for; made to be killed. */
const [file = ''] = process.argv.slice(2);
const journal = await openSqliteJournal(file, Date.now);
const telemetry = { kind: 'telemetry', device: 'd', values: { value: 1 } } as const;
const entry = { kind: 'telemetry', telemetry } as const;

async function appendForEver(subject: string): Promise<never> {
  for (;;) {
    const [outcome] = await journal.append([
      { subject, expectedVersion: undefined, entries: [{ entry, alarm: undefined }] },
    ]);
    if (outcome?.ok) process.stdout.write(`${outcome.value}\n`);
  }
}
await Promise.all(['a', 'b', 'c', 'd'].map(appendForEver));
