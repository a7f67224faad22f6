import mqtt from 'mqtt';
import { z } from 'zod';
import { type SimulatedCamera, startCamera } from '../../simulators/camera/camera.ts';
import { DUTY } from './console-site.ts';
import type { RunningGateway } from './gateway.ts';
import type { OnFinished } from './temporary-folder.ts';
import { secret } from './told.ts';

const REGION = '360902001001';
const CREDENTIALS = { username: 'viewer', password: secret('viewer of tests') };
const NAMES = [
  'K812+150',
  '宜阳大厦',
  '彬江镇政府',
  '秀江名苑东门',
  '袁山公园',
  '下浦路口',
  '湖田村部',
  '宜春站北广场',
];

export type WallSite = Readonly<{
  gateway: RunningGateway;
  cameras: readonly SimulatedCamera[];
  /** Cuts a camera's power, and gives it back on the same port. */
  die(at: number): Promise<void>;
  revive(at: number): Promise<void>;
  /** Lays out wall 1. */
  lay(layout: number, tiles: readonly (string | null)[], more?: object): Promise<void>;
  /** The fence says something; camera `at` sees it. */
  intrusion(at: number, type?: string): Promise<void>;
}>;

/** Cameras without ONVIF, which start at once, a fence for each but the last, and a duty officer: what a wall needs. */
export async function openWallSite(onFinished: OnFinished, gateway: RunningGateway, count: number): Promise<WallSite> {
  await gateway.signIn();
  const start = (at: number, rtspPort = 0): Promise<SimulatedCamera> =>
    startCamera({ id: `wall-${at}`, name: nameOf(at), ...CREDENTIALS, scene: at % 4, rtspOnly: true, rtspPort });
  const cameras = await Promise.all(Array.from({ length: count }, (_, at) => start(at)));
  onFinished(async () => void (await Promise.all(cameras.map((camera) => camera.stop()))));
  const cameraAt = (at: number): SimulatedCamera => {
    const camera = cameras[at];
    if (camera === undefined) throw new RangeError(`there are ${count} cameras, none is number ${at}`);
    return camera;
  };
  const put = (id: string, fields: object) =>
    gateway.call('PUT', `/api/v1/devices/${id}`, { region: REGION, ...fields });
  const place = { line: '沪昆线', km: 'K812+300', direction: 'down' };
  for (const [at, camera] of cameras.entries()) {
    const connection = { url: camera.rtspUrl('sub'), ...CREDENTIALS };
    await put(camera.id, { kind: 'camera', profile: 'rtsp', name: nameOf(at), place, connection });
    if (at === count - 1) continue;
    await put(`fence-${at}`, { kind: 'railway', profile: 'fengsui', name: '振动光纤', place, cameras: [camera.id] });
  }
  await gateway.call('POST', '/api/v1/users', { ...DUTY, displayName: '席 A', role: 'dispatcher', regions: [REGION] });
  return {
    gateway,
    cameras,
    die: (at) => cameraAt(at).stop(),
    async revive(at) {
      cameras[at] = await start(at, Number(new URL(cameraAt(at).rtspUrl('sub')).port));
    },
    async lay(layout, tiles, more = {}) {
      const unmade = { version: 0 };
      const present = await gateway.call('GET', '/api/v1/walls/1').catch(() => unmade);
      const { version } = z.object({ version: z.int() }).parse(present);
      await gateway.call('PUT', '/api/v1/walls/1', { layout, tiles, version, ...more });
    },
    async intrusion(at, type = 'railway.perimeter.intrusion') {
      const client = await mqtt.connectAsync(gateway.mqttUrl);
      await client.publishAsync(`fengsui/v1/fence-${at}/event`, JSON.stringify({ type, active: true }), { qos: 1 });
      await client.endAsync();
    },
  };
}

const nameOf = (at: number): string => `${NAMES[at % NAMES.length]} ${at + 1}`;
