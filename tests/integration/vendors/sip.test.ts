import { createHash } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import pino from 'pino';
import { expect, it } from 'vitest';
import { createVendors } from '../../../adapters/vendor/vendors.ts';
import type { Device } from '../../../gateway/domain/device.ts';
import { CallingDevice } from '../../../simulators/vendors/calling-device.ts';
import { houseOf } from '../../parts/codec-house.ts';
import { TestDirectory, TestIntake } from '../../parts/onvif-ports.ts';
import { allSamples } from '../../parts/payload-samples.ts';
import type { OnFinished } from '../../parts/temporary-folder.ts';

const CODE = '36090200001320000101';
const PASSWORD = 'a-secret-of-tests-1';
const CAMERA: Device = {
  ...{ id: CODE, kind: 'camera', profile: 'gb28181', name: 'camera', region: '360902001001', place: {} },
  enabled: true,
  version: 1,
};
const samples = allSamples().find(({ family }) => family === 'gb28181');
const alarm = samples?.bytes('alarm-intrusion.xml') ?? Buffer.alloc(0);

const request = (method: string, headers: readonly string[], body: Uint8Array = Buffer.alloc(0)): Buffer => {
  const all = [
    `${method} sip:36090200002000000001@3609020000 SIP/2.0`,
    'Via: SIP/2.0/UDP 127.0.0.1:5060;rport;branch=z9hG4bK1',
    `From: <sip:${CODE}@3609020000>;tag=1`,
    'To: <sip:36090200002000000001@3609020000>',
    'Call-ID: 1',
    `CSeq: 1 ${method}`,
    ...headers,
    `Content-Length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${all.join('\r\n')}\r\n\r\n`), body]);
};
const message = (body: Uint8Array): Buffer => request('MESSAGE', ['Content-Type: Application/MANSCDP+xml'], body);

async function listening(onFinished: OnFinished, secret: string | undefined) {
  const [directory, intake] = [new TestDirectory(), new TestIntake()];
  directory.put(CAMERA);
  const vendors = await createVendors({
    settings: { host: '127.0.0.1', ports: { gb28181: 0 }, secrets: { gb28181: secret } },
    ...{ deviceNetworks: ['127.0.0.0/8'], intake, directory, house: houseOf(directory.find) },
    ...{ log: pino({ level: 'silent' }), now: Date.now, random: Math.random },
  });
  await vendors.start();
  onFinished(() => vendors.stop());
  return { intake, port: vendors.ports()['gb28181'] ?? 0 };
}

async function datagrams(onFinished: OnFinished, port: number) {
  const socket: Socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onFinished(async () => void socket.close());
  const answer = async (): Promise<string> => String((await once(socket, 'message'))[0]);
  const ask = (bytes: Buffer): Promise<string> => {
    socket.send(bytes, port, '127.0.0.1');
    return answer();
  };
  return { answer, ask };
}

it('takes an alarm of a camera that registered with the password, and sends the Response', async ({
  onTestFinished,
}) => {
  const { intake, port } = await listening(onTestFinished, PASSWORD);
  const { ask, answer } = await datagrams(onTestFinished, port);
  expect(await ask(message(alarm))).toMatch(/^SIP\/2\.0 403 /);
  const challenge = await ask(request('REGISTER', []));
  const nonce = /nonce="([^"]+)"/.exec(challenge)?.[1] ?? '';
  const md5 = (text: string) => createHash('md5').update(text).digest('hex');
  const uri = 'sip:36090200002000000001@3609020000';
  const response = (password: string) =>
    md5(`${md5(`${CODE}:fengsui:${password}`)}:${nonce}:${md5(`REGISTER:${uri}`)}`);
  const register = (password: string) =>
    ask(
      request('REGISTER', [
        `Authorization: Digest username="${CODE}", realm="fengsui", nonce="${nonce}", uri="${uri}", response="${response(password)}"`,
      ]),
    );
  expect(await register('wrong')).toMatch(/^SIP\/2\.0 401 /);
  expect(await register(PASSWORD)).toMatch(/^SIP\/2\.0 200 OK[\s\S]*expires: 3600/);
  expect(intake.of('status')).toMatchObject([{ device: CODE, online: true }]);

  const told = answer().then(async (first) => [first, await answer()]);
  await ask(message(alarm));
  expect(intake.of('signal')).toMatchObject([
    { device: CODE, type: 'gb28181:5/6 (EventType=1)', text: '朝阳小区南门' },
  ]);
  const [, sent] = await told;
  expect(sent).toMatch(/^MESSAGE sip:36090200001320000101@[\s\S]*<SN>17<\/SN>[\s\S]*<Result>OK<\/Result>/);
});

it('does the same over TCP, and answers nothing that the journal did not take', async ({ onTestFinished }) => {
  const { intake, port } = await listening(onTestFinished, undefined);
  const camera = await CallingDevice.call(port);
  intake.refuse(true);
  camera.send(message(alarm));
  await intake.until(() => intake.refusals === 1);
  expect(camera.heard).toHaveLength(0);
  intake.refuse(false);
  const whole = message(alarm);
  camera.send(whole.subarray(0, 100));
  camera.send(whole.subarray(100));
  await intake.until(() => intake.of('signal').length === 1);
  expect((await camera.answer(14)).toString()).toBe('SIP/2.0 200 OK');
  camera.hangUp();
});
