import { describe, expect, it } from 'vitest';
import type { Journal, JournalQueries, Seq, Write } from '../../../gateway/journal/journal.ts';
import { byPerson, given, latest, occurrence } from '../../parts/alarm-samples.ts';

type Opened = Journal & Readonly<{ queries: JournalQueries }>;

/** What every engine of the journal must keep. `open` answers a new one, or the same one again after `close`. */
export function journalContract(name: string, start: () => Promise<{ open: () => Promise<Opened> }>): void {
  describe(`the journal on ${name}`, () => {
    const telemetry = (value: number, subject = 'telemetry/t1', expectedVersion?: number): Write => ({
      subject,
      expectedVersion,
      entries: [
        {
          entry: { kind: 'telemetry', telemetry: { kind: 'telemetry', device: 't1', values: { value } } },
          alarm: undefined,
        },
      ],
    });

    it('numbers entries from one on without a gap, in the order of the calls', async () => {
      const journal = await (await start()).open();
      const outcomes = await Promise.all([1, 2, 3].map((value) => journal.append([telemetry(value)])));
      expect(outcomes.flat()).toEqual([1, 2, 3].map((value) => ({ ok: true, value })));
      expect(journal.read(0, 10).map(({ seq }) => seq)).toEqual([1, 2, 3]);
      expect(journal.read(2, 10)).toHaveLength(1);
      await journal.close();
    });

    it('answers a stale version on its own and stores its neighbours', async () => {
      const journal = await (await start()).open();
      await journal.append([telemetry(1, 'device/a', 0)]);
      const outcomes = await journal.append([telemetry(2, 'device/a', 0), telemetry(3, 'device/b', 0)]);
      expect(outcomes).toEqual([
        { ok: false, error: { subject: 'device/a', expected: 0, found: 1 } },
        { ok: true, value: 2 },
      ]);
      expect(journal.versionOf('device/a')).toBe(1);
      await journal.close();
    });

    it('holds after a restart what it had answered, and goes on with the next number', async () => {
      const place = await start();
      const first = await place.open();
      await first.append([telemetry(1)]);
      await first.close();
      const again = await place.open();
      expect(again.head()).toBe(1);
      expect((await again.append([telemetry(2)]))[0]).toEqual({ ok: true, value: 2 });
      await again.close();
    });

    it('lets a follower read what was, then what comes, until it is stopped', async () => {
      const journal = await (await start()).open();
      await journal.append([telemetry(1)]);
      const stop = new AbortController();
      const seen: Seq[] = [];
      const following = (async () => {
        for await (const { last } of journal.follow(0, stop.signal)) {
          seen.push(last);
          if (last === 3) stop.abort();
        }
      })();
      await journal.append([telemetry(2)]);
      await journal.append([telemetry(3)]);
      await following;
      expect(seen.at(-1)).toBe(3);
      await journal.close();
    });

    it('answers for alarms by scope, state and time, for counts, history and the latest facts', async () => {
      const journal = await (await start()).open();
      const book = given(occurrence('08:00:00', { newAlarm: '019392a0-0000-7000-8000-000000000001' }));
      const alarm = latest(book);
      const raised = { entry: { kind: 'raised', signal: 's1', raised: alarm } as const, alarm };
      await journal.append([{ subject: `device/${alarm.device}`, expectedVersion: 0, entries: [raised] }]);
      const entry = { kind: 'acknowledged', ...byPerson(alarm) } as const;
      const acknowledged = { entry, alarm: book.apply(entry) };
      await journal.append([{ subject: `device/${alarm.device}`, expectedVersion: 1, entries: [acknowledged] }]);

      const { queries } = journal;
      const ask = (where: object) =>
        queries.alarms({ where: { regions: [], ...where }, after: undefined, limit: 10 }).items;
      expect(queries.alarm(alarm.id)).toMatchObject({ state: 'acknowledged', version: 2 });
      expect(queries.history(alarm.id).map((recorded) => recorded.entry.kind)).toEqual(['raised', 'acknowledged']);
      expect(ask({ regions: [['360902000000']], states: ['acknowledged'] })).toHaveLength(1);
      expect(ask({ regions: [['360902000000'], ['360981000000']] })).toHaveLength(0); // a region asked for beyond the scope
      expect(ask({ types: ['railway.'], lines: ['沪昆线'] })).toHaveLength(1);
      expect(ask({ types: ['railway.cattle.'] })).toHaveLength(0);
      expect(ask({ to: alarm.occurredAt })).toHaveLength(0);
      expect(queries.counts({ regions: [] })).toEqual([{ severity: 2, state: 'acknowledged', count: 1 }]);
      expect([...queries.latestOfEachType()]).toHaveLength(1);

      const by = { name: 'admin', centre: undefined };
      const wall = { id: 'hall', layout: 4, tiles: [null], version: 1 } as const;
      await journal.append([
        {
          subject: 'wall/hall',
          expectedVersion: 0,
          entries: [{ entry: { kind: 'wall-put', wall, by }, alarm: undefined }],
        },
      ]);
      expect([...queries.facts('wall/')]).toEqual([{ key: 'wall/hall', value: wall }]);
      await journal.close();
    });
  });
}
