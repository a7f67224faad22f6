import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connectAsync } from 'mqtt';
import { beforeAll, expect, it } from 'vitest';
import { type Alarm, AlarmPage } from '../../../gateway/http/contract/alarms.ts';
import { type RunningGateway, startGateway } from '../../parts/gateway.ts';
import { type H264Loop, makeH264Loop } from '../../parts/h264-loop.ts';
import { NEVER_AGAIN } from '../../parts/never-again.ts';
import { RtspServer } from '../../parts/rtsp-server.ts';
import { type OnFinished, temporaryFolder } from '../../parts/temporary-folder.ts';

const VERIFY = join(import.meta.dirname, '../../../gateway/followers/evidence/verify.ts');
const RING = { FENGSUI_EVIDENCE_CLIP_BEFORE_S: '2', FENGSUI_EVIDENCE_CLIP_AFTER_S: '1' };
let loop: H264Loop;
beforeAll(async () => {
  loop = await makeH264Loop(640, 360);
});

const place = { region: '360902102000', place: { line: '沪昆线', km: 'K812+300' } };
/** A fence that one camera sees. */
async function enterDevices(gateway: RunningGateway, url: string): Promise<void> {
  await gateway.signIn();
  const camera = { kind: 'camera', profile: 'rtsp', name: '摄像机', ...place, connection: { url } };
  await gateway.call('PUT', '/api/v1/devices/camera-k812', camera);
  const fence = { kind: 'railway', profile: 'fengsui', name: '周界主机', ...place, cameras: ['camera-k812'] };
  await gateway.call('PUT', '/api/v1/devices/yz-fence-k812', fence);
}

async function intrude(gateway: RunningGateway, id: string): Promise<void> {
  const device = await connectAsync(gateway.mqttUrl);
  const event = JSON.stringify({ id, type: 'railway.perimeter.intrusion', active: true });
  await device.publishAsync('fengsui/v1/yz-fence-k812/event', event, { qos: 1 });
  await device.endAsync();
}

const alarmOf = async (gateway: RunningGateway): Promise<Alarm | undefined> =>
  AlarmPage.parse(await gateway.call('GET', '/api/v1/alarms?device=yz-fence-k812')).items[0];
const evidenceOf = async (gateway: RunningGateway, kind: string) =>
  (await alarmOf(gateway))?.evidence.find((one) => one.kind === kind);
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

async function startCamera(onTestFinished: OnFinished): Promise<RtspServer> {
  const camera = await RtspServer.start({ loop });
  onTestFinished(() => camera.stop());
  return camera;
}

it('gives each alarm a picture within 3 s and a clip from before it, hashed, which verify-evidence holds against the journal', async ({
  onTestFinished,
}) => {
  const dataDir = await temporaryFolder(onTestFinished);
  const camera = await startCamera(onTestFinished);
  const gateway = await startGateway({ dataDir, env: RING }, onTestFinished);
  const { promise: playing, resolve: plays } = Promise.withResolvers<number>();
  camera.once('playing', () => plays(Date.now()));
  await enterDevices(gateway, camera.url);
  const since = await playing; // armed: nobody watches, and no alarm has come yet
  await expect.poll(() => Date.now() - since, { timeout: 10_000 }).toBeGreaterThan(3500);

  const raisedAt = Date.now();
  await intrude(gateway, 'e1');
  await expect.poll(() => evidenceOf(gateway, 'snapshot'), { timeout: 10_000, interval: 50 }).toBeDefined();
  expect(Date.now() - raisedAt).toBeLessThan(3000);
  await expect.poll(() => evidenceOf(gateway, 'clip'), { timeout: 10_000 }).toBeDefined();
  expect(camera.sessionsEver).toBe(1);

  const alarm = (await alarmOf(gateway)) ?? expect.fail();
  const clip = (await evidenceOf(gateway, 'clip')) ?? expect.fail();
  expect(clip).toMatchObject({ camera: 'camera-k812' });
  expect(clip).not.toHaveProperty('note');
  const moment = Date.parse(alarm.receivedAt);
  expect(Date.parse(clip.from ?? '')).toBeLessThanOrEqual(moment - 1900);
  expect(Date.parse(clip.to ?? '')).toBeGreaterThan(moment + 800);

  const folder = join(dataDir, 'evidence', alarm.receivedAt.slice(0, 10).replaceAll('-', ''));
  const file = join(folder, clip.url.split('/').at(-1) ?? '');
  expect(sha256(await readFile(file))).toBe(clip.sha256);
  const args = ['-v', 'error', '-show_entries', 'stream=codec_name,start_time,duration', '-of', 'json', file];
  const { streams } = JSON.parse((await promisify(execFile)('ffprobe', args)).stdout) as { streams: object[] };
  expect(streams).toMatchObject([{ codec_name: 'h264', start_time: '0.000000' }]);

  const verify = () => spawnSync(process.execPath, [VERIFY, join(dataDir, 'journal.sqlite')], { encoding: 'utf8' });
  expect(verify()).toMatchObject({ status: 0, stdout: expect.stringContaining('2 evidence files') });
  const bytes = await readFile(file);
  bytes[1000] = (bytes[1000] ?? 0) ^ 4;
  await writeFile(file, bytes);
  expect(verify()).toMatchObject({ status: 1, stdout: expect.stringContaining(clip.url.split('/').at(-1) ?? '') });
});

it(
  'shows no half file when the gateway is killed during a clip, and has it taken after the start',
  NEVER_AGAIN,
  async ({ onTestFinished }) => {
    const dataDir = await temporaryFolder(onTestFinished);
    const camera = await startCamera(onTestFinished);
    const doomed = await startGateway(
      { dataDir, env: { ...RING, FENGSUI_EVIDENCE_CLIP_AFTER_S: '30' } },
      onTestFinished,
    );
    await enterDevices(doomed, camera.url);
    await intrude(doomed, 'e1');
    await expect.poll(() => evidenceOf(doomed, 'snapshot'), { timeout: 10_000 }).toBeDefined();
    await doomed.kill('SIGKILL');
    const restarted = await startGateway({ dataDir, env: RING }, onTestFinished);
    await restarted.signIn();
    await expect.poll(() => evidenceOf(restarted, 'clip'), { timeout: 20_000 }).toMatchObject({ note: 'not-open' });
    const alarm = (await alarmOf(restarted)) ?? expect.fail();
    const files = await readdir(join(dataDir, 'evidence', alarm.receivedAt.slice(0, 10).replaceAll('-', '')));
    expect(files.sort()).toEqual(alarm.evidence.map(({ url }) => url.split('/').at(-1) ?? '').sort());
  },
);
