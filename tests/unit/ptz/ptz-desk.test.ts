import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PtzAct } from '../../../gateway/domain/camera.ts';
import { HOLD_MS, type PtzSeeker } from '../../../gateway/domain/ptz-hold.ts';
import { failed, ok } from '../../../gateway/domain/result.ts';
import { PtzDesk, type PtzFault, type PtzHalt } from '../../../gateway/ptz-desk.ts';

const seat = (username: string, centre: string, role = 'operator'): PtzSeeker => ({
  username,
  displayName: `席 ${username}`,
  session: `session of ${username}`,
  role,
  centre,
});
const [city, county, neighbour] = [
  seat('city', '360900000000'),
  seat('county', '360902000000'),
  seat('neighbour', '360902000000'),
];
const LEFT: PtzAct = { act: 'move', move: { pan: -0.5, tilt: 0, zoom: 0 }, timeoutMs: 10_000 };
const STOP: PtzAct = { act: 'stop' };
const PRESET: PtzAct = { act: 'preset', preset: '1' };

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function desk() {
  const sent: string[] = [];
  const halts: PtzHalt[] = [];
  const world: { fault: PtzFault | undefined } = { fault: undefined };
  const ptz = new PtzDesk(async (camera, act) => {
    sent.push(act.act === 'move' ? `${camera} move ${act.timeoutMs}` : `${camera} ${act.act}`);
    return world.fault === undefined ? ok(undefined) : failed(world.fault);
  }, Date.now);
  ptz.onHalt((halt) => halts.push(halt));
  const act = async (seeker: PtzSeeker, wish: PtzAct, camera = 'k812') => {
    const grant = ptz.claim(camera, seeker, wish);
    return grant.ok ? { isRepeat: grant.value.isRepeat, done: await grant.value.carryOut() } : grant.error;
  };
  return { ptz, sent, halts, world, act };
}

describe('a move', () => {
  it('goes on while it is repeated, and is stopped when nobody repeats it', async () => {
    const { act, sent, halts } = desk();
    expect(await act(county, LEFT)).toMatchObject({ isRepeat: false, done: { ok: true } });
    for (let n = 0; n < 5; n++) {
      await vi.advanceTimersByTimeAsync(1_000);
      expect(await act(county, LEFT)).toMatchObject({ isRepeat: true });
    }
    expect(sent).toEqual(Array.from({ length: 6 }, () => 'k812 move 2000')); // the camera's own limit, whatever was asked
    await vi.advanceTimersByTimeAsync(1_499);
    expect(sent).not.toContain('k812 stop');
    await vi.advanceTimersByTimeAsync(1);
    expect(sent.at(-1)).toBe('k812 stop');
    expect(halts).toEqual([{ camera: 'k812', holder: county, reason: 'silent' }]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent.length).toBe(7);
  });

  it('is stopped sooner where its sender says so, and not at all after its own stop or by a preset', async () => {
    const { act, sent } = desk();
    await act(county, { ...LEFT, timeoutMs: 300 });
    await vi.advanceTimersByTimeAsync(300);
    expect(sent).toEqual(['k812 move 2000', 'k812 stop']);
    await act(county, LEFT);
    await act(county, STOP);
    await act(county, LEFT);
    await act(county, PRESET);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sent.slice(2)).toEqual(['k812 move 2000', 'k812 stop', 'k812 move 2000', 'k812 preset']);
  });

  it('says which camera did not take the stop', async () => {
    const { act, halts, world } = desk();
    await act(county, LEFT);
    world.fault = { reason: 'timeout', text: 'it is gone' };
    await vi.advanceTimersByTimeAsync(1_500);
    expect(halts).toMatchObject([{ reason: 'silent', fault: { reason: 'timeout' } }]);
  });
});

