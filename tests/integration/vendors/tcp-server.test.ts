import pino from 'pino';
import { expect, it } from 'vitest';
import { createVendors } from '../../../adapters/vendor/vendors.ts';
import type { Device } from '../../../gateway/domain/device.ts';
import { CallingDevice } from '../../../simulators/vendors/calling-device.ts';
import { jt808Frame, jt808Position } from '../../../simulators/vendors/frames.ts';
import { houseOf } from '../../parts/codec-house.ts';
import { TestDirectory, TestIntake } from '../../parts/onvif-ports.ts';
import type { OnFinished } from '../../parts/temporary-folder.ts';

const COLLAR: Device = {
  id: '13609000007',
  kind: 'railway',
  profile: 'jt808',
  name: 'collar',
  region: '360902001001',
  place: {},
  enabled: true,
  version: 1,
};
const body = jt808Position({ lng: 114.36502, lat: 27.78014, at: '261124123034' });
const frame = (serial: number): Buffer => jt808Frame({ id: 0x0200, phone: COLLAR.id, serial, body });
/** Flags, head, five bytes, checksum. */
const ANSWER_BYTES = 20;

async function listening(onFinished: OnFinished, deviceNetworks: readonly string[] = ['127.0.0.0/8']) {
  const [directory, intake] = [new TestDirectory(), new TestIntake()];
  directory.put(COLLAR);
  const vendors = await createVendors({
    settings: { host: '127.0.0.1', ports: { jt808: 0 }, secrets: {} },
    ...{ deviceNetworks, intake, directory, house: houseOf(directory.find) },
    ...{ log: pino({ level: 'silent' }), now: Date.now, random: Math.random },
  });
  await vendors.start();
  onFinished(() => vendors.stop());
  return { intake, vendors, port: vendors.ports()['jt808'] ?? 0 };
}

it('answers a frame when it is durable, and not at all when the journal refuses', async ({ onTestFinished }) => {
  const { intake, port } = await listening(onTestFinished);
  const terminal = await CallingDevice.call(port);
  intake.refuse(true);
  terminal.send(frame(1));
  await intake.until(() => intake.refusals === 1);
  intake.refuse(false);
  terminal.send(frame(2));
  // the first answer is that of the second frame: the first one was never answered
  expect((await terminal.answer(ANSWER_BYTES)).toString('hex')).toContain('0002020000');
  expect(intake.of('telemetry')).toHaveLength(1);
  expect(intake.of('status')).toMatchObject([{ device: COLLAR.id, online: true }]);
  terminal.hangUp();
});

it('answers frames in order, however they come', async ({ onTestFinished }) => {
  const { port } = await listening(onTestFinished);
  const terminal = await CallingDevice.call(port);
  const all = Buffer.concat([frame(11), frame(12), frame(13)]);
  terminal.send(Buffer.concat([Buffer.from('rubbish'), all.subarray(0, 70)]));
  terminal.send(all.subarray(70));
  const answers = (await terminal.answer(3 * ANSWER_BYTES)).toString('hex');
  expect([...answers.matchAll(/00(0b|0c|0d)020000/g)].map(([, serial]) => serial)).toEqual(['0b', '0c', '0d']);
  terminal.hangUp();
});

it('keeps no number plate of a terminal that nobody knows', async ({ onTestFinished }) => {
  const { intake, port } = await listening(onTestFinished);
  const terminal = await CallingDevice.call(port);
  const plate = Buffer.from('GAN-C12345');
  terminal.send(
    jt808Frame({ id: 0x0100, phone: '19999999999', serial: 1, body: Buffer.concat([Buffer.alloc(37), plate]) }),
  );
  expect((await terminal.answer(18)).readUInt16BE(1)).toBe(0x8100);
  const [letter] = intake.of('dead-letter');
  expect(letter?.fault).toMatchObject({ reason: 'unknown-device', value: '19999999999' });
  const kept = letter?.payload ?? '';
  expect(`${kept} ${Buffer.from(kept, 'base64').toString('latin1')}`).not.toContain('12345');
  terminal.hangUp();
});

it('closes a connection that sends nothing but faults, and takes none from elsewhere', async ({ onTestFinished }) => {
  const { intake, port } = await listening(onTestFinished);
  const stranger = await CallingDevice.call(port);
  const wrong = frame(1);
  wrong.writeUInt8(wrong.readUInt8(wrong.length - 2) ^ 1, wrong.length - 2);
  stranger.send(Buffer.concat(Array.from({ length: 30 }, () => wrong)));
  await stranger.closed();
  expect(intake.of('dead-letter').length).toBeLessThanOrEqual(30);

  const other = await listening(onTestFinished, ['10.0.0.0/8']);
  await (await CallingDevice.call(other.port)).closed();
  expect(other.intake.reports).toEqual([]);
});
