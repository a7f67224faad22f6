import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { connectAsync } from 'mqtt';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { loadSettings } from '../../../config/load.ts';
import { exportAlarms } from '../../../gateway/export/export.ts';
import { openGateway } from '../../../gateway/gateway.ts';
import { DeviceSecret } from '../../../gateway/http/contract/devices.ts';
import { ImportJob, ImportStarted } from '../../../gateway/http/contract/onboarding.ts';
import { startCamera } from '../../../simulators/camera/camera.ts';
import type { Quirks } from '../../../simulators/camera/quirks.ts';
import { freePort } from '../../parts/free-port.ts';
import { Api, signIn } from '../../parts/http-gateway.ts';
import { secretsIn } from '../../parts/secrets.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';
import { secret, tell } from '../../parts/told.ts';

const ADMIN = secret('Marked-Admin-5c1e');
const CAMERA = secret('Marked-Camera-9b27');
const WRONG = secret('Marked-Wrong-03fd');
const INFLUX = secret('Marked-Influx-77aa');
const GROUP = secret('Marked-Group-e4d0');
const SEAT = secret('Marked-Seat-b8c6');
const REGION = '360902001000';
const FAULTS: readonly Quirks[] = [
  { refuseAccount: true },
  { echoSecurity: true },
  { spoilt: { by: 'html' } },
  { spoilt: { by: 'redirect' } },
  {},
];

/** A whole gateway whose every log line, down to trace, is kept. */
async function startHouse() {
  const lines: string[] = [];
  const keep = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(chunk.toString('utf8'));
      done();
    },
  });
  const dataDir = await temporaryFolder(onTestFinished);
  const env = {
    FENGSUI_DATA_DIR: dataDir,
    FENGSUI_HTTP_PORT: '0',
    FENGSUI_MQTT_PORT: '0',
    FENGSUI_ADMIN_PASSWORD: ADMIN,
    FENGSUI_DEVICE_NETWORKS: '127.0.0.0/8',
    FENGSUI_INFLUX_URL: `http://127.0.0.1:${await freePort()}`, // nobody is there: each write fails
    FENGSUI_INFLUX_API: 'v1',
    FENGSUI_INFLUX_DATABASE: 'fengsui',
    FENGSUI_INFLUX_USERNAME: 'fengsui',
    FENGSUI_INFLUX_PASSWORD: INFLUX,
  };
  const settings = loadSettings({ file: undefined, env });
  if (!settings.ok) throw new Error(JSON.stringify(settings.error));
  const around = { log: pino({ level: 'trace' }, keep), announce: () => undefined, now: Date.now, random: Math.random };
  const gateway = await openGateway(settings.value, { ...around, onLost: () => undefined });
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= gateway.stop();
    return stopping;
  };
  onTestFinished(stop);
  return { lines, dataDir, gateway, stop };
}

