import fc from 'fast-check';
import type { Socket } from 'socket.io-client';
import { expect, it, onTestFinished } from 'vitest';
import type { Change, SubscribeAnswer, Tick } from '../../../gateway/http/contract/live.ts';
import {
  connected,
  type HttpGateway,
  openSocket,
  person,
  startHttpGateway,
  ZHANGSHU,
} from '../../parts/http-gateway.ts';

const CITY_REGIONS = ['360900000000'];
type Step =
  | { do: 'append'; device: 0 | 1; count: number }
  | { do: 'subscribe'; client: number }
  | { do: 'cut'; client: number }
  | { do: 'pause' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      device: fc.constantFrom(0, 1),
      count: fc.integer({ min: 1, max: 12 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('subscribe' as const), client: fc.integer({ min: 0, max: 2 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const), client: fc.integer({ min: 0, max: 2 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pause' as const) }) },
);

/** A client as the contract tells it to be: its cursor is the last seq that it was told. */
class Screen {
  readonly seen: number[] = [];
  #cursor: number;
  #socket: Socket | undefined;
  /** Between asking and the answer, what comes is of the former subscription; it comes again after the answer. */
  #isAsking = false;
  readonly #gateway: HttpGateway;
  readonly #token: string;
  readonly #isGathered: boolean;

  constructor(gateway: HttpGateway, token: string, since: number, isGathered: boolean) {
    this.#gateway = gateway;
    this.#token = token;
    this.#cursor = since;
    this.#isGathered = isGathered;
  }

  async subscribe(): Promise<void> {
    this.#socket ??= this.#open();
    const socket = await connected(this.#socket);
    const wish = { since: this.#cursor, gathered: this.#isGathered };
    this.#isAsking = true;
    const answer = await new Promise<SubscribeAnswer>((resolve) => {
      socket.emit('subscribe', wish, (given: SubscribeAnswer) => {
        this.#isAsking = false; // here and not after the await: what follows may be in the same turn
        resolve(given);
      });
    });
    expect(answer).toMatchObject({ ok: true });
  }

  cut(): void {
    this.#socket?.removeAllListeners().disconnect();
    this.#socket = undefined;
  }

  #open(): Socket {
    const socket = openSocket(onTestFinished, this.#gateway.url, this.#token);
    const told = ({ seq }: { seq: number }) => {
      if (!this.#isAsking) this.#cursor = Math.max(this.#cursor, seq);
    };
    const take = (change: Change) => {
      if (this.#isAsking) return;
      this.seen.push(change.seq);
      told(change);
    };
    socket.on('change', take);
    socket.on('changes', (changes: Change[]) => changes.forEach(take));
    socket.on('tick', (tick: Tick) => told(tick));
    return socket;
  }
}

it('gives each client exactly the entries of its scope, once and in order, however it comes and goes', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const tokens = [
    (await person(gateway, 'city', { regions: CITY_REGIONS })).token ?? '',
    (await person(gateway, 'county')).token ?? '',
    (await person(gateway, 'other', { regions: [ZHANGSHU] })).token ?? '',
  ];
  const isFor = [
    () => true,
    (region: string) => region.startsWith('360902'),
    (region: string) => region.startsWith('360982'),
  ];

  const run = async (steps: readonly Step[]): Promise<void> => {
    const start = gateway.journal.head();
    const screens = tokens.map((token, index) => new Screen(gateway, token, start, index === 1));
    const appended: Promise<unknown>[] = [];
    const append = (device: 0 | 1, count: number) => {
      for (let n = 0; n < count; n += 1) {
        const signal = device === 0 ? {} : { device: 'zs-door-1', type: 'community.door.forced' };
        appended.push(gateway.raise(signal));
      }
    };
    for (const one of steps) {
      if (one.do === 'append') append(one.device, one.count);
      if (one.do === 'pause') await Promise.all(appended);
      if (one.do === 'subscribe') await screens[one.client]?.subscribe();
      if (one.do === 'cut') screens[one.client]?.cut();
    }
    append(0, 1);
    append(1, 1);
    await Promise.all(appended);
    for (const [index, screen] of screens.entries()) {
      await screen.subscribe();
      const entries = gateway.journal.read(start, 10_000).filter(({ alarm }) => isFor[index]?.(alarm?.region ?? ''));
      const expected = entries.filter(({ alarm }) => alarm !== undefined).map(({ seq }) => seq);
      await expect
        .poll(() => screen.seen.length, { timeout: 10_000, interval: 5 })
        .toBeGreaterThanOrEqual(expected.length);
      expect(screen.seen).toEqual(expected);
      screen.cut();
    }
  };

  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 25 }), run), { numRuns: 60 });
});
