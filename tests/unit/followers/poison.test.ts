import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { type FollowerPorts, runFollower } from '../../../gateway/followers/follower.ts';
import { NeverWorks, OtherSideAway } from '../../../gateway/followers/poison.ts';
import type { Pause, SetAside, Supervision } from '../../../gateway/followers/supervision.ts';
import { JournalUnavailable, type Seq } from '../../../gateway/journal/journal.ts';
import { MemoryCursors, MemoryJournal } from '../../parts/memory-journal.ts';

const entry = { kind: 'device-removed', device: 'd', by: { name: 'admin', centre: undefined } } as const;

/** Keeps in memory what the real desk keeps in the journal; the real one is tried in tests/integration/followers. */
class MemorySupervision implements Supervision {
  readonly aside: SetAside[] = [];
  readonly #journal: MemoryJournal;
  constructor(journal: MemoryJournal) {
    this.#journal = journal;
  }
  pauseOf = (): Pause | undefined => undefined;
  untilResumed = async () => true;
  setAside = async (_follower: string, one: SetAside) => void this.aside.push(one);
  behind = (seq: Seq) => this.#journal.entries.slice(seq, seq + 10);
}

function start(entries: number, effect: (seq: Seq) => void, batchMax = 10) {
  const journal = new MemoryJournal(batchMax);
  for (let n = 0; n < entries; n++) journal.add(entry);
  const [cursors, stop, supervision] = [new MemoryCursors(), new AbortController(), new MemorySupervision(journal)];
  const ports: FollowerPorts = {
    name: 'test',
    journal,
    cursors,
    supervision,
    handle: async (batch) => {
      for (const { seq } of batch.entries) effect(seq);
    },
    log: pino({ level: 'silent' }),
    stop: stop.signal,
    now: () => 1000,
    random: () => 0,
  };
  const follower = runFollower(ports);
  const end = async () => {
    stop.abort();
    await follower.done;
  };
  return { journal, follower, cursors, supervision, end };
}

describe('a poison entry', () => {
  it('is set aside at once when its effect can never work, and all others go through', async () => {
    const done = new Set<Seq>();
    const { cursors, supervision, end } = start(30, (seq) => {
      if (seq === 17) throw new NeverWorks('the camera has no such preset');
      done.add(seq);
    });
    await cursors.reached('test', 30);
    const reason = 'the camera has no such preset';
    expect(supervision.aside).toEqual([{ seq: 17, kind: 'device-removed', reason, attempts: 1 }]);
    expect(done.size).toBe(29);
    await end();
  });

  it('is set aside after eight failures when others in its batch go', async () => {
    let tried = 0;
    const { cursors, supervision, end } = start(10, (seq) => {
      if (seq === 4 && ++tried > 0) throw new TypeError('x is not a function');
    });
    await cursors.reached('test', 10);
    expect(supervision.aside).toMatchObject([{ seq: 4, attempts: 8 }]);
    expect(tried).toBeGreaterThanOrEqual(8);
    await end();
  });

  it('is set aside when it fills its batch alone and those behind it go', async () => {
    const { cursors, supervision, end } = start(
      3,
      (seq) => {
        if (seq === 1) throw new TypeError('x is not a function');
      },
      1,
    );
    await cursors.reached('test', 3);
    expect(supervision.aside).toMatchObject([{ seq: 1, attempts: 8 }]);
    await end();
  });

  it('is tried for ever while nobody waits behind it, and set aside once somebody does', async () => {
    const { journal, follower, cursors, supervision, end } = start(1, (seq) => {
      if (seq === 1) throw new TypeError('x is not a function');
    });
    await expect.poll(() => follower.state().failures, { timeout: 5_000 }).toBeGreaterThan(20);
    expect([supervision.aside, follower.state().status]).toEqual([[], 'retrying']);
    journal.add(entry);
    await cursors.reached('test', 2);
    expect(supervision.aside).toMatchObject([{ seq: 1 }]);
    await end();
  });

  it.each([
    ['other side that is away', () => new OtherSideAway('no route')],
    ['journal that stores nothing', () => new JournalUnavailable('disk full')],
    ['full disk', () => Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' })],
  ])('is never made of an outage: %s', async (_name, outage) => {
    let failures = 40;
    const { cursors, supervision, end } = start(20, (seq) => {
      if (seq === 5 && failures-- > 0) throw outage(); // the others would go, as entries do that need no other side
    });
    await cursors.reached('test', 20);
    expect(supervision.aside).toEqual([]);
    await end();
  });

  it('is none when everything fails alike', async () => {
    let failures = 500;
    const { cursors, supervision, end } = start(20, () => {
      if (failures-- > 0) throw new Error('a mistake that hits every entry');
    });
    await cursors.reached('test', 20);
    expect(supervision.aside).toEqual([]);
    await end();
  });
});
