import { expect, it } from 'vitest';
import { Timeline } from '../../../streams/timeline.ts';

it('follows the camera’s clock, over its wrap', () => {
  const timeline = new Timeline();
  const start = 2 ** 32 - 3600;
  expect([0, 1, 2].map((i) => timeline.next((start + i * 3600) % 2 ** 32, i * 41).dtsMs)).toEqual([0, 40, 80]);
});

it('goes on with the clock on the wall over a jump and over an outage', () => {
  const timeline = new Timeline();
  timeline.next(0, 1000);
  expect(timeline.next(90_000_000, 1040).dtsMs).toBe(40);
  timeline.restart();
  expect(timeline.next(5, 9040).dtsMs).toBe(8040);
  expect(timeline.next(3605, 9080).dtsMs).toBe(8080);
});

it('shows a reordered picture earlier than it came, and decodes it in order', () => {
  const timeline = new Timeline();
  timeline.next(0, 0);
  expect(timeline.next(10_800, 40)).toEqual({ dtsMs: 120, compositionMs: 0 });
  expect(timeline.next(3600, 80)).toEqual({ dtsMs: 120, compositionMs: -80 });
  expect(timeline.next(14_400, 120)).toEqual({ dtsMs: 160, compositionMs: 0 });
});
