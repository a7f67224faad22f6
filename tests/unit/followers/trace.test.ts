import pino from 'pino';
import { expect, it } from 'vitest';
import { runFollower } from '../../../gateway/followers/follower.ts';
import { traceEntries } from '../../../gateway/followers/trace.ts';
import { toHistoryItem } from '../../../gateway/http/wire.ts';
import { MemoryCursors, MemoryJournal } from '../../parts/memory-journal.ts';
import { raised, someAlarm } from '../../parts/recorded.ts';

function listen(level: string) {
  const lines: Record<string, unknown>[] = [];
  return { lines, log: pino({ level }, { write: (line) => lines.push(JSON.parse(line)) }) };
}

it('joins a signal to the journal’s number, to each follower and to the alarm’s history', async () => {
  const { lines, log } = listen('debug');
  const [journal, cursors, stop] = [new MemoryJournal(), new MemoryCursors(), new AbortController()];
  const tracing = traceEntries({ journal, log, stop: stop.signal });
  const follower = runFollower({
    name: 'archive',
    journal,
    cursors,
    handle: async () => undefined,
    log,
    stop: stop.signal,
    now: Date.now,
    random: () => 0,
  });
  const alarm = someAlarm({ text: 'what somebody said' });
  const recorded = journal.add(raised(alarm), alarm);
  await cursors.reached('archive', 1);
  stop.abort();
  await Promise.all([tracing, follower.done]);

  const signal = `signal-of-${alarm.id}`;
  expect(lines).toContainEqual(
    expect.objectContaining({
      msg: 'entry durable',
      seq: 1,
      kind: 'raised',
      signal,
      alarm: alarm.id,
      device: alarm.device,
    }),
  );
  expect(lines).toContainEqual(
    expect.objectContaining({ msg: 'entries handled', follower: 'archive', first: 1, last: 1 }),
  );
  expect(toHistoryItem(recorded)).toMatchObject({ seq: 1, signal });
  expect(JSON.stringify(lines)).not.toContain('what somebody said');
});

it('reads nothing where nobody asked for debug lines', async () => {
  const { lines, log } = listen('info');
  const journal = new MemoryJournal();
  journal.follow = () => expect.fail('read');
  await traceEntries({ journal, log, stop: new AbortController().signal });
  expect(lines).toEqual([]);
});
