import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metresBetween, type Point } from '../../gateway/domain/geo.ts';
import { type CollarState, type Fix, judgeFix, type Nearness, UNSEEN } from '../../gateway/domain/geofence.ts';
import { surveyOf } from '../../gateway/domain/line-survey.ts';
import type { Geofence, LinePoint, RailwayLine } from '../../gateway/domain/railway-line.ts';

const fence: Geofence = { warningM: 200, dangerM: 30, trackM: 6, hysteresisM: 15 };
const lineOf = (points: readonly LinePoint[]): RailwayLine => ({
  id: '试验线',
  zh: '试验线',
  en: 'Trial line',
  points,
  stations: [],
  structures: [],
  sections: [],
  fence,
  fences: [],
});

/** A line that bends as railways do, westwards or eastwards, with a post at both ends. */
const Course = fc
  .tuple(
    fc.array(
      fc.record({
        step: fc.double({ min: 0.002, max: 0.02, noNaN: true }),
        bend: fc.double({ min: -0.004, max: 0.004, noNaN: true }),
      }),
      {
        minLength: 1,
        maxLength: 60,
      },
    ),
    fc.boolean(),
  )
  .map(([steps, isWest]) => {
    const points: LinePoint[] = [{ lng: 114.5, lat: 27.8, kmValue: 800_000 }];
    for (const { step, bend } of steps) {
      const { lng, lat } = points.at(-1) ?? { lng: 0, lat: 0 };
      points.push({ lng: lng + (isWest ? -step : step), lat: lat + bend });
    }
    const length = points.slice(1).reduce((sum, point, index) => sum + metresBetween(points[index] ?? point, point), 0);
    const last = points.pop();
    return lineOf([...points, { lng: last?.lng ?? 0, lat: last?.lat ?? 0, kmValue: 800_000 + length }]);
  });

describe('posts and places', () => {
  it('a post’s place projects back onto the same post, on the rails', () => {
    fc.assert(
      fc.property(Course, fc.double({ min: 0, max: 1, noNaN: true }), (line, share) => {
        const survey = surveyOf(line);
        const km = survey.kmAt(share * survey.lengthM);
        const [place] = survey.placesOf(km);
        if (place === undefined) throw new Error('a post of the line stands nowhere');
        const back = survey.project(place, 100);
        expect(back?.distanceM).toBeLessThan(0.5);
        expect(Math.abs((back?.kmValue ?? 0) - km)).toBeLessThan(1);
      }),
    );
  });

  it('no bend of the line is nearer than the projection says', () => {
    fc.assert(
      fc.property(Course, fc.double({ min: -0.02, max: 0.02, noNaN: true }), fc.nat(59), (line, off, at) => {
        const near = line.points[at % line.points.length] ?? { lng: 0, lat: 0 };
        const point = { lng: near.lng, lat: near.lat + off };
        const found = surveyOf(line).project(point, 10_000);
        const nearestBend = Math.min(...line.points.map((bend) => metresBetween(bend, point)));
        expect(found?.distanceM).toBeLessThanOrEqual(nearestBend * 1.01 + 0.1);
      }),
    );
  });

  it('a gap of the numbering (长链) has no place, and numbers that come twice (短链) have two', () => {
    const straight = (behind: number, ahead: number) =>
      surveyOf(
        lineOf([
          { lng: 114.5, lat: 27.8, kmValue: 800_000 },
          { lng: 114.45, lat: 27.8, kmValue: behind, kmAhead: ahead },
          { lng: 114.4, lat: 27.8, kmValue: ahead + 4918 },
        ]),
      );
    expect(straight(804_918, 806_000).placesOf(805_500)).toEqual([]);
    expect(straight(804_918, 804_000).placesOf(804_500)).toHaveLength(2);
    expect(straight(804_918, 804_000).placesOf(803_000)).toHaveLength(1);
  });

  it('the left side towards growing numbers is 下行', () => {
    const west = surveyOf(
      lineOf([
        { lng: 114.5, lat: 27.8, kmValue: 0 },
        { lng: 114.4, lat: 27.8, kmValue: 9840 },
      ]),
    );
    expect(west.project({ lng: 114.45, lat: 27.799 }, 500)?.direction).toBe('down');
    expect(west.project({ lng: 114.45, lat: 27.801 }, 500)?.direction).toBe('up');
  });
});

const HOME: Point = { lng: 114.45, lat: 27.81 };
const northBy = (metres: number): Point => ({ ...HOME, lat: HOME.lat + metres / 111_195 });

/** What a collar's fixes lead to, each a minute after the other, so many metres from the line. */
function walk(distances: readonly number[], jitter: readonly number[] = []): readonly Nearness[] {
  let state: CollarState = UNSEEN;
  return distances.map((distance, index) => {
    const metres = distance + (jitter[index % Math.max(1, jitter.length)] ?? 0);
    const fix: Fix = { ...northBy(metres), at: 1_000_000 + index * 60_000 };
    ({ state } = judgeFix(state, fix, Math.abs(metres), fence));
    return state.nearness;
  });
}

describe('the cattle geofence', () => {
  it('warns in steps on the way to the track, and ends in steps on the way back', () => {
    const there = walk([500, 300, 190, 100, 25, 5, 5, 25, 60, 150, 210, 220]);
    expect(there).toEqual([0, 0, 1, 1, 2, 3, 3, 2, 1, 1, 1, 0]);
  });

  it('never changes more than once while an animal stands still, however it jitters by 5 m', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 400, noNaN: true }),
        fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 2, maxLength: 80 }),
        (distance, jitter) => {
          const steps = walk(
            jitter.map(() => distance),
            jitter,
          );
          const changes = steps.slice(1).filter((nearness, index) => nearness < (steps[index] ?? 0));
          expect(changes).toEqual([]);
        },
      ),
    );
  });

  it('refuses a jump with its reason, and believes it once three fixes agree', () => {
    const far = { lng: 114.6, lat: 27.9 };
    let state = judgeFix(UNSEEN, { ...HOME, at: 1000 }, 300, fence).state;
    const reasons = [2, 3, 4].map((minute) => {
      const judged = judgeFix(state, { ...far, at: minute * 60_000 }, undefined, fence);
      state = judged.state;
      return judged.refused;
    });
    expect(reasons).toEqual(['fix-jump', 'fix-jump', undefined]);
  });

  it('refuses a fix of too few satellites, and one that is older', () => {
    const { state } = judgeFix(UNSEEN, { ...HOME, at: 60_000 }, 300, fence);
    expect(judgeFix(state, { ...HOME, at: 59_000 }, 300, fence).refused).toBe('fix-old');
    expect(judgeFix(state, { ...HOME, at: 120_000, satellites: 3 }, 300, fence).refused).toBe('fix-weak');
  });
});
