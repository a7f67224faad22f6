import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { CallingDevice } from '../../../simulators/vendors/calling-device.ts';
import { FenceHost } from '../../../simulators/vendors/fence-host.ts';
import { fireComponent, firePacket } from '../../../simulators/vendors/frames.ts';
import { freePort } from '../../parts/free-port.ts';
import { type RunningGateway, startGateway } from '../../parts/gateway.ts';
import { allSamples } from '../../parts/payload-samples.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

const REGION = '360902001000';
const SECRET = 'a-secret-of-tests-1';
const Alarms = z.object({
  items: z.array(z.looseObject({ type: z.string(), device: z.string(), condition: z.string() })),
});
const Letters = z.object({ items: z.array(z.looseObject({ id: z.string(), reason: z.string(), field: z.string() })) });
const samples = new Map(allSamples().map((one) => [one.family, one]));
const bytes = (family: string, file: string): Buffer => samples.get(family)?.bytes(file) ?? Buffer.alloc(0);

type Record = Readonly<{ id: string; profile: string; aliases: readonly string[] }> &
  Readonly<{ [name: string]: unknown }>;

async function register(gateway: RunningGateway, { id, ...record }: Record): Promise<void> {
  await gateway.call('PUT', `/api/v1/devices/${id}`, {
    kind: 'sensor',
    name: id,
    region: REGION,
    place: {},
    ...record,
  });
}
const alarms = async (gateway: RunningGateway, query: string) =>
  Alarms.parse(await gateway.call('GET', `/api/v1/alarms?${query}`)).items.map(({ type, device, condition }) => ({
    type,
    device,
    condition,
  }));
const letters = async (gateway: RunningGateway) =>
  Letters.parse(await gateway.call('GET', '/api/v1/dead-letters')).items;
const post = (gateway: RunningGateway, path: string, body: Buffer, type = 'application/json') =>
  fetch(new URL(path, gateway.url), { method: 'POST', headers: { 'content-type': type }, body: new Uint8Array(body) });

