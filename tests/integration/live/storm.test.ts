import type { Socket } from 'socket.io-client';
import { expect, it, onTestFinished } from 'vitest';
import { AlarmPage } from '../../../gateway/http/contract/alarms.ts';
import type { Change, SubscribeAnswer, Tick } from '../../../gateway/http/contract/live.ts';
import {
  type Api,
  CITY,
  connected,
  type HttpGateway,
  openSocket,
  person,
  signIn,
  startHttpGateway,
  YUANZHOU,
  ZHANGSHU,
} from '../../parts/http-gateway.ts';

/** What a group of screens sees, said as the test understands it. */
type Group = Readonly<{
  username: string;
  wish: Readonly<{ types?: readonly string[]; severities?: readonly number[]; regions?: readonly string[] }>;
  query: string;
  sees: (alarm: { region: string; type: string; severity: number }) => boolean;
}>;

const GROUPS: readonly Group[] = [
  { username: 'city', wish: {}, query: '', sees: () => true },
  { username: 'yuanzhou', wish: {}, query: '', sees: ({ region }) => region.startsWith('360902') },
  { username: 'zhangshu', wish: {}, query: '', sees: ({ region }) => region.startsWith('360982') },
  {
    username: 'city',
    wish: { regions: ['360982001000'] },
    query: 'region=360982001000',
    sees: ({ region }) => region.startsWith('360982001'),
  },
  { username: 'city', wish: { severities: [1, 2] }, query: 'severity=1,2', sees: ({ severity }) => severity <= 2 },
  {
    username: 'city',
    wish: { types: ['railway.'] },
    query: 'type=railway.',
    sees: ({ type }) => type.startsWith('railway.'),
  },
];
const SCREENS = 120;

/** A console's end of the feed: its cursor, what it was told, and the list that comes of it. */
class Screen {
  readonly group: Group;
  readonly isGathered: boolean;
  readonly seqs: number[] = [];
  readonly versions = new Map<string, number>();
  #cursor: number;
  #socket: Socket | undefined;

  constructor(group: Group, isGathered: boolean, cursor: number) {
    this.group = group;
    this.isGathered = isGathered;
    this.#cursor = cursor;
  }

