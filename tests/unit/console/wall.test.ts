import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withCalled } from '../../../console/src/wall/call-onto-wall.ts';
import { coveredTiles, EMPTY_STAGE, nextStage, type Stage } from '../../../console/src/wall/pop-ups.ts';
import { fillTiles, pageOf, turn, turnAt } from '../../../console/src/wall/rotation.ts';
import { cornerTiles, LAYOUTS, typedTile } from '../../../console/src/wall/tiling.ts';
import type { Alarm } from '../../../gateway/http/contract/alarms.ts';
import type { Wall } from '../../../gateway/http/contract/video.ts';
import { consoleAlarm } from '../../parts/console-alarm.ts';

const T0 = 1_790_000_000_000;
const raised = (id: string, severity: Alarm['severity'], more: Partial<Alarm> = {}): Alarm =>
  consoleAlarm(id, { severity, cameras: [`cam-${id}`], ...more });
const wall = (more: Partial<Wall> = {}): Wall => ({ id: '1', layout: 9, tiles: [], version: 1, ...more });
/** What stands after each step, `[seconds, alarms]` in turn. */
function play(plan: Wall, ...steps: readonly [number, readonly Alarm[]][]): Stage {
  return steps.reduce((stage, [seconds, alarms]) => nextStage(stage, plan, alarms, T0 + seconds * 1000), EMPTY_STAGE);
}
const shown = ({ ups }: Stage) => ups.map(({ alarm, tile }) => `${alarm}@${tile}`);

describe('the alarm window', () => {
  it('shows an unaccepted red or orange, and leaves yellow to the ticker', () => {
    expect(shown(play(wall(), [0, [raised('y', 3)]]))).toEqual([]);
    expect(shown(play(wall(), [0, [raised('o', 2), raised('y', 3)]]))).toEqual(['o@corner']);
    expect(shown(play(wall({ popUps: { severity: 0, place: 'corner' } }), [0, [raised('r', 1)]]))).toEqual([]);
    expect(shown(play(wall({ popUps: { severity: 3, place: 'corner' } }), [0, [raised('y', 3)]]))).toEqual([
      'y@corner',
    ]);
  });

  it('gives way to red at once, and counts what waits', () => {
    const [orange, red] = [raised('o', 2), raised('r', 1)];
    const stage = play(wall(), [0, [orange]], [1, [orange, red]]);
    expect([shown(stage), stage.waiting]).toEqual([['r@corner'], 1]);
  });

  it('keeps red until it is accepted, and twenty seconds at least', () => {
    const red = raised('r', 1);
    const taken = { ...red, state: 'acknowledged' as const };
    expect(shown(play(wall(), [0, [red]], [600, [red]]))).toEqual(['r@corner']);
    expect(shown(play(wall(), [0, [red]], [19, [taken]]))).toEqual(['r@corner']);
    expect(shown(play(wall(), [0, [red]], [20, [taken]]))).toEqual([]);
  });

  it('shows orange ones in turn, twenty seconds each', () => {
    const [a, b] = [raised('a', 2), raised('b', 2)];
    expect(shown(play(wall(), [0, [a, b]], [19, [a, b]]))).toEqual(['a@corner']);
    expect(shown(play(wall(), [0, [a, b]], [20, [a, b]]))).toEqual(['b@corner']);
    expect(shown(play(wall(), [0, [a, b]], [20, [a, b]], [40, [a, b]]))).toEqual(['a@corner']);
  });

  it('is taken down by hand and does not come up again', () => {
    const red = raised('r', 1);
    const before = play(wall(), [0, [red]]);
    expect(nextStage(before, wall({ dismissed: ['r'] }), [red], T0 + 1000).ups).toEqual([]);
  });

  it('shows what was called by hand before all, accepted or not', () => {
    const red = raised('r', 1);
    const called = wall({ called: [{ alarm: 'c', camera: 'cam-9' }] });
    expect(shown(play(called, [0, [red]]))).toEqual(['c@corner']);
    expect(shown(play(called, [0, [red]], [3600, [red]]))).toEqual(['c@corner']);
  });

  it('has no picture of an alarm that no camera sees', () => {
    expect(shown(play(wall(), [0, [raised('r', 1, { cameras: [] })]]))).toEqual([]);
  });

  it('covers the lower right of the wall, and nothing while it is closed', () => {
    expect(cornerTiles(9)).toEqual([4, 5, 7, 8]);
    expect(cornerTiles(1)).toEqual([0]);
    expect(cornerTiles(64)).toHaveLength(16);
    expect([...coveredTiles(wall(), play(wall(), [0, [raised('r', 1)]]))]).toEqual([4, 5, 7, 8]);
    expect([...coveredTiles(wall(), EMPTY_STAGE)]).toEqual([]);
  });
});

