import { expect, it } from 'vitest';
import { liveThrough } from './interleaving.ts';

/** FENGSUI_INTERLEAVING lives one again and tells it; FENGSUI_INTERLEAVINGS says how many, from FENGSUI_FROM on. */
const { FENGSUI_INTERLEAVING: one, FENGSUI_INTERLEAVINGS: count = '20000', FENGSUI_FROM: from = '1' } = process.env;
const [FIRST, COUNT] = one === undefined ? [Number(from), Number(count)] : [Number(one), 1];
const EACH_MAX_MS = 20;
const BROKEN_MAX = 5;
const FILE = 'tests/simulation/interleavings.test.ts';
const tell = (text: string): boolean => process.stdout.write(`${text}\n`);

it(
  'never has two open alarms of a device and type, nor an order that overwrites unseen, in any order of happenings',
  async () => {
    const broken: string[] = [];
    const total = { steps: 0, entries: 0, alarms: 0, orders: 0, crashes: 0 };
    for (let seed = FIRST; seed < FIRST + COUNT && broken.length < BROKEN_MAX; seed += 1) {
      try {
        const told = await liveThrough(seed);
        for (const key of ['steps', 'entries', 'alarms', 'orders', 'crashes'] as const) total[key] += told[key];
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        const [headline = ''] = text.split('\n');
        broken.push(headline);
        tell(one === undefined ? `${headline}\n  FENGSUI_INTERLEAVING=${seed} npx vitest run ${FILE}` : text);
      }
    }
    tell(`${COUNT} interleavings, ${JSON.stringify(total)}`);
    expect(broken).toEqual([]);
  },
  COUNT * EACH_MAX_MS + 20_000,
);

it('lives the same story again from the same seed', async () => {
  expect(await liveThrough(7)).toEqual(await liveThrough(7));
});
