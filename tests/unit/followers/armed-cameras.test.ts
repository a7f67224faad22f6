import pino from 'pino';
import { describe, expect, it, vi } from 'vitest';
import type { StreamSource } from '../../../gateway/domain/camera.ts';
import type { Device } from '../../../gateway/domain/device.ts';
import { failed, ok } from '../../../gateway/domain/result.ts';
import { ArmedCameras, type ArmingPorts } from '../../../gateway/followers/evidence/armed-cameras.ts';

const device = (id: string, more: Partial<Device> = {}): Device => ({
  ...{ id, kind: 'sensor', profile: 'fengsui', name: id, region: '360902001000', place: {}, enabled: true, version: 1 },
  ...more,
});
const camera = (id: string, more: Partial<Device> = {}): Device => device(id, { kind: 'camera', ...more });
const source = (id: string, url = `rtsp://${id}/`): StreamSource => ({
  camera: id,
  quality: 'sub',
  connection: { url },
});

/** Arms by a list that the test changes; answers what the plane was told last. */
function open(devices: Device[], more: Partial<ArmingPorts> = {}) {
  vi.useFakeTimers();
  let changed: (id: string, device: Device | undefined) => void = () => {};
  const asked: string[] = [];
  const told: string[][] = [];
  const armed = new ArmedCameras(
    {
      registry: {
        list: () => devices,
        onChange: (listener) => {
          changed = listener;
          return () => {};
        },
      },
      sourceOf: async (id) => {
        asked.push(id);
        return ok(source(id));
      },
      arm: (sources) => told.push(sources.map((one) => one.camera)),
      wantsClip: (type) => type === 'camera.line.crossed',
      camerasMax: 10,
      log: pino({ level: 'silent' }),
      ...more,
    },
    Date.now,
  );
  const stop = armed.start();
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
  return { armed, stop, told, asked, pass, change: (id: string) => changed(id, undefined) };
}

describe('armed cameras', () => {
  it('are the nearest of each sensor, those that say so themselves, and never those that say the opposite', async () => {
    const { told, stop, pass } = open([
      device('fence-1', { cameras: ['near-1', 'far-1'] }),
      device('fence-2', { cameras: ['near-2'] }),
      device('fence-3', { cameras: ['near-2'] }),
      device('off', { cameras: ['near-3'], enabled: false }),
      device('blind'),
      device('shy', { cameras: ['hidden'] }),
      camera('hidden', { tags: ['unarmed'] }),
      camera('tagged', { tags: ['armed'] }),
      camera('line', { types: { 'tns1:RuleEngine/LineDetector/Crossed': 'camera.line.crossed' } }),
      camera('motion', { types: { x: 'camera.motion' } }),
      camera('near-1'),
    ]);
    await pass(10);
    expect(told).toEqual([['line', 'tagged', 'near-2', 'near-1']]);
    stop();
  });

  it('are no more than the bound, those of most sensors first', async () => {
    const sensors = ['a', 'b', 'b', 'c', 'c', 'c'].map((one, at) => device(`s${at}`, { cameras: [one] }));
    const { told, stop, pass } = open(sensors, { camerasMax: 2 });
    await pass(10);
    expect(told).toEqual([['c', 'b']]);
    stop();
  });

  it('are asked again when they were away, later where the password was refused, and keep the stream they had', async () => {
    const answers: Record<string, string> = { away: 'offline', locked: 'not-authorized' };
    const asked: string[] = [];
    const { armed, stop, pass } = open([device('s1', { cameras: ['away'] }), device('s2', { cameras: ['locked'] })], {
      sourceOf: async (id) => {
        asked.push(id);
        const reason = answers[id];
        return reason === undefined ? ok(source(id)) : failed({ reason, text: reason });
      },
    });
    await pass(10);
    expect(armed.sourceOf('away')).toBeUndefined();
    delete answers['away'];
    await pass(61_000);
    expect(armed.sourceOf('away')).toEqual(source('away'));
    expect(asked).toEqual(['away', 'locked', 'away']);
    answers['away'] = 'offline';
    await pass(605_000);
    expect(asked.filter((id) => id === 'away').length).toBeGreaterThan(2);
    expect(asked.filter((id) => id === 'locked')).toHaveLength(3);
    expect(armed.sourceOf('away')).toEqual(source('away'));
    stop();
  });

  it('follow the registry: a new sensor arms its camera within seconds, a removed one lets it go', async () => {
    const devices = [device('s1', { cameras: ['a'] })];
    const { told, asked, stop, pass, change } = open(devices);
    await pass(10);
    devices.push(device('s2', { cameras: ['b'] }));
    change('s2');
    await pass(1100);
    devices.shift();
    change('s1');
    await pass(1100);
    expect(told).toEqual([['a'], ['a', 'b'], ['b']]);
    change('b'); // its address may be another now
    await pass(1100);
    expect(asked).toEqual(['a', 'b', 'b']);
    stop();
    vi.useRealTimers();
  });
});
