import { describe, expect, it } from 'vitest';
import { FailingCameras } from '../../../gateway/followers/evidence/failing-cameras.ts';

describe('a camera that gave no picture', () => {
  it('rests for a quarter of a minute, and is logged once a minute', () => {
    let now = 0;
    const cameras = new FailingCameras(() => now);
    expect(cameras.isResting('c1')).toBe(false);
    expect(cameras.failed('c1')).toBe(true);
    now = 14_999;
    expect(cameras.isResting('c1')).toBe(true);
    now = 15_000;
    expect(cameras.isResting('c1')).toBe(false);
    expect(cameras.failed('c1')).toBe(false);
    now = 60_000;
    expect(cameras.failed('c1')).toBe(true);
    expect(cameras.isResting('c2')).toBe(false);
  });

  it('is asked again at once after it has given one', () => {
    const cameras = new FailingCameras(() => 0);
    cameras.failed('c1');
    cameras.succeeded('c1');
    expect(cameras.isResting('c1')).toBe(false);
  });

  it('is forgotten beyond ten thousand, the longest known first', () => {
    const cameras = new FailingCameras(() => 0);
    for (let camera = 0; camera <= 10_000; camera++) cameras.failed(`c${camera}`);
    expect([cameras.isResting('c0'), cameras.isResting('c1')]).toEqual([false, true]);
  });
});
