import { expect, it } from 'vitest';
import { cameraPort } from '../../../gateway/camera-port.ts';
import type { PtzAbilities } from '../../../gateway/domain/camera.ts';
import { failed, ok, type Result } from '../../../gateway/domain/result.ts';

const DOME: PtzAbilities = { turns: true, zoomsTo: true, presets: [{ token: '1', name: '道口' }] };

function port(answer: () => Result<PtzAbilities, { reason: 'not-supported' | 'timeout'; text: string }>) {
  let [now, asked] = [0, 0];
  const adapter = {
    ptzAbilities: async () => {
      asked += 1;
      return answer();
    },
  };
  return {
    cameras: cameraPort(adapter as never, () => now),
    asked: () => asked,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

it('asks a camera what its head can do once in half a minute, however many look', async () => {
  const { cameras, asked, pass } = port(() => ok(DOME));
  expect(await Promise.all([cameras.ptzAbilities('dome'), cameras.ptzAbilities('dome')])).toEqual([ok(DOME), ok(DOME)]);
  const before = asked();
  await cameras.ptzAbilities('dome');
  expect(asked()).toBe(before);
  pass(30_000);
  await cameras.ptzAbilities('dome');
  expect(asked()).toBe(before + 1);
});

it('knows a camera without a head from one that does not answer', async () => {
  const fixed = port(() => failed({ reason: 'not-supported', text: 'no PTZ' }));
  expect(await fixed.cameras.ptzAbilities('fixed')).toEqual(ok({ turns: false, zoomsTo: false, presets: [] }));
  const silent = port(() => failed({ reason: 'timeout', text: 'silence' }));
  expect(await silent.cameras.ptzAbilities('silent')).toMatchObject({ ok: false, error: { reason: 'timeout' } });
  await silent.cameras.ptzAbilities('silent');
  expect(silent.asked()).toBe(2);
});
