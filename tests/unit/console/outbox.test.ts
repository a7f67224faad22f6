import { describe, expect, it, vi } from 'vitest';
import type { Answer } from '../../../console/src/api/request.ts';
import {
  BYTES_MAX,
  type Draft,
  ENTRIES_MAX,
  judge,
  nextOf,
  type OutboxEntry,
  waitMs,
} from '../../../console/src/patrol/outbox/entry.ts';
import { Outbox, type Taken } from '../../../console/src/patrol/outbox/outbox.ts';
import { shortShelf } from '../../../console/src/patrol/outbox/shelf.ts';
import type { Problem } from '../../../gateway/http/contract/problem.ts';
import { consoleAlarm } from '../../parts/console-alarm.ts';

const problem = (status: number, more: Partial<Problem> = {}): Problem => ({
  type: 'fengsui:x',
  title: 'x',
  status,
  ...more,
});
const draft = (more: Partial<Draft> = {}): Draft => ({
  ...{
    by: 'patrol-1',
    about: 'alarm/a',
    act: 'patrol.act.take',
    title: 'x',
    path: '/alarms/a/comment',
    body: { note: 'x' },
  },
  ...{ version: 1, seen: { state: 'new', assignee: undefined }, ...more },
});

type Answerer = (entry: OutboxEntry) => Answer<Taken>;
const taken = (version: number): Answer<Taken> => ({ ok: true, value: { ...consoleAlarm('a'), version } });
const refused = (found: Problem): Answer<Taken> => ({ ok: false, problem: found });

/** An outbox before a gateway that answers as the test says, with a clock that it turns. */
async function open(answers: Answerer, shelf = shortShelf()) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const world = { now: 1_000, user: 'patrol-1' as string | undefined, answers, ids: 0 };
  const sent: OutboxEntry[] = [];
  const outbox = new Outbox({
    shelf,
    send: async (entry) => {
      sent.push(entry);
      return world.answers(entry);
    },
    user: () => world.user,
    now: () => world.now,
    newId: () => `id-${world.ids++}`,
    onChange: () => undefined,
    onTaken: () => undefined,
  });
  await outbox.open();
  const turn = async (ms: number): Promise<void> => {
    world.now += ms;
    await vi.advanceTimersByTimeAsync(ms);
  };
  return { outbox, world, sent, shelf, turn };
}

