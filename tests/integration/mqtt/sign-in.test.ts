import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startMqtt } from '../../../adapters/mqtt/mqtt.ts';
import { houseOf } from '../../parts/codec-house.ts';
import { startMosquitto } from '../../parts/mosquitto.ts';
import { connectDevice, EVENT, event, log, settings, startAdapter } from './parts.ts';
import { directory, RecordingIntake } from './recording-intake.ts';

it.each(['0.0.0.0', '192.168.1.10', '::', 'gateway.example'])('does not open %s to strangers', async (host) => {
  const started = startMqtt({
    settings: { ...settings, host },
    intake: new RecordingIntake(),
    directory,
    house: houseOf(),
    log,
    now: Date.now,
  });
  await expect(started).rejects.toThrow(`mqtt.host is '${host}': set it to 127.0.0.1, or`);
});

it('lets a device that signs in reach its own topics only, by TLS', async ({ onTestFinished }) => {
  const folder = mkdtempSync(join(tmpdir(), 'fengsui-tls-'));
  onTestFinished(async () => rmSync(folder, { recursive: true }));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '1', ...subject],
    { stdio: 'ignore' },
  );
  const signIn = {
    tls: { key: readFileSync(key), cert: readFileSync(cert) },
    authenticate: async (device: string, secret: string) => device === 'yz-fence-k812' && secret === 'its secret',
    onRevoked: () => () => undefined,
  };
  const { intake, url } = await startAdapter(onTestFinished, { host: '0.0.0.0' }, { signIn });
  const own = { ca: [readFileSync(cert)], username: 'yz-fence-k812', password: 'its secret' };
  const where = url.replace('0.0.0.0', '127.0.0.1');
  await expect(
    connectDevice(onTestFinished, where, { ...own, password: 'a guess', reconnectPeriod: 0 }),
  ).rejects.toThrow(/[Nn]ot authorized/);

  const device = await connectDevice(onTestFinished, where, own);
  await device.publishAsync(EVENT, event('own'), { qos: 1 });
  expect(intake.accepted).toMatchObject([{ id: 'own' }]);
  expect(await device.subscribeAsync('fengsui/v1/yz-fence-k812/command')).toMatchObject([{ qos: 0 }]);
  await expect(device.subscribeAsync('fengsui/v1/+/command')).rejects.toThrow();
  const closed = new Promise<void>((resolve) => device.once('close', () => resolve()));
  device.publish('fengsui/v1/another/event', event('forged'), { qos: 0 });
  await closed;
  expect(intake.accepted).toHaveLength(1);
});

it('works behind a mosquitto that asks everybody who he is, with the list of rights that we ship', async ({
  onTestFinished,
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'fengsui-acl-'));
  onTestFinished(async () => rmSync(folder, { recursive: true }));
  const passwords = join(folder, 'passwords');
  execFileSync('mosquitto_passwd', ['-c', '-b', passwords, 'gateway', 'gw secret']);
  execFileSync('mosquitto_passwd', ['-b', passwords, 'yz-fence-k812', 'its secret']);
  const acl = new URL('../../../config/mosquitto/acl', import.meta.url).pathname;
  const { url } = await startMosquitto(onTestFinished, [
    'allow_anonymous false',
    `password_file ${passwords}`,
    `acl_file ${acl}`,
  ]);
  const { intake, adapter } = await startAdapter(onTestFinished, { url, username: 'gateway', password: 'gw secret' });
  const device = await connectDevice(onTestFinished, url, { username: 'yz-fence-k812', password: 'its secret' });
  await device.subscribeAsync('fengsui/v1/yz-fence-k812/command', { qos: 1 });
  device.on('message', (_topic, payload) => {
    device.publish('fengsui/v1/yz-fence-k812/reply', JSON.stringify({ ...JSON.parse(payload.toString()), ok: true }), {
      qos: 1,
    });
  });
  await device.publishAsync('fengsui/v1/another/event', event('forged'), { qos: 1 });
  await device.publishAsync(EVENT, event('own'), { qos: 1 });
  await intake.until(() => intake.accepted.length === 1);
  expect(intake.accepted).toMatchObject([{ id: 'own' }]);
  expect(await adapter.commands.send('yz-fence-k812', { name: 'test', args: {} }, 5_000)).toMatchObject({ ok: true });
});