it('lets no password into a log line, an answer, a metric, an export or a file, whatever is done with it', async () => {
  const { lines, dataDir, gateway, stop } = await startHouse();
  const camera = await startCamera({ id: 'gate', name: 'gate', username: 'admin', password: CAMERA });
  onTestFinished(() => camera.stop());
  const told: string[] = [];
  const admin = await signIn(gateway.address, 'admin', ADMIN);
  const ask = async (api: Api, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await api.call(method, path, body, headers);
    told.push(JSON.stringify(answer.body));
    return answer;
  };

  // import: good rows, a wrong one, a URL with a password in it, and a password that is too long
  const row = (id: string, url: string, password: string): string =>
    `${id},camera,onvif,gate,${REGION},${url},admin,${password}`;
  const csv = [
    'id,kind,profile,name,region,url,username,password',
    row('gate', camera.onvifUrl, CAMERA),
    row('gate-2', camera.onvifUrl, WRONG),
    row('gate-3', camera.onvifUrl.replace('//', `//admin:${WRONG}@`), WRONG),
    row('gate-4', camera.onvifUrl, WRONG.repeat(20)),
  ].join('\n');
  const asCsv = { 'content-type': 'text/csv', 'idempotency-key': 'one-import' };
  await ask(admin, 'POST', '/devices/import?dryRun=true', csv, { 'content-type': 'text/csv' });
  const { id } = ImportStarted.parse((await ask(admin, 'POST', '/devices/import', csv, asCsv)).body);
  const job = async () => ImportJob.parse((await ask(admin, 'GET', `/devices/import/${id}`)).body);
  await expect.poll(async () => (await job()).state, { timeout: 10_000 }).toBe('done');
  expect(await job()).toMatchObject({ created: 2, faulty: 2 });
  await ask(admin, 'POST', '/devices/import', `id,password\n"gate,${WRONG}`, { 'content-type': 'text/csv' });

  // people and groups: good, bad and refused
  const logins = [{ username: 'admin', password: GROUP }];
  await ask(admin, 'PUT', '/credential-groups/east', { items: logins }, { 'idempotency-key': 'one-group' });
  await ask(admin, 'PUT', '/credential-groups/east', { items: [{ username: '', password: GROUP }] });
  await ask(admin, 'GET', '/credential-groups');
  const record = { kind: 'camera', profile: 'onvif', name: 'gate', region: REGION };
  const seeking = { ...record, settings: { credentials: 'east' }, connection: { url: camera.onvifUrl } };
  await ask(admin, 'PUT', '/devices/gate-5', seeking);
  const seat = { username: 'seat', password: SEAT, role: 'viewer', regions: [REGION] };
  await ask(admin, 'POST', '/users', seat);
  await ask(admin, 'POST', '/users', { ...seat, username: 'NO NAME' });
  const stranger = new Api(gateway.address, undefined);
  await ask(stranger, 'POST', '/session', { username: 'admin', password: WRONG });
  await ask(stranger, 'POST', '/session', { username: SEAT, password: 7 });

  // a camera with every fault, and what is asked of it
  for (const quirks of FAULTS) {
    camera.misbehave(quirks);
    for (const path of ['report', 'commands', 'test-alarm']) {
      const body = path === 'commands' ? { name: 'describe', args: {} } : undefined;
      await ask(admin, path === 'report' ? 'GET' : 'POST', `/devices/gate/${path}`, body);
    }
    await ask(admin, 'GET', '/cameras/gate/live');
  }

  // a device that signs in to the broker with its secret, and with a wrong one
  const sensor = { kind: 'sensor', profile: 'fengsui', name: 'sensor', region: REGION };
  await ask(admin, 'PUT', '/devices/sensor-1', sensor);
  const { secret: deviceSecret } = DeviceSecret.parse((await admin.put('/devices/sensor-1/secret')).body);
  for (const password of [deviceSecret, WRONG]) {
    const client = await connectAsync(gateway.mqttUrl, { username: 'sensor-1', password, reconnectPeriod: 0 }).catch(
      () => undefined,
    );
    await client?.publishAsync('fengsui/v1/sensor-1/event', JSON.stringify({ type: 'no.such.type' }), { qos: 1 });
    await client?.endAsync();
  }

  // everything that can be read
  const pages = [
    '/devices',
    '/devices/gate',
    '/users',
    '/alarms',
    '/dead-letters',
    '/system',
    '/stats/devices',
    '/discovery',
  ];
  for (const path of [...pages, '/stats/alarms', '/audit']) await ask(admin, 'GET', path);
  told.push(
    await (await fetch(`${gateway.address}/metrics`, { headers: { authorization: `Bearer ${admin.token}` } })).text(),
  );
  for (const format of ['csv', 'jsonl'] as const) {
    const out = join(dataDir, `alarms.${format}`);
    const order = { dataDir, format, out, region: undefined, from: undefined, to: undefined };
    expect(await exportAlarms(order, () => undefined)).toBeGreaterThan(0);
    told.push(await readFile(out, 'utf8'));
  }
  await stop();
  const files = readdirSync(dataDir, { withFileTypes: true }).filter((entry) => entry.isFile());
  const kept = files.map(({ name }) => readFileSync(join(dataDir, name)).toString('latin1'));

  const secrets = [ADMIN, CAMERA, WRONG, INFLUX, GROUP, SEAT, deviceSecret];
  tell(told.join('\n'));
  expect(lines.length).toBeGreaterThan(10);
  expect(secretsIn(lines.join(''), secrets)).toEqual([]);
  expect(secretsIn(told.join('\n'), secrets)).toEqual([]);
  expect(secretsIn(kept.join('\n'), secrets)).toEqual([]);
}, 60_000);
