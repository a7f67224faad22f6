import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { AlarmPage } from '../../../gateway/http/contract/alarms.ts';
import type { PtzState } from '../../../gateway/http/contract/video.ts';
import { type SimulatedCamera, startCamera } from '../../../simulators/camera/camera.ts';
import { type RunningGateway, startGateway } from '../../parts/gateway.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';
import { secret } from '../../parts/told.ts';

const RULES = `
linkages:
  rules:
    - { id: fence, where: { types: [railway.perimeter.] }, steps: [{ id: look, do: preset, preset: 道口 }] }
`;
const LOGIN = { username: 'admin', password: secret('dome of tests') };
let camera: SimulatedCamera;
let gateway: RunningGateway;
const ends: (() => Promise<void>)[] = [];
beforeAll(async () => {
  const onFinished = (end: () => Promise<void>): void => void ends.push(end);
  camera = await startCamera({ id: 'dome', name: '球机', ...LOGIN, quirks: { noEvents: true } });
  onFinished(() => camera.stop());
  gateway = await gatewayWithDome(onFinished);
});
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

async function gatewayWithDome(onFinished: (end: () => Promise<void>) => void): Promise<RunningGateway> {
  const dataDir = await temporaryFolder(onFinished);
  const config = join(dataDir, 'fengsui.yaml');
  await writeFile(config, RULES);
  const started = await startGateway({ dataDir, env: { FENGSUI_CONFIG: config } }, onFinished);
  await started.signIn();
  const connection = { url: camera.onvifUrl, ...LOGIN };
  const record = { kind: 'camera', profile: 'onvif', name: '球机', region: '360902001001', connection };
  await started.call('PUT', '/api/v1/devices/dome', record);
  await vi.waitFor(async () => expect(await stateOf(started)).toMatchObject({ turns: true }), { timeout: 10_000 });
  return started;
}
const stateOf = async (of: RunningGateway): Promise<PtzState> =>
  (await of.call('GET', '/api/v1/cameras/dome/ptz')) as PtzState;

const turn = (of: RunningGateway, pan: number): Promise<unknown> =>
  of.call('POST', '/api/v1/cameras/dome/ptz', { act: 'move', pan, timeoutMs: 10_000 });
/** How long the camera went on turning from now, in milliseconds. */
async function turnsFor(): Promise<number> {
  const since = Date.now();
  let [before, movedAt] = [Number.NaN, since];
  await vi.waitFor(
    () => {
      const { pan } = camera.ptzPosition();
      if (pan !== before) movedAt = Date.now();
      before = pan;
      expect(Date.now() - movedAt).toBeGreaterThan(300);
    },
    { timeout: 8_000, interval: 20 },
  );
  return movedAt - since;
}

it('turns a camera while the move is repeated, and stops it when the client falls silent', async () => {
  for (let n = 0; n < 3; n++) {
    await turn(gateway, 0.1);
    await new Promise((resolve) => setTimeout(resolve, 400)); // as a held button repeats itself
  }
  const ranOn = await turnsFor();
  process.stdout.write(`a silent client: the camera turned for ${ranOn} ms more\n`);
  expect(ranOn).toBeGreaterThan(500);
  expect(ranOn).toBeLessThan(1_900); // 1.5 s from the last repetition, before the camera's own 2 s
  expect(await stateOf(gateway)).toMatchObject({ zoomsTo: true, holder: { name: 'admin', isSelf: true } });
});

it('does not take a camera from a person for an alarm, and says on the alarm who steers it', async () => {
  const fence = { kind: 'railway', profile: 'fengsui', name: '光纤', region: '360902001001', cameras: ['dome'] };
  await gateway.call('PUT', '/api/v1/devices/fence', fence);
  await gateway.call('POST', '/api/v1/cameras/dome/ptz', { act: 'stop' }); // the last act: the camera is held from here
  const client = await mqtt.connectAsync(gateway.mqttUrl);
  const intrusion = JSON.stringify({ type: 'railway.perimeter.intrusion', active: true });
  await client.publishAsync('fengsui/v1/fence/event', intrusion, { qos: 1 });
  await client.endAsync();
  const stepOf = async () => {
    const { items } = AlarmPage.parse(await gateway.call('GET', '/api/v1/alarms?device=fence'));
    return items[0]?.linkages?.find(({ step }) => step === 'look');
  };
  await vi.waitFor(async () => expect(await stepOf()).toMatchObject({ result: 'failed' }), { timeout: 5_000 });
  expect((await stepOf())?.detail).toMatch(/^dome: held by admin until 20/);
});

it('leaves no camera turning when it is stopped, and none for longer than 2 s when it is killed', async () => {
  const other = await gatewayWithDome(onTestFinished);
  await turn(other, -0.1);
  await other.stop();
  expect(await turnsFor()).toBeLessThan(500);
  await turn(gateway, -0.1);
  await gateway.kill('SIGKILL');
  const ranOn = await turnsFor();
  process.stdout.write(`a killed gateway: the camera turned for ${ranOn} ms more\n`);
  expect(ranOn).toBeGreaterThan(500);
  expect(ranOn).toBeLessThan(2_200);
});
