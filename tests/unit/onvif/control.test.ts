import { expect, it } from 'vitest';
import { profileFor } from '../../../adapters/onvif/control.ts';

const profile = (token: string, width: number, height: number, encoding: string | undefined) => ({
  token,
  name: token,
  source: undefined,
  width,
  height,
  encoding,
  hasPtz: false,
});

it('takes the largest picture for main and the smallest for sub, of those that can be relayed', () => {
  const profiles = [
    profile('third', 352, 288, 'JPEG'),
    profile('sub', 640, 360, 'H264'),
    profile('main', 2560, 1440, 'H265'),
  ];
  expect([profileFor(profiles, 'main')?.token, profileFor(profiles, 'sub')?.token]).toEqual(['main', 'sub']);
  expect(profileFor([profile('only', 640, 480, 'JPEG')], 'sub')?.token).toBe('only');
  expect(profileFor([profile('audio', 0, 0, undefined)], 'main')).toBeUndefined();
});