describe('the outbox', () => {
  it('sends acts on one thing in order, each on the version that the last one led to', async () => {
    let version = 7;
    const { outbox, sent, world, turn } = await open(() => refused(problem(0)));
    await outbox.add(draft());
    await outbox.add(draft({ path: '/alarms/a/arrive' }));
    await outbox.add(draft({ about: 'task/b', path: '/patrol/tasks/b/take' }));
    await turn(0);
    sent.length = 0;
    world.answers = () => taken(++version);
    outbox.hurry();
    await turn(0);
    expect(sent.map(({ path, version: on }) => [path, on])).toEqual([
      ['/alarms/a/comment', 1],
      ['/alarms/a/arrive', 8],
      ['/patrol/tasks/b/take', 1],
    ]);
    expect(outbox.entries).toEqual([]);
  });

  it('keeps what did not arrive, under the same key, waits longer each time, and goes on when the network is back', async () => {
    const { outbox, sent, world, turn } = await open(() => refused(problem(0)));
    await outbox.add(draft());
    await outbox.add(draft({ path: '/alarms/a/arrive' }));
    for (const ms of [0, 1_000, 2_000, 4_000]) await turn(ms);
    expect(sent.map(({ path }) => path)).toEqual(Array.from({ length: 4 }, () => '/alarms/a/comment'));
    expect(new Set(sent.map(({ key }) => key)).size).toBe(1);
    expect([1, 2, 3, 6, 7, 20].map(waitMs)).toEqual([1_000, 2_000, 4_000, 32_000, 60_000, 60_000]);
    world.answers = () => taken(9);
    outbox.hurry();
    await turn(0);
    expect([sent.length, outbox.entries.length]).toEqual([6, 0]);
  });

  it('is there again after the page was closed, and not sent by somebody else', async () => {
    const shelf = shortShelf();
    const first = await open(() => refused(problem(0)), shelf);
    await first.outbox.add(draft({ photo: new Blob(['x'], { type: 'image/jpeg' }) }));
    first.outbox.stop();
    const { outbox, sent, world, turn } = await open(() => taken(2), shelf);
    world.user = 'patrol-2';
    outbox.hurry();
    await turn(60_000);
    expect([sent.filter(({ by }) => by !== 'patrol-1').length, outbox.entries.length]).toEqual([
      0,
      outbox.entries.length,
    ]);
    world.user = 'patrol-1';
    outbox.hurry();
    await turn(0);
    expect(sent.at(-1)?.photo?.size).toBe(1);
    expect([outbox.entries, await shelf.all()]).toEqual([[], []]);
  });

  it('goes on by itself where devices alone moved the alarm, as a new act', async () => {
    const { outbox, sent, world, turn } = await open((entry) =>
      entry.version === 4
        ? taken(5)
        : refused(problem(409, { alarm: consoleAlarm('a', { version: 4, state: 'new' }) })),
    );
    await outbox.add(draft());
    await turn(0);
    expect(sent.map(({ version }) => version)).toEqual([1, 4]);
    expect(sent[0]?.key).not.toBe(sent[1]?.key);
    world.answers = () => refused(problem(409, { alarm: consoleAlarm('a', { version: 9, state: 'resolved' }) }));
    await outbox.add(draft());
    await turn(0);
    expect(outbox.entries).toMatchObject([{ state: 'refused', problem: { status: 409 } }]);
  });

  it('leaves what was refused to the person, and holds back what was built on it', async () => {
    const { outbox, sent, world, turn } = await open(({ body }) =>
      body['note'] === 'x' ? refused(problem(400, { field: 'note' })) : taken(3),
    );
    await outbox.add(draft());
    await outbox.add(draft({ path: '/alarms/a/arrive', body: {} }));
    await outbox.add(draft({ photo: new Blob(['x']), path: '/alarms/a/evidence', body: {} }));
    await turn(0);
    expect(sent.map(({ path }) => path)).toEqual(['/alarms/a/comment', '/alarms/a/evidence']); // a photo stands by itself
    world.answers = ({ body }) => (body['note'] === 'x' ? refused(problem(400)) : taken(3));
    await outbox.again(outbox.entries[0]?.id ?? '', { note: 'better' }, 2);
    await turn(0);
    expect(sent.slice(-2).map(({ path, version }) => [path, version])).toEqual([
      ['/alarms/a/comment', 2],
      ['/alarms/a/arrive', 3],
    ]);
    expect(outbox.entries).toEqual([]);
  });

  it('goes on with the next once the refused one is dropped', async () => {
    const { outbox, sent, turn } = await open(({ path }) =>
      path.endsWith('comment') ? refused(problem(403)) : taken(3),
    );
    await outbox.add(draft());
    await outbox.add(draft({ path: '/alarms/a/arrive' }));
    await turn(0);
    await outbox.drop(outbox.entries[0]?.id ?? '');
    await turn(0);
    expect([sent.at(-1)?.path, outbox.entries.length]).toEqual(['/alarms/a/arrive', 0]);
  });

  it('takes no more than it has room for, and says so', async () => {
    const { outbox } = await open(() => refused(problem(0)));
    for (let n = 0; n < ENTRIES_MAX; n++) expect(await outbox.add(draft({ about: `alarm/${n}` }))).toBe(true);
    expect(await outbox.add(draft())).toBe(false);
    const other = await open(() => refused(problem(0)));
    const photo = new Blob([new Uint8Array(BYTES_MAX)]);
    expect(await other.outbox.add(draft({ photo }))).toBe(false);
  });
});

it('judges answers: later, signed out, refused', () => {
  const entry = { ...draft(), attempts: 0 } as OutboxEntry;
  expect([0, 429, 500, 503, 401, 400, 403, 404, 409].map((status) => judge(entry, problem(status)).kind)).toEqual([
    ...['later', 'later', 'later', 'later'],
    'signed-out',
    ...['refused', 'refused', 'refused', 'refused'],
  ]);
  expect(nextOf([], 'x')).toBeUndefined();
});
