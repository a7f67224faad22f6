import { expect, it } from 'vitest';
import { Backoff, pause } from '../../../adapters/onvif/pause.ts';

it('doubles its ceiling up to the most, takes any part of it, and begins anew after a success', () => {
  const backoff = new Backoff(250, 60_000, () => 0.5);
  const waits = Array.from({ length: 10 }, () => backoff.nextMs());
  expect(waits).toEqual([125, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  backoff.reset();
  expect(backoff.nextMs()).toBe(125);
});

it('ends a pause when it is told to stop', async () => {
  const stopping = new AbortController();
  const over = pause(3_600_000, stopping.signal);
  stopping.abort();
  await over;
  await pause(3_600_000, stopping.signal);
});