it('takes the makers’ own ways from a device to an alarm, and answers when that is durable', async ({
  onTestFinished,
}) => {
  const [jt808, fire, panel] = [await freePort(), await freePort(), await freePort()];
  const gateway = await startGateway(
    {
      dataDir: await temporaryFolder(onTestFinished),
      env: {
        FENGSUI_LOG_LEVEL: 'info',
        FENGSUI_VENDORS_JT808_PORT: String(jt808),
        FENGSUI_VENDORS_FIRE_PANEL_PORT: String(fire),
        FENGSUI_VENDORS_CONTACT_ID_PORT: String(panel),
        FENGSUI_VENDORS_CTWING_SECRET: SECRET,
        FENGSUI_VENDORS_ONENET_TOKEN: 'fengsui-demo-token',
      },
    },
    onTestFinished,
  );
  await gateway.signIn();
  await register(gateway, { id: 'yz-collar-0107', profile: 'jt808', aliases: ['13609000007'] });
  await register(gateway, { id: 'yz-patrol-31', profile: 'jt808', aliases: ['13609000031'], kind: 'railway' });
  await register(gateway, { id: 'yz-fire-panel-01', profile: 'fire-panel', aliases: ['000036090201'] });
  await register(gateway, { id: 'yz-panel-3609', profile: 'contact-id', aliases: ['3609'] });
  await register(gateway, { id: 'yz-beam-east', profile: 'contact-id', aliases: ['3609/015'] });
  await register(gateway, { id: 'yz-cam-0102', kind: 'camera', profile: 'isapi', aliases: ['00:00:5e:00:53:0a/1'] });
  await register(gateway, {
    id: 'fx-smoke-0017',
    profile: 'onenet',
    aliases: ['20166170'],
    types: { '3200_0_5500': 'community.fire.smoke' },
  });
  const map = { Alarm_Status: { '0': 'clear', '2': 'community.fire.smoke' }, Battery_Level: 'battery_pct' };
  await register(gateway, {
    id: 'ja-smoke-0044',
    profile: 'ctwing',
    aliases: ['15014772f0e14b2a8c7d3609'],
    settings: { map },
  });

  await register(gateway, { id: 'fc-gate-0031', profile: 'milesight', kind: 'railway', aliases: ['24e124136b360031'] });
  const fence = new FenceHost(5);
  await fence.open();
  onTestFinished(() => fence.close());
  const connection = { url: `tcp://127.0.0.1:${fence.port}` };
  await register(gateway, { id: 'yz-fence-east', profile: 'fence-host', aliases: ['05'], connection });

  const terminal = await CallingDevice.call(jt808);
  terminal.send(bytes('jt808', '0200-sos-2019.bin.hex'));
  const answer = await terminal.answer(25);
  // 0x8001 to serial 8 of 0x0200, result 0, in the header of 2019
  expect(answer.toString('hex')).toMatch(/^7e80014005010000000001360900003100010008020000..7e$/);
  expect(await alarms(gateway, 'device=yz-patrol-31')).toEqual([
    { type: 'railway.patrol.sos', device: 'yz-patrol-31', condition: 'cleared' },
  ]);
  terminal.send(bytes('jt808', 'malformed-checksum.bin.hex'));
  expect((await terminal.answer(21)).toString('hex')).toMatch(/^7e800100050136090000070002007d01020002..7e$/);

  const transmitter = await CallingDevice.call(fire);
  transmitter.send(bytes('fire-panel', 'component-fire.bin.hex'));
  const confirmed = await transmitter.answer(30);
  expect([confirmed.readUInt16LE(2), confirmed.readUInt8(26)]).toEqual([258, 3]);
  expect(await alarms(gateway, 'device=yz-fire-panel-01')).toEqual([
    { type: 'community.fire.panel', device: 'yz-fire-panel-01', condition: 'active' },
  ]);
  transmitter.send(bytes('fire-panel', 'malformed-checksum.bin.hex'));
  expect((await transmitter.answer(30)).readUInt8(26)).toBe(6);
  const local = new Date(Date.now() + 8 * 3_600_000);
  const isOver = fireComponent({ loop: 17, number: 4, type: 42, state: 1, local });
  transmitter.send(firePacket('000036090201', 9, local, Buffer.concat([Buffer.of(2, 1), isOver.subarray(2)])));
  await transmitter.answer(30);
  expect(await alarms(gateway, 'device=yz-fire-panel-01')).toMatchObject([{ condition: 'cleared' }]);

  const dialler = await CallingDevice.call(panel);
  dialler.send(bytes('contact-id', 'dc09-perimeter.txt'));
  expect(await dialler.answer(28)).toEqual(bytes('contact-id', 'dc09-ack.txt'));
  dialler.send(bytes('contact-id', 'dc09-restore.txt'));
  expect((await dialler.answer(28)).toString()).toContain('"ACK"0002L0#3609[]');
  expect(await alarms(gateway, 'device=yz-beam-east')).toMatchObject([
    { type: 'community.beam.broken', condition: 'cleared' },
  ]);

  expect((await post(gateway, '/vendors/isapi', bytes('isapi', 'duration.xml'), 'application/xml')).status).toBe(200);
  expect(await alarms(gateway, 'device=yz-cam-0102')).toMatchObject([
    { type: 'camera.area.intrusion', condition: 'active' },
  ]);
  expect((await post(gateway, '/vendors/isapi', bytes('isapi', 'malformed-xxe.xml'), 'application/xml')).status).toBe(
    400,
  );
  expect(
    (await post(gateway, '/vendors/isapi', bytes('isapi', 'malformed-no-state.xml'), 'application/xml')).status,
  ).toBe(200);
  expect((await post(gateway, '/vendors/onenet', bytes('onenet', 'datapoint-smoke.json'))).status).toBe(200);
  expect((await post(gateway, '/vendors/onenet', bytes('onenet', 'malformed-signature.json'))).status).toBe(401);
  expect((await post(gateway, '/vendors/ctwing', bytes('ctwing', 'report-decoded.json'))).status).toBe(401);
  expect((await post(gateway, `/vendors/ctwing/${SECRET}`, bytes('ctwing', 'report-decoded.json'))).status).toBe(200);
  expect((await post(gateway, `/vendors/ctwing/${SECRET}`, bytes('ctwing', 'malformed.json'))).status).toBe(200);
  expect((await post(gateway, '/vendors/nobody', Buffer.from('{}'))).status).toBe(404);
  for (const device of ['fx-smoke-0017', 'ja-smoke-0044']) {
    expect(await alarms(gateway, `device=${device}`)).toMatchObject([
      { type: 'community.fire.smoke', condition: 'active' },
    ]);
  }
  const [boundary, picture] = ['MIME_boundary', Buffer.alloc(400_000, 0xd8)];
  const head = (type: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="x"\r\nContent-Type: ${type}\r\n\r\n`;
  const pushed = Buffer.concat([
    Buffer.from(head('application/xml')),
    bytes('isapi', 'fielddetection.xml').subarray(0, -1),
    Buffer.from(`\r\n${head('image/jpeg')}`),
    picture,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  expect((await post(gateway, '/vendors/isapi', pushed, `multipart/form-data; boundary=${boundary}`)).status).toBe(200);
  expect((await post(gateway, '/vendors/milesight', bytes('milesight', 'up-raw.json'))).status).toBe(200);
  expect(await alarms(gateway, 'device=fc-gate-0031')).toMatchObject([{ type: 'railway.perimeter.gate-open' }]);
  const signature = createHash('md5').update('fengsui-demo-tokennoncehello').digest('base64');
  const asked = new URL('/vendors/onenet', gateway.url);
  asked.search = new URLSearchParams({ msg: 'hello', nonce: 'nonce', signature }).toString();
  expect(await (await fetch(asked)).text()).toBe('hello');

  fence.registers = [1, 30, 0, 68];
  while ((await alarms(gateway, 'device=yz-fence-east')).length === 0);
  expect(await alarms(gateway, 'device=yz-fence-east')).toMatchObject([
    { type: 'community.fence.intrusion', condition: 'active' },
  ]);

  const found = await letters(gateway);
  expect(found.map(({ reason, field }) => `${reason} ${field}`).sort()).toEqual(
    [
      'bad-checksum checksum',
      'bad-checksum checksum',
      'xml-dtd (document)',
      'missing-field eventState',
      'signature msg_signature',
      'wrong-type payload',
    ].sort(),
  );
  for (const device of [terminal, transmitter, dialler]) device.hangUp();
});
