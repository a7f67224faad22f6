import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HeldMove } from '../../../console/src/video/held-move.ts';
import { boxOf } from '../../../console/src/video/zoom-box.ts';
import type { PtzCommand } from '../../../gateway/http/contract/video.ts';

const [LEFT, UP] = [
  { pan: -0.5, tilt: 0, zoom: 0 },
  { pan: 0, tilt: 0.5, zoom: 0 },
];
const moved = (speeds: typeof LEFT): PtzCommand => ({ act: 'move', ...speeds, timeoutMs: 1_500 });

describe('a held button', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  /** Answers of the gateway are given one by one, or at once. */
  function button(answers: boolean[] = []) {
    const sent: PtzCommand[] = [];
    const open: ((isDone: boolean) => void)[] = [];
    const slow = { isSlow: false };
    const held = new HeldMove((order) => {
      sent.push(order);
      if (slow.isSlow) return new Promise((resolve) => open.push(resolve));
      return Promise.resolve(answers.shift() ?? true);
    });
    return { held, sent, open, slow };
  }
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

  it('moves at once, goes on while it is held, and stops once when let go', async () => {
    const { held, sent } = button();
    held.hold(LEFT);
    await pass(1_300);
    held.letGo();
    await pass(5_000);
    expect(sent).toEqual([moved(LEFT), moved(LEFT), moved(LEFT), { act: 'stop' }]);
  });

  it('changes its direction without a stop between, at once', async () => {
    const { held, sent } = button();
    held.hold(LEFT);
    await pass(100);
    held.hold(UP);
    await pass(100);
    held.letGo();
    await pass(1_000);
    expect(sent).toEqual([moved(LEFT), moved(UP), { act: 'stop' }]);
  });

  it('sends the stop only after its move was answered, however short the press and slow the network', async () => {
    const { held, sent, open, slow } = button();
    slow.isSlow = true;
    held.hold(LEFT);
    held.letGo();
    await pass(3_000);
    expect(sent).toEqual([moved(LEFT)]);
    slow.isSlow = false;
    open[0]?.(true);
    await pass(0);
    expect(sent).toEqual([moved(LEFT), { act: 'stop' }]);
  });

  it('gives up when it is refused, and stops nothing that is not its own', async () => {
    const { held, sent } = button([true, false]);
    held.hold(LEFT);
    await pass(10_000);
    expect(sent).toEqual([moved(LEFT), moved(LEFT)]);
    held.hold(UP);
    await pass(0);
    held.letGo();
    await pass(0);
    expect(sent.slice(2)).toEqual([moved(UP), { act: 'stop' }]);
  });

  it('always ends with a stop once it moved, whatever was pressed', async () => {
    const presses = fc.array(fc.record({ afterMs: fc.nat(1_500), speeds: fc.constantFrom(LEFT, UP, undefined) }));
    await fc.assert(
      fc.asyncProperty(presses, async (all) => {
        const { held, sent } = button();
        for (const { afterMs, speeds } of all) {
          if (speeds === undefined) held.letGo();
          else held.hold(speeds);
          await pass(afterMs);
        }
        held.letGo();
        await pass(2_000);
        if (sent.length > 0) expect(sent.at(-1)).toEqual({ act: 'stop' });
        expect(vi.getTimerCount()).toBe(0);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a box drawn over a picture', () => {
  const HD = { width: 1920, height: 1080 };

  it('is a part of the picture, whichever corner it began at', () => {
    const frame = { width: 640, height: 360 };
    const box = { x: 0.25, y: 0.5, width: 0.5, height: 0.25 };
    expect(boxOf({ x: 160, y: 180 }, { x: 480, y: 270 }, frame, HD)).toEqual(box);
    expect(boxOf({ x: 480, y: 270 }, { x: 160, y: 180 }, frame, HD)).toEqual(box);
  });

  it('knows the bars beside a picture that is narrower than its frame', () => {
    const old = { width: 704, height: 576 }; // shown 440 wide in 640, 100 on either side
    const frame = { width: 640, height: 360 };
    expect(boxOf({ x: 0, y: 0 }, { x: 320, y: 180 }, frame, old)).toEqual({ x: 0, y: 0, width: 0.5, height: 0.5 });
    expect(boxOf({ x: 10, y: 10 }, { x: 90, y: 300 }, frame, old)).toBeUndefined();
  });

  it('is no wish where the hand only slipped', () => {
    expect(boxOf({ x: 100, y: 100 }, { x: 104, y: 103 }, { width: 640, height: 360 }, HD)).toBeUndefined();
  });
});