  /** Resolves when told that nothing is missing. */
  async join({ url }: HttpGateway, token: string | undefined): Promise<void> {
    const socket = await connected(openSocket(onTestFinished, url, token));
    this.#socket = socket;
    socket.on('change', (change: Change) => this.#take(change));
    socket.on('changes', (changes: Change[]) => {
      for (const change of changes) this.#take(change);
    });
    socket.on('device', ({ seq }: { seq: number }) => this.#told(seq));
    socket.on('tick', ({ seq }: Tick) => this.#told(seq));
    const current = new Promise((resolve) => socket.once('tick', resolve));
    const wish = { ...this.group.wish, since: this.#cursor, gathered: this.isGathered };
    const answer: SubscribeAnswer = await socket.timeout(10_000).emitWithAck('subscribe', wish);
    expect(answer).toMatchObject({ ok: true });
    await current;
  }

  cut(): void {
    this.#socket?.removeAllListeners();
    this.#socket?.disconnect();
  }

  #take({ seq, alarm }: Change): void {
    this.seqs.push(seq);
    this.versions.set(alarm.id, alarm.version);
    this.#told(seq);
  }

  #told(seq: number): void {
    this.#cursor = Math.max(this.#cursor, seq);
  }
}

async function happen(gateway: HttpGateway, count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    await Promise.all([
      gateway.raise(),
      gateway.raise({ device: 'zs-door-1', type: at % 2 === 0 ? 'community.door.forced' : 'community.door.held' }),
      gateway.intake.accept([{ kind: 'status', device: 'zs-door-1', online: at % 2 === 0 }]),
    ]);
  }
}

async function listOf(api: Api | undefined, query: string): Promise<ReadonlyMap<string, number>> {
  const { items } = AlarmPage.parse((await api?.get(`/alarms?limit=200&${query}`))?.body);
  return new Map(items.map(({ id, version }) => [id, version]));
}

it('gives a city’s screens every change once and in order, though all are cut and the gateway starts anew', async () => {
  const first = await startHttpGateway(onTestFinished);
  await person(first, 'city', { regions: [CITY] });
  await person(first, 'yuanzhou', { regions: [YUANZHOU] });
  await person(first, 'zhangshu', { regions: [ZHANGSHU] });
  const since = first.journal.head();
  const screens = Array.from({ length: SCREENS }, (_, at) => {
    const group = GROUPS[at % GROUPS.length];
    if (group === undefined) throw new Error('no group');
    return new Screen(group, at % 4 < 2, since);
  });
  const enter = async (gateway: HttpGateway): Promise<ReadonlyMap<string, Api>> => {
    const names = [...new Set(GROUPS.map(({ username }) => username))];
    const people = names.map(async (name) => [name, await signIn(gateway.url, name, `password of ${name}`)] as const);
    return new Map(await Promise.all(people));
  };

  const before = await enter(first);
  await Promise.all(screens.map((screen) => screen.join(first, before.get(screen.group.username)?.token)));
  await happen(first, 20);
  for (const screen of screens) screen.cut();
  await happen(first, 60);
  await first.stop();
  const second = await startHttpGateway(onTestFinished, { folder: first.folder });
  const after = await enter(second);
  await happen(second, 30);
  // Half of them come while more happens, and are cut once more before the rest is there.
  const [early, late] = [screens.slice(0, SCREENS / 2), screens.slice(SCREENS / 2)];
  const join = (some: readonly Screen[]) =>
    Promise.all(some.map((screen) => screen.join(second, after.get(screen.group.username)?.token)));
  await Promise.all([join(early), happen(second, 20)]);
  for (const screen of early) screen.cut();
  await Promise.all([join(late), happen(second, 20), join(early)]);
  await happen(second, 1);

  const entries = second.journal.read(since, 10_000).filter(({ alarm }) => alarm !== undefined);
  for (const group of GROUPS) {
    const expected = entries.filter(({ alarm }) => alarm !== undefined && group.sees(alarm)).map(({ seq }) => seq);
    expect(expected.length).toBeGreaterThan(100);
    const list = await listOf(after.get(group.username), group.query);
    for (const screen of screens.filter((one) => one.group === group)) {
      await expect.poll(() => screen.seqs.at(-1), { timeout: 10_000, interval: 5 }).toBe(expected.at(-1));
      expect(screen.seqs).toEqual(expected);
      expect(screen.versions).toEqual(list);
    }
  }
});

it('tells a screen of thousands of devices that come and go at once, and not to reload', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  await person(gateway, 'city', { regions: [CITY] });
  const { token } = await signIn(gateway.url, 'city', 'password of city');
  const socket = await connected(openSocket(onTestFinished, gateway.url, token));
  const told: number[] = [];
  const reloads: unknown[] = [];
  socket.on('device', ({ seq }: { seq: number }) => told.push(seq));
  socket.on('change', ({ seq }: Change) => told.push(seq));
  socket.on('reload', (why: unknown) => reloads.push(why));
  await socket.emitWithAck('subscribe', {});
  const since = gateway.journal.head();
  await Promise.all(
    Array.from({ length: 3_000 }, (_, at) =>
      gateway.intake.accept([{ kind: 'status', device: 'zs-door-1', online: at % 2 === 0 }]),
    ),
  );
  const expected = gateway.journal.read(since, 100_000).map(({ seq }) => seq);
  expect(expected.length).toBeGreaterThan(3_000);
  await expect.poll(() => told.at(-1), { timeout: 10_000, interval: 5 }).toBe(expected.at(-1));
  expect(told).toEqual(expected);
  expect(reloads).toEqual([]);
});
