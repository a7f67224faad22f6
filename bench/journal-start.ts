import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv, execPath, memoryUsage, stdout } from 'node:process';
import { openLanes } from '../gateway/desk/open-desk.ts';
import type { NewEntry } from '../gateway/journal/journal.ts';
import { openSqliteJournal } from '../gateway/journal/sqlite.ts';
import { verifyJournal } from '../gateway/journal/verification.ts';
import { raised, someAlarm } from '../tests/parts/recorded.ts';

/*
 * How long a journal with many entries takes to be ready, and what memory: `node bench/journal-start.ts [ENTRIES]`,
 * 1,000,000 if absent. One entry in ten raises an alarm of one of 10,000 devices; one alarm in twenty is still open.
 */
const DEVICES = 10_000;
const AT_ONCE = 5_000;
const [first, second] = argv.slice(2);

const oneOf = (number: number): NewEntry => {
  const device = `device-${number % DEVICES}`;
  if (number % 10 !== 0) {
    const telemetry = { kind: 'telemetry', device, values: { value: number } } as const;
    return { entry: { kind: 'telemetry', telemetry }, alarm: undefined };
  }
  const alarm = someAlarm({ device, state: number % 200 === 0 ? 'new' : 'closed' });
  return { entry: raised(alarm), alarm };
};

async function write(file: string, entries: number): Promise<void> {
  const journal = await openSqliteJournal(file, Date.now);
  for (let from = 0; from < entries; from += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, entries - from) }, (_, index) => oneOf(from + index));
    await journal.append(
      batch.map((entry, index) => ({
        subject: `device/device-${(from + index) % DEVICES}`,
        expectedVersion: undefined,
        entries: [entry],
      })),
    );
  }
  await journal.close();
}

/** In a process of its own, as a gateway starts: the journal, the open alarms, and the signals to be known again. */
async function start(file: string): Promise<void> {
  const startedAt = performance.now();
  const rssBefore = memoryUsage().rss;
  const journal = await openSqliteJournal(file, Date.now);
  const openedMs = performance.now() - startedAt;
  openLanes(journal, journal.queries);
  const readyMs = performance.now() - startedAt;
  const mebibytes = (memoryUsage().rss - rssBefore) / 2 ** 20;
  stdout.write(
    `opened in ${openedMs.toFixed(0)} ms, alarms and identities after ${readyMs.toFixed(0)} ms, ${mebibytes.toFixed(0)} MiB more\n`,
  );
  await journal.close();
}

if (first === '--start' && second !== undefined) await start(second);
else {
  const entries = Number(first ?? 1_000_000);
  const folder = mkdtempSync(join(tmpdir(), 'fengsui-journal-'));
  const file = join(folder, 'journal.sqlite');
  try {
    const startedAt = performance.now();
    await write(file, entries);
    const writtenS = (performance.now() - startedAt) / 1000;
    stdout.write(
      `${entries} entries written in ${writtenS.toFixed(1)} s, ${(statSync(file).size / 2 ** 20).toFixed(0)} MiB\n`,
    );
    for (let round = 0; round < 3; round += 1) {
      stdout.write(execFileSync(execPath, [import.meta.filename, '--start', file], { encoding: 'utf8' }));
    }
    const verifiedAt = performance.now();
    const isSound = verifyJournal(file).ok;
    stdout.write(
      `verified in ${((performance.now() - verifiedAt) / 1000).toFixed(1)} s: ${isSound ? 'sound' : 'broken'}\n`,
    );
  } finally {
    if (existsSync(folder)) rmSync(folder, { recursive: true });
  }
}
