import mqtt from 'mqtt';
import { type SimulatedCamera, startCamera } from '../../simulators/camera/camera.ts';
import { type RunningGateway, startGateway } from './gateway.ts';
import { type OnFinished, temporaryFolder } from './temporary-folder.ts';
import { secret } from './told.ts';

const REGION = '360902001001';
const CAMERA = { username: 'viewer', password: secret('viewer of tests') };
export const DUTY = { username: 'duty', password: secret('a duty password') };
export const PATROL = { username: 'binjiang1', password: secret('a patrol password') };

export type ConsoleSite = Readonly<{
  gateway: RunningGateway;
  camera: SimulatedCamera;
  /** Tells the gateway over MQTT what a device saw. */
  event(device: string, type: string, active?: boolean): Promise<void>;
  /** Ends the gateway as a power cut would, and starts it again on the same ports and data. */
  cutPower(): Promise<void>;
  comeBack(): Promise<void>;
}>;

/** One camera, a fence on the railway, community doors, a duty officer and a patrol. */
export async function openConsoleSite(onFinished: OnFinished, doors = 2): Promise<ConsoleSite> {
  const dataDir = await temporaryFolder(onFinished);
  const first = await startGateway({ dataDir }, onFinished);
  const ports = { FENGSUI_HTTP_PORT: new URL(first.url).port, FENGSUI_MQTT_PORT: new URL(first.mqttUrl).port };
  const camera = await startCamera({ id: 'camera-k812', name: 'K812+150', ...CAMERA });
  onFinished(() => camera.stop());
  await first.signIn();
  await putDevices(first, camera, doors);
  await putPeople(first);
  let gateway = first;
  return {
    get gateway() {
      return gateway;
    },
    camera,
    async event(device, type, active = true) {
      const client = await mqtt.connectAsync(gateway.mqttUrl);
      await client.publishAsync(`fengsui/v1/${device}/event`, JSON.stringify({ type, active }), { qos: 1 });
      await client.endAsync();
    },
    cutPower: () => gateway.kill(),
    async comeBack() {
      gateway = await startGateway({ dataDir, env: ports }, onFinished);
    },
  };
}

async function putDevices(gateway: RunningGateway, camera: SimulatedCamera, doors: number): Promise<void> {
  const put = (id: string, fields: object) =>
    gateway.call('PUT', `/api/v1/devices/${id}`, { profile: 'fengsui', region: REGION, ...fields });
  const place = { line: '沪昆线', km: 'K812+300', direction: 'down', lng: 114.388, lat: 27.803 };
  await put('camera-k812', {
    kind: 'camera',
    profile: 'onvif',
    name: 'K812+150',
    place: { ...place, km: 'K812+150' },
    connection: { url: camera.onvifUrl, ...CAMERA },
    tags: [`port:${new URL(camera.rtspUrl('main')).port}`],
  });
  await put('fence-k812', { kind: 'railway', name: '振动光纤 K812', place, cameras: ['camera-k812'] });
  for (let door = 1; door <= doors; door++) {
    await put(`door-${door}`, { kind: 'access', name: `${door} 栋门禁`, place: { name: `秀江名苑 ${door} 栋` } });
  }
}

async function putPeople(gateway: RunningGateway): Promise<void> {
  const regions = ['360900000000'];
  await gateway.call('POST', '/api/v1/users', { ...DUTY, displayName: '席 A', role: 'dispatcher', regions });
  await gateway.call('POST', '/api/v1/users', { ...PATROL, displayName: '彬江一队', role: 'patrol', regions });
}
