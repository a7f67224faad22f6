import { pino } from 'pino';
import { expect, it } from 'vitest';
import { SilenceWatch } from '../../../gateway/desk/silence-watch.ts';
import type { Device, Presence } from '../../../gateway/domain/device.ts';
import { FENCE } from '../../parts/alarm-samples.ts';

/** A watch over some devices, with a clock that the test turns. */
function watch(devices: readonly Device[], silenceMs: number) {
  const clock = { now: 1_000_000 };
  const presences = new Map<string, Presence>(devices.map(({ id }) => [id, { online: true, lastSeenAt: clock.now }]));
  const broker = { isThere: true };
  const silent: string[] = [];
  const watching = new SilenceWatch(
    {
      directory: { find: (id) => devices.find((one) => one.id === id), byProfile: () => [], onChange: () => () => {} },
      presence: (id) => presences.get(id) ?? { online: false },
      silenceOf: () => silenceMs,
      canBeHeard: () => broker.isThere,
      judgeSilent: async ({ id }) => {
        silent.push(id);
        presences.set(id, { online: false });
      },
      now: () => clock.now,
      log: pino({ level: 'silent' }),
    },
    devices,
  );
  const pass = async (ms: number): Promise<void> => {
    for (const until = clock.now + ms; clock.now < until; ) {
      clock.now += 1_000;
      await watching.look();
    }
  };
  const hear = (id: string) => presences.set(id, { online: true, lastSeenAt: clock.now });
  return { pass, hear, silent, broker };
}

const named = (id: string): Device => ({ ...FENCE, id });

it('judges who has said nothing for too long, once, and nobody else', async () => {
  const { pass, hear, silent } = watch([named('quiet'), named('talking')], 10_000);
  for (let round = 0; round < 4; round++) {
    await pass(5_000);
    hear('talking');
  }
  expect(silent).toEqual(['quiet']);
});

it('judges nobody while the broker is away, and gives everybody his whole time when it is back', async () => {
  const devices = Array.from({ length: 1_000 }, (_, index) => named(`sensor-${index}`));
  const { pass, silent, broker } = watch(devices, 10_000);
  broker.isThere = false;
  await pass(60_000);
  broker.isThere = true;
  await pass(9_000);
  expect(silent).toEqual([]);
  await pass(12_000);
  expect(silent).toHaveLength(1_000);
});
