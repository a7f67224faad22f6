import { expect, it, onTestFinished } from 'vitest';
import { matchIn } from '../../../adapters/onvif/discovery.ts';
import { addressesIn } from '../../../adapters/onvif/scan.ts';
import type { FoundCamera } from '../../../gateway/domain/camera.ts';
import { type SimulatedCamera, startCamera } from '../../../simulators/camera/camera.ts';
import { onvifAdapter, TestDirectory, TestIntake } from '../../parts/onvif-ports.ts';

async function start(host = '127.0.0.1'): Promise<SimulatedCamera> {
  const camera = await startCamera({
    id: 'found',
    name: '东门 1 号',
    username: 'admin',
    password: 'secret',
    host,
    discoveryPort: 0,
    hasPtz: false,
  });
  onTestFinished(() => camera.stop());
  return camera;
}

const search = (camera: SimulatedCamera, more: Readonly<Record<string, unknown>> = {}) => ({
  waitMs: 200,
  signal: new AbortController().signal,
  from: ['127.0.0.1'],
  to: { address: '127.0.0.1', port: camera.discoveryPort },
  ranges: [],
  ports: [Number(new URL(camera.onvifUrl).port)],
  ...more,
});

async function all(found: AsyncIterable<FoundCamera>): Promise<readonly FoundCamera[]> {
  const list: FoundCamera[] = [];
  for await (const one of found) list.push(one);
  return list;
}

it('finds a camera by WS-Discovery, once, with its name, on the address that it answered from', async () => {
  const camera = await start();
  camera.misbehave({ foreignHost: '203.0.113.9' });
  const adapter = onvifAdapter(new TestDirectory(), new TestIntake());
  expect(await all(adapter.discover(search(camera)))).toEqual([
    {
      address: '127.0.0.1',
      url: camera.onvifUrl,
      name: '东门 1 号',
      hardware: 'simulator',
      endpoint: 'urn:fengsui:found',
      way: 'probe',
    },
  ]);
});

it('finds a camera in a range, and proposes it without signing in', async () => {
  const camera = await start('127.0.0.6');
  const [directory, intake] = [new TestDirectory(), new TestIntake()];
  const adapter = onvifAdapter(directory, intake);
  let asked = 0;
  const nobody = { to: { address: '127.0.0.1', port: 9 }, waitMs: 10 };
  const found = await all(
    adapter.discover(search(camera, { ...nobody, ranges: ['127.0.0.0/29'], onAsked: () => (asked += 1) })),
  );
  expect(found).toEqual([{ address: '127.0.0.6', url: camera.onvifUrl, way: 'scan' }]);
  expect(asked).toBe(8);
  expect(directory.byProfile('onvif')).toEqual([]);
  expect(camera.subscriptions()).toBe(0);
});

it('proposes nothing from outside the device networks', async () => {
  const camera = await start();
  const adapter = onvifAdapter(new TestDirectory(), new TestIntake(), { deviceNetworks: ['10.0.0.0/8'] });
  expect(await all(adapter.discover(search(camera, { ranges: ['127.0.0.1/32'] })))).toEqual([]);
});

it('takes each address of the ranges once, and no more than a /16', () => {
  expect(addressesIn(['10.0.0.4/30', '10.0.0.5/32', '10.0.0.0/29', 'fd00::/8'])).toEqual([
    ...['4', '5', '6', '7'].map((last) => `10.0.0.${last}`),
    ...['0', '1', '2', '3'].map((last) => `10.0.0.${last}`),
  ]);
  expect(addressesIn(['10.0.0.0/8'])).toHaveLength(65_536);
});

it.each(['', '<a/>', '<!DOCTYPE a><a/>', '<e:Envelope xmlns:e="urn:e"><e:Body><ProbeMatches/></e:Body></e:Envelope>'])(
  'makes nothing of a datagram that is no match: %s',
  (text) => {
    expect(matchIn(text, { address: '10.0.0.7' })).toBeUndefined();
  },
);
