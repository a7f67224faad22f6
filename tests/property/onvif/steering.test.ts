import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CameraSteering, type Head } from '../../../adapters/onvif/steering.ts';
import { opticsOf } from '../../../adapters/onvif/zoom-to.ts';
import type { PtzAct } from '../../../gateway/domain/camera.ts';
import { ok } from '../../../gateway/domain/result.ts';

/** A head that answers each call when it is let, and keeps what it was asked. */
function slowHead() {
  const calls: string[] = [];
  const answers: (() => void)[] = [];
  const call = async (name: string) => {
    calls.push(name);
    expect(answers.length).toBe(0); // never two at once
    await new Promise<void>((resolve) => answers.push(resolve));
    return ok(undefined);
  };
  const library: Head['library'] = {
    move: (_, { pan, zoom }) => call(`move ${pan ?? '-'} ${zoom ?? '-'}`),
    stop: () => call('stop'),
    presets: async () => ok(new Map([['1', undefined]])),
    goTo: () => call('preset'),
  };
  const nothing = async () => ok(undefined);
  const spaces = { absolutePanTilt: [], absoluteZoom: [], relativePanTilt: [], relativeZoom: [] };
  const service: Head['service'] = {
    spaces: async () => ok(spaces),
    position: async () => ok({ panTilt: undefined, zoom: undefined }),
    relativeMove: nothing,
    absoluteMove: nothing,
  };
  const head: Head = { library, service, token: 'main', optics: opticsOf([], { width: 16, height: 9 }) };
  return {
    steering: new CameraSteering(
      async () => ok(head),
      () => 0,
    ),
    calls,
    answers,
  };
}

/** All that is ready to run has run. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const move = (pan: number, zoom: number): PtzAct => ({ act: 'move', move: { pan, tilt: 0, zoom }, timeoutMs: 2_000 });
const acts = fc.constantFrom<PtzAct>(
  move(1, 0),
  move(-1, 0),
  move(0, 1),
  { act: 'stop' },
  { act: 'preset', preset: '1' },
);
const steps = fc.array(fc.oneof(acts, fc.constant('answer' as const)), { maxLength: 30 });

it('asks a slow camera one thing at a time, ends with what was wanted last, and leaves no stop out', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const { steering, calls, answers } = slowHead();
      const asked: Promise<unknown>[] = [];
      const stopsFrom: number[] = [];
      for (const step of all) {
        if (step === 'answer') answers.shift()?.();
        else {
          if (step.act === 'stop') stopsFrom.push(calls.length);
          asked.push(steering.act(step));
        }
        await settle();
      }
      while (answers.length > 0) {
        answers.shift()?.();
        await settle();
      }
      await Promise.all(asked); // each is answered
      for (const from of stopsFrom) expect(calls.slice(from)).toContain('stop');
      const last = all.findLast((step) => step !== 'answer');
      if (last !== undefined) expect(calls.at(-1)?.split(' ')[0]).toBe(last.act);
    }),
    { numRuns: 200 },
  );
});

it('stops the axis that a new move leaves out', async () => {
  const { steering, calls, answers } = slowHead();
  void steering.act(move(1, 0));
  await settle();
  answers.shift()?.();
  await settle();
  const done = steering.act(move(0, 1));
  for (let call = 0; call < 2; call++) {
    await settle();
    answers.shift()?.();
  }
  expect(await done).toEqual(ok(undefined));
  expect(calls).toEqual(['move 1 -', 'stop', 'move - 1']);
});
