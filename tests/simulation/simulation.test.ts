import { expect, it } from 'vitest';
import { liveDay } from './day.ts';

/** FENGSUI_SEED lives one day again and tells its last steps; FENGSUI_SEEDS says how many days, from FENGSUI_FROM on. */
const { FENGSUI_SEED: one, FENGSUI_SEEDS: seeds = '200', FENGSUI_FROM: from = '1' } = process.env;
const DAYS =
  one === undefined ? Array.from({ length: Number(seeds) }, (_, index) => Number(from) + index) : [Number(one)];
const A_DAY_MAX_MS = 1_000;
const FILE = 'tests/simulation/simulation.test.ts';

const firstLine = (text: string): string => text.split('\n')[0] ?? '';
const tell = (text: string): boolean => process.stdout.write(`${text}\n`);

it(
  'keeps every promise through crashes, full disks, lost brokers and repeated messages',
  async () => {
    const broken: string[] = [];
    const total = { entries: 0, promises: 0, crashes: 0, alarms: 0, steps: 0 };
    for (const seed of DAYS) {
      try {
        const day = await liveDay(seed);
        for (const key of ['entries', 'promises', 'crashes', 'alarms', 'steps'] as const) total[key] += day[key];
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        broken.push(firstLine(text));
        tell(one === undefined ? `${firstLine(text)}\n  FENGSUI_SEED=${seed} npx vitest run ${FILE}` : text);
      }
    }
    tell(`${DAYS.length} days, ${JSON.stringify(total)}`);
    expect(broken).toEqual([]);
  },
  DAYS.length * A_DAY_MAX_MS + 20_000,
);

it('lives the same day again from the same seed, and another from another', async () => {
  const first = await liveDay(7);
  expect(await liveDay(7)).toEqual(first);
  expect((await liveDay(8)).log).not.toBe(first.log);
});
