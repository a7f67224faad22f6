import fc from 'fast-check';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { type FollowerPorts, runFollower, TryLater } from '../../../gateway/followers/follower.ts';
import type { Batch, Seq } from '../../../gateway/journal/journal.ts';
import { MemoryCursors, MemoryJournal } from '../../parts/memory-journal.ts';

const entry = { kind: 'device-removed', device: 'd', by: { name: 'admin', centre: undefined } } as const;

/** The first one waits for the disk. */
class SlowCursors extends MemoryCursors {
  readonly #disk: Promise<void>;
  constructor(disk: Promise<void>) {
    super();
    this.#disk = disk;
  }
  override async store(name: string, seq: Seq): Promise<void> {
    await this.#disk;
    await super.store(name, seq);
  }
}

function journalOf(entries: number, batchMax = 10): MemoryJournal {
  const journal = new MemoryJournal(batchMax);
  for (let n = 0; n < entries; n++) journal.add(entry);
  return journal;
}

function start(journal: MemoryJournal, handle: FollowerPorts['handle'], more: Partial<FollowerPorts> = {}) {
  const [cursors, stop, logged] = [new MemoryCursors(), new AbortController(), [] as Record<string, unknown>[]];
  const log = pino({ level: 'warn' }, { write: (line) => logged.push(JSON.parse(line)) });
  const ports = {
    name: 'test',
    journal,
    cursors,
    handle,
    log,
    stop: stop.signal,
    now: () => 1000,
    random: () => 0,
    ...more,
  };
  const follower = runFollower(ports);
  const end = async () => {
    stop.abort();
    await follower.done;
  };
  return { follower, cursors, logged, end };
}

const seqs = ({ entries }: Batch): Seq[] => entries.map(({ seq }) => seq);