describe('the hold', () => {
  it('keeps an equal out until it is over or given back, and says who has it until when', async () => {
    const { act, ptz } = desk();
    await act(county, LEFT);
    await act(county, STOP);
    const until = Date.now() + HOLD_MS;
    expect(await act(neighbour, PRESET)).toMatchObject({ reason: 'held', hold: { holder: county, until } });
    await ptz.release('k812', neighbour);
    expect(ptz.holdOf('k812')?.holder).toBe(county);
    await ptz.release('k812', county);
    expect(ptz.holdOf('k812')).toBeUndefined();
    expect(await act(neighbour, LEFT)).toMatchObject({ done: { ok: true } });
    await vi.advanceTimersByTimeAsync(HOLD_MS);
    expect(await act(county, LEFT)).toMatchObject({ done: { ok: true } });
  });

  it('is taken over by a higher seat: what moved is stopped, and the lower one may not go on', async () => {
    const { act, sent, ptz } = desk();
    await act(county, LEFT);
    await act(city, PRESET);
    expect(sent).toEqual(['k812 move 2000', 'k812 stop', 'k812 preset']);
    expect(await act(county, LEFT)).toMatchObject({ reason: 'held', hold: { holder: city } });
    expect(await act(county, STOP)).toMatchObject({ reason: 'held' });
    await vi.advanceTimersByTimeAsync(5_000);
    expect([sent.length, ptz.holdOf('k812')?.holder]).toEqual([3, city]);
  });

  it('refuses what was granted before somebody higher took over', async () => {
    const { act, ptz, sent } = desk();
    const early = ptz.claim('k812', county, LEFT);
    await act(city, PRESET);
    if (!early.ok) throw new Error('it was free');
    expect(await early.value.carryOut()).toMatchObject({
      ok: false,
      error: { reason: 'held', hold: { holder: city } },
    });
    expect(sent).toEqual(['k812 preset']);
  });

  it('is not had of a camera that cannot turn', async () => {
    const { act, ptz, world } = desk();
    world.fault = { reason: 'not-supported', text: 'no PTZ' };
    await act(county, LEFT);
    expect(ptz.holdOf('k812')).toBeUndefined();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends with the sign-in, and so does the movement', async () => {
    const { act, ptz, sent, halts } = desk();
    await act(county, LEFT);
    await act(city, LEFT, 'k813');
    ptz.dismiss((_, holder) => holder === county);
    await vi.advanceTimersByTimeAsync(0);
    expect(sent.at(-1)).toBe('k812 stop');
    expect(halts).toMatchObject([{ camera: 'k812', reason: 'signed-out' }]);
    expect([ptz.holdOf('k812'), ptz.holdOf('k813')?.holder]).toEqual([undefined, city]);
  });

  it('is not broken by a linkage, which is told who has it and holds nothing itself', async () => {
    const { act, ptz, sent } = desk();
    await act(county, PRESET);
    const refused = await ptz.turnUnheld('k812', PRESET);
    expect(refused).toMatchObject({ ok: false, error: { reason: 'held' } });
    expect(refused.ok ? '' : refused.error.text).toContain('席 county until ');
    await vi.advanceTimersByTimeAsync(HOLD_MS);
    expect(await ptz.turnUnheld('k812', PRESET)).toEqual(ok(undefined));
    expect([sent, ptz.holdOf('k812')]).toEqual([['k812 preset', 'k812 preset'], undefined]);
  });

  it('is kept for so many cameras at most; one that is over makes room', async () => {
    const { act } = desk();
    for (let n = 0; n < 1_000; n++) await act(county, PRESET, `camera-${n}`);
    expect(await act(county, PRESET, 'one-more')).toMatchObject({ reason: 'busy' });
    await vi.advanceTimersByTimeAsync(HOLD_MS);
    expect(await act(county, PRESET, 'one-more')).toMatchObject({ done: { ok: true } });
  });
});

it('lets a camera move only for the one who holds it, and never for long without them, whatever people do', async () => {
  const acts = fc.record({
    seeker: fc.constantFrom(city, county, neighbour),
    wish: fc.constantFrom(LEFT, LEFT, STOP, PRESET),
    afterMs: fc.integer({ min: 0, max: 4_000 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(acts, { maxLength: 30 }), async (all) => {
      const { act, ptz, sent } = desk();
      let last: { by: PtzSeeker; at: number; isMoving: boolean } | undefined;
      for (const { seeker, wish, afterMs } of all) {
        await vi.advanceTimersByTimeAsync(afterMs);
        const isOver = last?.isMoving === true && Date.now() - last.at >= 1_500;
        if (isOver) expect(sent.at(-1)).toBe('k812 stop');
        const [holder, before] = [ptz.holdOf('k812')?.holder, sent.length];
        const done = await act(seeker, wish);
        if ('reason' in done) {
          expect(holder).not.toBe(seeker);
          expect(sent.length).toBe(before);
        } else {
          expect(ptz.holdOf('k812')?.holder).toBe(seeker);
          last = { by: seeker, at: Date.now(), isMoving: wish.act === 'move' };
        }
      }
      await vi.advanceTimersByTimeAsync(HOLD_MS);
      expect([vi.getTimerCount(), ptz.holdOf('k812')]).toEqual([0, undefined]);
    }),
    { numRuns: 60 },
  );
});
