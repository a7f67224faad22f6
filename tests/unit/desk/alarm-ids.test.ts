import { expect, it } from 'vitest';
import { growingAlarmIds } from '../../../gateway/desk/alarm-ids.ts';
import { at } from '../../parts/alarm-samples.ts';

const emptyLog = { latestId: () => undefined };

it('gives ids that grow, however the clock runs', () => {
  const times = ['08:00:00', '08:00:00', '07:00:00', '09:00:00', '02:00:00'].map(at);
  const next = growingAlarmIds(emptyLog, () => times.shift() ?? 0);
  const ids = Array.from({ length: 5 }, next);
  expect([...ids].sort()).toEqual(ids);
});

it('goes on after the last alarm of the log, though the clock was set back while the gateway was down', () => {
  const before = growingAlarmIds(emptyLog, () => at('08:00:00'))();
  const log = { latestId: () => before };
  expect(growingAlarmIds(log, () => at('03:00:00'))() > before).toBe(true);
});