describe('alarms in tiles', () => {
  const free = (more: Partial<Wall> = {}): Wall =>
    wall({ layout: 4, tiles: ['x', null, 'cam-a', 'z'], popUps: { severity: 1, place: 'free' }, ...more });

  it('take the tile of their own camera, then an empty one, then the last', () => {
    const [a, b, c] = [raised('a', 1), raised('b', 1), raised('c', 1)];
    expect(shown(play(free(), [0, [a, b, c]]))).toEqual(['a@2', 'b@1', 'c@3']);
  });

  it('take the oldest one’s tile once all show alarms', () => {
    const first = ['a', 'b', 'c', 'd'].map((id) => raised(id, 1));
    const full = play(free(), [0, first.slice(0, 1)], [5, first]);
    const more = [...first, raised('e', 1)];
    expect(shown(nextStage(full, free(), more, T0 + 10_000))).not.toContain('e@2');
    expect(shown(nextStage(full, free(), more, T0 + 30_000))).toContain('e@2');
  });

  it('never share a tile, nor stand outside the wall', () => {
    const steps = fc.array(fc.tuple(fc.nat(30), fc.array(fc.tuple(fc.nat(9), fc.constantFrom(1, 2, 3)))), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.constantFrom(...LAYOUTS), fc.constantFrom('corner', 'free'), steps, (layout, place, told) => {
        const plan = wall({ layout, popUps: { severity: 2, place } });
        let [stage, now] = [EMPTY_STAGE, T0];
        for (const [seconds, alarms] of told) {
          now += seconds * 1000;
          stage = nextStage(
            stage,
            plan,
            alarms.map(([id, severity]) => raised(`${id}-${severity}`, severity)),
            now,
          );
          const tiles = stage.ups.map(({ tile }) => tile);
          expect(new Set(tiles).size).toBe(tiles.length);
          expect(tiles.every((tile) => (place === 'corner' ? tile === 'corner' : Number(tile) < layout))).toBe(true);
        }
      }),
    );
  });
});

describe('the rotation', () => {
  it('shows the next page after its time, and waits while an alarm’s picture is up', () => {
    const from = { page: 0, leftMs: 20_000, at: 0 };
    expect(turn(from, 19_000, 20_000, false)).toMatchObject({ page: 0, leftMs: 1000 });
    expect(turn(from, 20_000, 20_000, false)).toEqual({ page: 1, leftMs: 20_000, at: 20_000 });
    const paused = turn(from, 600_000, 20_000, true);
    expect(paused).toEqual({ page: 0, leftMs: 20_000, at: 600_000 });
    expect(turn(paused, 619_000, 20_000, false)).toMatchObject({ page: 0, leftMs: 1000 });
  });

  it('stands at the same page on every screen that begins at the same time', () => {
    expect(turnAt(65_000, 20_000)).toEqual({ page: 3, leftMs: 15_000, at: 65_000 });
  });

  it('shows every camera once before any comes again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 16 }), (count, slots) => {
        const cameras = Array.from({ length: count }, (_, at) => `c${at}`);
        const pages = Array.from({ length: Math.ceil(count / slots) }, (_, page) => pageOf(cameras, slots, page));
        expect(new Set(pages.flat())).toEqual(new Set(cameras));
        for (const page of pages) expect(new Set(page).size).toBe(page.length);
      }),
    );
  });

  it('fills the empty tiles only, and shows no camera twice', () => {
    expect(fillTiles(['a', null, null, 'b'], ['a', 'c', 'd', 'e'], 0)).toEqual(['a', 'c', 'd', 'b']);
    expect(fillTiles(['a', null, null, 'b'], ['a', 'c', 'd', 'e'], 1)).toEqual(['a', 'e', 'c', 'b']);
    expect(fillTiles(['a', null], [], 3)).toEqual(['a', null]);
  });
});

describe('a tile’s number', () => {
  it.each([
    ['2', 4, 1],
    ['9', 9, 8],
    ['0', 9, undefined],
    ['1', 16, undefined], // 1, or the beginning of 12
    ['12', 16, 11],
    ['2', 16, 1],
    ['99', 64, undefined],
  ] as const)('typed as %s on a wall of %i', (digits, layout, tile) => {
    expect(typedTile(digits, layout)).toBe(tile);
  });
});

describe('putting an alarm on the wall', () => {
  it('takes back that it was taken down, and keeps the last eight', () => {
    const called = Array.from({ length: 8 }, (_, at) => ({ alarm: `a${at}`, camera: 'c' }));
    const plan = withCalled(wall({ called, dismissed: ['new', 'other'] }), { alarm: 'new', camera: 'cam' });
    expect(plan.called?.map(({ alarm }) => alarm)).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'new']);
    expect(plan.dismissed).toEqual(['other']);
  });
});
