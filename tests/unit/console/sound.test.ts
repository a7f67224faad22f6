import { describe, expect, it } from 'vitest';
import { nextSound, type Situation } from '../../../console/src/sound/next-sound.ts';

const quiet: Situation = { waiting: new Set(), arrived: new Set(), last: undefined, silenced: new Set(), now: 100_000 };

describe('what sounds', () => {
  it('is the gravest level that arrived', () => {
    expect(nextSound({ ...quiet, arrived: new Set([3, 1, 2] as const) })).toBe(1);
  });

  it('comes again every 5 s for red, every 30 s for orange, never for yellow', () => {
    const again = (severity: 1 | 2 | 3, afterMs: number) =>
      nextSound({ ...quiet, waiting: new Set([severity]), last: { severity, at: quiet.now - afterMs } });
    expect([again(1, 4_999), again(1, 5_000)]).toEqual([undefined, 1]);
    expect([again(2, 29_999), again(2, 30_000)]).toEqual([undefined, 2]);
    expect(again(3, 600_000)).toBeUndefined();
  });

  it('is at most one sequence in ten seconds, red excepted', () => {
    const justNow = { severity: 2, at: quiet.now - 4_000 } as const;
    expect(nextSound({ ...quiet, arrived: new Set([2] as const), last: justNow })).toBeUndefined();
    expect(nextSound({ ...quiet, arrived: new Set([1] as const), last: justNow })).toBe(1);
  });

  it('is nothing for blue, and nothing that was silenced', () => {
    expect(nextSound({ ...quiet, arrived: new Set([4] as const) })).toBeUndefined();
    expect(nextSound({ ...quiet, waiting: new Set([1] as const), silenced: new Set([1] as const) })).toBeUndefined();
  });
});
