import { pino } from 'pino';
import { expect, it } from 'vitest';
import type { Connection, Device } from '../../../gateway/domain/device.ts';
import { failed, ok } from '../../../gateway/domain/result.ts';
import { CredentialFinder } from '../../../gateway/onboarding/credential-finder.ts';

const HOUR_MS = 3_600_000;
const GROUP = ['a', 'b', 'c', 'd', 'e'].map((password) => ({ username: 'admin', password }));
const CAMERA: Device = {
  id: 'gate',
  kind: 'camera',
  profile: 'onvif',
  name: 'gate',
  region: '360902001000',
  place: {},
  connection: { url: 'http://10.0.0.1/' },
  settings: { credentials: 'east' },
  enabled: true,
  version: 1,
};

/** A finder over one camera whose password is `right`; `tick` is a look and all that follows it. */
function finderFor(right: string, answers?: (tries: number) => string | undefined) {
  let [device, at] = [CAMERA, 1_000];
  const tried: string[] = [];
  const listeners: ((id: string, device: Device | undefined) => void)[] = [];
  const finder = new CredentialFinder({
    registry: {
      find: () => device,
      byProfile: () => [device],
      onChange: (listener) => {
        listeners.push(listener);
        return () => true;
      },
      put: async (input) => {
        device = { ...input, version: device.version + 1 };
        for (const listener of listeners) listener(device.id, device);
        return ok(device);
      },
    },
    groups: { find: (name) => (name === 'east' ? GROUP : undefined), onChange: () => () => true },
    tryLogin: async ({ password = '' }: Connection) => {
      tried.push(password);
      const reason = answers?.(tried.length) ?? (password === right ? undefined : 'not-authorized');
      return reason === undefined ? ok(undefined) : failed({ reason });
    },
    now: () => at,
    log: pino({ level: 'silent' }),
  });
  finder.start()(); // follows what is there; the test itself looks
  const tick = async (afterMs: number) => {
    at += afterMs;
    finder.look();
    await new Promise(setImmediate);
  };
  return { tick, tried, device: () => device };
}

it('tries two an hour in the order of the group, and keeps the one that works', async () => {
  const { tick, tried, device } = finderFor('d');
  for (let minute = 0; minute < 59; minute += 1) await tick(60_000);
  expect(tried).toEqual(['a', 'b']);
  for (let minute = 0; minute < 60; minute += 1) await tick(60_000);
  expect(tried).toEqual(['a', 'b', 'c', 'd']);
  expect(device().connection).toEqual({ url: 'http://10.0.0.1/', username: 'admin', password: 'd' });
  await tick(HOUR_MS);
  expect(tried).toHaveLength(4);
});

it('tries the same again where no camera answered, and that counts as well', async () => {
  const { tick, tried, device } = finderFor('a', (tries) => (tries < 3 ? 'timeout' : undefined));
  for (let minute = 0; minute < 59; minute += 1) await tick(60_000);
  expect(tried).toEqual(['a', 'a']);
  await tick(HOUR_MS);
  expect(tried).toEqual(['a', 'a', 'a']);
  expect(device().connection?.password).toBe('a');
});

it('rests when the whole group was refused', async () => {
  const { tick, tried } = finderFor('none of them');
  for (let hour = 0; hour < 6; hour += 1) for (let half = 0; half < 2; half += 1) await tick(HOUR_MS / 2);
  expect(tried).toEqual(['a', 'b', 'c', 'd', 'e']);
});