describe('a follower', () => {
  it('hands on all entries in order and moves its cursor behind each batch', async () => {
    const seen: Seq[] = [];
    const { follower, cursors, end } = start(journalOf(25), async (batch) => void seen.push(...seqs(batch)));
    await cursors.reached('test', 25);
    expect(seen).toEqual(Array.from({ length: 25 }, (_, at) => at + 1));
    expect(cursors.stored).toEqual([10, 20, 25]);
    expect(follower.lag()).toBe(0);
    await end();
    expect(follower.state()).toMatchObject({ status: 'stopped', cursor: 25, failures: 0 });
  });

  it('goes on while its cursor waits for the disk, sixteen batches at most, and stores the last of them at once', async () => {
    const [disk, handled]: [PromiseWithResolvers<void>, Seq[]] = [Promise.withResolvers(), []];
    const cursors = new SlowCursors(disk.promise);
    const { end } = start(journalOf(300), async ({ last }) => void handled.push(last), { cursors });
    await expect.poll(() => handled.at(-1)).toBe(160);
    await new Promise(setImmediate);
    expect(handled.at(-1)).toBe(160);
    disk.resolve();
    await cursors.reached('test', 300);
    expect(cursors.stored.slice(0, 2)).toEqual([10, 160]);
    await end();
  });

  it('repeats a failing batch with its cursor still, and tells how far behind it is', async () => {
    let failures = 5;
    const tried: Seq[] = [];
    const { follower, cursors, logged, end } = start(journalOf(20), async ({ last }) => {
      tried.push(last);
      if (last === 20 && failures-- > 0) {
        expect(follower.lag()).toBe(10);
        throw new Error('away');
      }
    });
    await cursors.reached('test', 20);
    expect(tried).toEqual([10, 20, 20, 20, 20, 20, 20]);
    expect(cursors.stored).toEqual([10, 20]);
    expect(follower.state()).toMatchObject({ failures: 5, lastError: 'away', failingSince: undefined });
    expect(logged).toMatchObject(
      Array.from({ length: 5 }, (_, attempt) => ({ follower: 'test', step: 'handle', attempt })),
    );
    await end();
  });

  it('draws its waits from nought to a ceiling that grows from 0.25 to 60 s', async () => {
    const waits: unknown[] = [];
    const log = pino({ level: 'warn' }, { write: (line) => waits.push(JSON.parse(line).waitMs) });
    // A draw next to nothing for the waiting itself: what is logged shows the ceiling.
    const { follower, cursors, end } = start(
      journalOf(1),
      async () => {
        if (waits.length < 12) throw new Error('away');
      },
      { log, random: () => 0.004 },
    );
    await cursors.reached('test', 1);
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 240, 240, 240, 240]);
    await end();
    expect(follower.state().failures).toBe(12);
  });

  it('waits at least as long as the other side asked for, and a minute at most', async () => {
    const waits: unknown[] = [];
    const log = pino({ level: 'warn' }, { write: (line) => waits.push(JSON.parse(line).waitMs) });
    const { follower, end } = start(journalOf(1), () => Promise.reject(new TryLater('busy', 3_600_000)), { log });
    await expect.poll(() => waits).toEqual([60_000]);
    expect(follower.state()).toMatchObject({ status: 'retrying', failingSince: 1000, cursor: 0 });
    await end(); // wakes it
  });

  it('takes up from the oldest entry when what it needs is gone, and says so', async () => {
    const journal = journalOf(30);
    journal.forgetBefore(12);
    const seen: Seq[] = [];
    const { cursors, logged, end } = start(journal, async (batch) => void seen.push(...seqs(batch)));
    await cursors.reached('test', 30);
    expect(seen[0]).toBe(12);
    expect(seen).toHaveLength(19);
    expect(logged).toMatchObject([{ level: 50, cursor: 0, oldest: 12 }]);
    await end();
  });

  it('tries again when the cursor cannot be stored or the journal cannot be read', async () => {
    const cursors = new MemoryCursors();
    const store = cursors.store.bind(cursors);
    let [unstored, unread] = [2, 2];
    cursors.store = (follower, cursor) =>
      unstored-- > 0 ? Promise.reject(new Error('disk full')) : store(follower, cursor);
    const journal = journalOf(3);
    const follow = journal.follow.bind(journal);
    journal.follow = (cursor, stop) => {
      if (unread-- > 0) throw new Error('closed');
      return follow(cursor, stop);
    };
    let handled = 0;
    const { follower, end } = start(journal, async () => void handled++, { cursors });
    await cursors.reached('test', 3);
    expect(handled).toBe(1); // the effect is not done again because of the cursor
    expect(follower.state().failures).toBe(4);
    await end();
  });

  it('stops while it waits, without a word more to the other side', async () => {
    let tried = 0;
    const { follower, cursors, end } = start(
      journalOf(1),
      () => {
        tried++;
        return Promise.reject(new Error('away'));
      },
      { random: () => 0.999 },
    );
    await expect.poll(() => follower.state().status).toBe('retrying');
    await end();
    expect([tried, cursors.stored]).toEqual([1, []]);
  });

  it('stores the cursor of what it had finished when it was stopped', async () => {
    const finish = Promise.withResolvers<void>();
    const { follower, cursors, end } = start(journalOf(1), () => finish.promise);
    const ended = end();
    finish.resolve();
    await ended;
    expect(cursors.stored).toEqual([1]);
    expect(follower.state().status).toBe('stopped');
  });

  it('passes a batch that is still under way with others, but never with its cursor', async () => {
    const slow = Promise.withResolvers<void>();
    const handled: Seq[] = [];
    const handle = async ({ last }: Batch) => {
      if (last === 1) await slow.promise;
      handled.push(last);
    };
    const { cursors, end } = start(journalOf(5, 1), handle, { inFlightMax: 3 });
    await expect.poll(() => handled).toEqual([2, 3]); // and not 4: three are under way
    expect(cursors.stored).toEqual([]);
    slow.resolve();
    await cursors.reached('test', 5);
    expect(cursors.stored).toEqual([1, 2, 3, 4, 5]);
    await end();
  });

  it('handles each entry at least once and never moves its cursor past one, whatever fails and in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ failures: fc.nat(3), turns: fc.nat(5) }), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        async (batches, inFlightMax) => {
          const done = new Set<Seq>();
          const left = batches.map(({ failures }) => failures);
          const { end } = start(
            journalOf(batches.length, 1),
            async ({ last }) => {
              for (let turn = batches[last - 1]?.turns ?? 0; turn > 0; turn--) await new Promise(setImmediate);
              const failures = left[last - 1] ?? 0;
              left[last - 1] = failures - 1;
              if (failures > 0) throw new Error('away');
              done.add(last);
            },
            { inFlightMax, cursors: checking(new MemoryCursors(), (cursor) => expect(done).toContain(cursor)) },
          );
          await expect.poll(() => done.size, { interval: 1 }).toBe(batches.length);
          await end();
        },
      ),
      { numRuns: 40 },
    );
  });
});

function checking(cursors: MemoryCursors, check: (cursor: Seq) => void): MemoryCursors {
  const store = cursors.store.bind(cursors);
  let last = 0;
  cursors.store = async (follower, cursor) => {
    expect(cursor).toBeGreaterThan(last);
    for (let seq = last + 1; seq <= cursor; seq += 1) check(seq);
    last = cursor;
    await store(follower, cursor);
  };
  return cursors;
}
