import pino from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { JournalUnavailable } from '../../../gateway/journal/journal.ts';
import { keepWithin } from '../../../gateway/journal/retention.ts';

const DAY_MS = 86_400_000;
const TODAY = Date.UTC(2026, 10, 24);
const log = pino({ level: 'silent' });

beforeEach(() => vi.useFakeTimers({ now: TODAY }));
afterEach(() => void vi.useRealTimers());

it('looks for old entries ten minutes after the start and every hour, also after a refusal, until it is ended', async () => {
  const asked: number[] = [];
  const journal = {
    forget: async (before: number) => {
      asked.push(before);
      throw new JournalUnavailable('disk-full');
    },
  };
  const end = keepWithin({ journal, keepDays: 200, now: Date.now, log });
  await vi.advanceTimersByTimeAsync(9 * 60_000);
  expect(asked).toEqual([]);
  await vi.advanceTimersByTimeAsync(122 * 60_000);
  const first = TODAY + 600_000 - 200 * DAY_MS;
  expect(asked).toEqual([first, first + 3_600_000, first + 7_200_000]);
  await end();
  await vi.advanceTimersByTimeAsync(DAY_MS);
  expect(asked).toHaveLength(3);
});
