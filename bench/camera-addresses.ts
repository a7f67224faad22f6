import type { Device } from '../gateway/domain/device.ts';

/** Each camera has an address of its own, since the gateway opens at most four connections to one. */
export const cameraAt = (at: number, port: number): string =>
  `http://127.${1 + Math.floor(at / 62_500)}.${Math.floor(at / 250) % 250}.${1 + (at % 250)}:${port}/onvif/device`;

export const cameraId = (at: number): string => `bench-camera-${at}`;

export const cameraRecord = (at: number, url: string): Device => ({
  id: cameraId(at),
  kind: 'camera',
  profile: 'onvif',
  name: `摄像机 ${at}`,
  region: '360902001000',
  place: {},
  connection: { url, username: 'admin', password: 'bench' },
  enabled: true,
  version: 1,
});
