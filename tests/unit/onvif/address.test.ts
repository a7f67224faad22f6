import { expect, it } from 'vitest';
import { createCameraNetworks, pathOf, streamUrl } from '../../../adapters/onvif/address.ts';

const networks = createCameraNetworks(['10.0.0.0/8', '192.168.0.0/16', 'fd00::/8']);

it.each([
  ['10.1.2.3', '10.1.2.3'],
  ['192.168.255.255', '192.168.255.255'],
  ['[fd00::1]', 'fd00::1'],
  ['[::ffff:10.0.0.9]', undefined],
])('admits %s', async (host, address) => {
  const admitted = await networks.admit(host);
  expect(admitted.ok).toBe(true);
  if (address !== undefined) expect(admitted).toEqual({ ok: true, value: address });
});

it.each(['127.0.0.1', '169.254.169.254', '11.0.0.1', '[::1]', '[::ffff:127.0.0.1]', 'localhost'])(
  'refuses %s',
  async (host) => {
    expect(await networks.admit(host)).toMatchObject({ ok: false, error: { reason: 'refused-address' } });
  },
);

it.each([
  ['http://10.9.9.9:81/onvif/Subscription?Idx=7&x=1', '/onvif/Subscription?Idx=7&x=1'],
  ['http://evil.example@10.0.0.1/a', '/a'],
  ['/onvif/events', '/onvif/events'],
  ['//elsewhere/onvif', '/onvif'],
  ['http://[bad', undefined],
  [undefined, undefined],
])('believes of %s only the path and the query', (given, path) => {
  expect(pathOf(given)).toBe(path);
});

const entered = new URL('http://10.0.0.7:8080/onvif/device_service');

it.each([
  [
    'rtsp://192.168.1.64/Streaming/Channels/101?transportmode=unicast',
    [],
    'rtsp://10.0.0.7:554/Streaming/Channels/101?transportmode=unicast',
  ],
  ['rtsp://192.168.1.64:554/live', [], 'rtsp://10.0.0.7:554/live'],
  ['rtsp://192.168.1.64:8080/live', [], 'rtsp://10.0.0.7:8080/live'],
  ['rtsp://192.168.1.64:8554/live', ['port:8554'], 'rtsp://10.0.0.7:8554/live'],
  ['rtsp://192.168.1.64:554/live?a=1', ['tunnel:8080'], 'http://10.0.0.7:8080/live?a=1'],
])('puts %s on the entered host', (given, tags, url) => {
  expect(streamUrl(given, entered, tags)).toEqual({ ok: true, value: url });
});

it('refuses a port that nobody listed, and says which tag lists it', () => {
  expect(streamUrl('rtsp://10.0.0.7:22/live', entered, ['port:8554'])).toMatchObject({
    ok: false,
    error: { reason: 'refused-address', text: 'stream port 22 is not listed: add the tag port:22' },
  });
  expect(streamUrl('file:///etc/passwd', entered, [])).toMatchObject({ ok: false, error: { reason: 'bad-answer' } });
});
