// @vitest-environment happy-dom
import { describe, expect, it, vi } from 'vitest';
import { Frames, type Steppable } from '../../../console/src/evidence/frames.ts';

/** A clip whose pictures begin at these times; the browser shows the latest that has begun, and tells of it. */
function clipOf(begins: readonly number[]) {
  let current = 0;
  let tell: VideoFrameRequestCallback | undefined;
  let onSeeking: (() => void) | undefined;
  let sought: (() => void) | undefined;
  const shown = () => begins.filter((at) => at <= current + 1e-9).pop() ?? 0;
  const present = () => tell?.(0, { mediaTime: shown() } as VideoFrameCallbackMetadata);
  const video = {
    get currentTime() {
      return current;
    },
    set currentTime(to: number) {
      current = to;
      video.seeking = true;
      onSeeking?.();
      queueMicrotask(() => {
        video.seeking = false;
        sought?.();
        present();
      });
    },
    duration: 4,
    pause: vi.fn(),
    seeking: false,
    addEventListener: (name: string, listener: () => void) => {
      if (name === 'seeked') sought = listener;
      else onSeeking = listener;
    },
    requestVideoFrameCallback: (callback: VideoFrameRequestCallback) => {
      tell = callback;
      return 0;
    },
  };
  const frames = new Frames(video as unknown as Steppable);
  present();
  return { frames, video, shown };
}

describe('stepping through a clip', () => {
  it('shows each picture once on and once back, however unevenly they came', async () => {
    const begins = [0, 0.04, 0.08, 0.3, 0.34, 0.98, 1];
    const { frames, shown } = clipOf(begins);
    const on: number[] = [];
    for (let step = 1; step < begins.length; step++) on.push(await frames.step(1).then(shown));
    expect(on).toEqual(begins.slice(1));
    const back: number[] = [];
    for (let step = 1; step < begins.length; step++) back.push(await frames.step(-1).then(shown));
    expect(back).toEqual(begins.slice(0, -1).reverse());
  });

  it('keeps quick taps, and stops soon after a key that was held', async () => {
    const { frames, shown } = clipOf(Array.from({ length: 100 }, (_, at) => at / 25));
    const first = frames.step(1);
    for (let held = 0; held < 30; held++) void frames.step(1);
    await first;
    expect(shown()).toBeCloseTo(4 / 25);
  });

  it('goes on from where somebody just sought, though its picture is still on the way', async () => {
    const { frames, video, shown } = clipOf(Array.from({ length: 100 }, (_, at) => at / 25));
    video.currentTime = 2;
    await frames.step(1);
    expect(shown()).toBeCloseTo(2.04);
  });

  it('stays on the first and the last picture', async () => {
    const { frames, video, shown } = clipOf([0, 3.9]);
    await frames.step(-1);
    expect(shown()).toBe(0);
    video.currentTime = 3.95;
    await Promise.resolve();
    await frames.step(1);
    expect(shown()).toBe(3.9);
  });
});
