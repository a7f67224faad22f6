import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { openSqliteJournal } from '../../../gateway/journal/sqlite.ts';
import { NEVER_AGAIN } from '../../parts/never-again.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';
import { journalContract } from './journal.contract.ts';

journalContract('SQLite', async () => {
  const file = join(await temporaryFolder(onTestFinished), 'journal.sqlite');
  return { open: () => openSqliteJournal(file, () => 0) };
});

it('syncs every commit, also on a file that is opened again', async () => {
  const file = join(await temporaryFolder(onTestFinished), 'journal.sqlite');
  for (const _start of ['new', 'again']) {
    const journal = await openSqliteJournal(file, () => 0);
    expect(journal.synchronous).toBe(2); // FULL
    await journal.close();
  }
});

it('keeps where a follower was', async () => {
  const file = join(await temporaryFolder(onTestFinished), 'journal.sqlite');
  const journal = await openSqliteJournal(file, () => 0);
  expect(journal.cursors.read('archive')).toBe(0);
  await journal.cursors.store('archive', 7);
  await journal.close();
  const again = await openSqliteJournal(file, () => 0);
  expect(again.cursors.read('archive')).toBe(7);
  await again.close();
});

it('holds every entry that it answered for when its process is killed, ten times', NEVER_AGAIN, async () => {
  const file = join(await temporaryFolder(onTestFinished), 'journal.sqlite');
  let answered = 0;
  for (let round = 0; round < 10; round += 1) {
    const writer = spawn(process.execPath, [join(import.meta.dirname, '../../parts/journal-writer.ts'), file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const killAfter = 5 + Math.floor(Math.random() * 200);
    let lines = 0;
    for await (const line of createInterface({ input: writer.stdout })) {
      answered = Math.max(answered, Number(line));
      lines += 1;
      if (lines === killAfter) writer.kill('SIGKILL');
    }
    if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit');
    const journal = await openSqliteJournal(file, () => 0);
    expect(journal.head()).toBeGreaterThanOrEqual(answered);
    const seqs = journal.read(0, 1_000_000).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_seq, index) => index + 1));
    await journal.close();
  }
});
