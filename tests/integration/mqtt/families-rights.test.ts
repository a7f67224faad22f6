import type { MqttClient } from 'mqtt';
import { describe, expect, it } from 'vitest';
import { readPayload } from '../../../adapters/mqtt/sparkplug-payload.ts';
import type { Device } from '../../../gateway/domain/device.ts';
import { houseWith } from '../../parts/payload-samples.ts';
import { connectDevice, startAdapter } from './parts.ts';
import { startSecured } from './secured.ts';

type Cleanup = (fn: () => Promise<void>) => void;

const record = (id: string, profile: string, more: Partial<Device> = {}): Device => ({
  id,
  kind: 'sensor',
  profile,
  name: id,
  region: '360902001000',
  place: {},
  zone: 'Asia/Shanghai',
  enabled: true,
  version: 1,
  ...more,
});

const DEVICES: readonly Device[] = [
  record('wz-pump', 'tasmota', { aliases: ['tasmota_3A07C1'], types: { Switch1: 'community.water.leak' } }),
  record('wz-pump-2', 'tasmota', { aliases: ['tasmota_other'] }),
  record('yz-lora-gw', 'chirpstack', { kind: 'gateway' }),
  record('yz-manhole', 'chirpstack', { aliases: ['24e1249360980012'] }),
  record('yz-door', 'face-terminal', { kind: 'access', aliases: ['1026700'] }),
  record('yz-door-2', 'face-terminal', { kind: 'access', aliases: ['1026701'] }),
];
const house = houseWith(DEVICES);
const registry = {
  find: (id: string) => DEVICES.find((one) => one.id === id),
  byProfile: house.devicesOf,
  onChange: () => () => undefined,
};
const ports = { directory: registry, house };
const RECORD = { facesluiceId: '1026700', RecordID: '58213', VerifyStatus: '1', time: '2026-11-24 12:30:18' };
const recPush = (info: object): string => JSON.stringify({ operator: 'RecPush', info });

const closing = (client: MqttClient): Promise<void> => new Promise((resolve) => client.once('close', () => resolve()));
const nextMessage = (client: MqttClient): Promise<{ topic: string; payload: Buffer }> =>
  new Promise((resolve) => client.once('message', (topic, payload) => resolve({ topic, payload })));

describe('a family at the embedded broker, signed in by TLS', () => {
  it('lets a device speak and listen on its own topics of its family only', async ({ onTestFinished }) => {
    const { intake, signedIn } = await startSecured(onTestFinished, {}, ports);
    const pump = await signedIn('wz-pump');
    await pump.publishAsync('tele/tasmota_3A07C1/SENSOR', '{"Time":"2026-11-24T12:30:10","Switch1":"ON"}', { qos: 1 });
    expect(intake.accepted).toMatchObject([{ kind: 'signal', device: 'wz-pump', type: 'tasmota:Switch1' }]);
    expect(await pump.subscribeAsync('cmnd/tasmota_3A07C1/#')).toMatchObject([{ qos: 0 }]);
    for (const foreign of ['cmnd/tasmota_other/#', 'cmnd/+/#', 'cmnd/#', 'tele/#'])
      await expect(pump.subscribeAsync(foreign)).rejects.toThrow();
    for (const foreign of [
      'tele/tasmota_other/SENSOR',
      'application/a/device/24e1249360980012/event/up',
      'mqtt/face/heartbeat',
    ]) {
      const other = await signedIn('wz-pump');
      const closed = closing(other);
      other.publish(foreign, '{"Switch1":"ON"}', { qos: 1 }).on('error', () => undefined);
      await closed;
    }
    expect(intake.accepted).toHaveLength(1);
  });

  it('lets a gateway speak for the devices behind it', async ({ onTestFinished }) => {
    const { intake, signedIn } = await startSecured(onTestFinished, {}, ports);
    const gateway = await signedIn('yz-lora-gw');
    const up = { deviceInfo: { devEui: '24e1249360980012' }, object: { tilt: 31.5, cover: 'open' } };
    await gateway.publishAsync('application/a/device/24e1249360980012/event/up', JSON.stringify(up), { qos: 1 });
    expect(intake.accepted).toMatchObject([{ kind: 'signal', device: 'yz-manhole' }]);
    expect(await gateway.subscribeAsync('application/+/device/+/command/down')).toHaveLength(1);
  });

  it('takes no word about another device on a topic that all of a family share', async ({ onTestFinished }) => {
    const { intake, signedIn } = await startSecured(onTestFinished, {}, ports);
    const door = await signedIn('yz-door');
    const beat = (id: string): string => JSON.stringify({ operator: 'HeartBeat', info: { facesluiceId: id } });
    await door.publishAsync('mqtt/face/heartbeat', beat('1026700'), { qos: 1 });
    await door.publishAsync('mqtt/face/heartbeat', beat('1026701'), { qos: 1 });
    expect(intake.accepted).toMatchObject([
      { kind: 'status', device: 'yz-door', online: true },
      { kind: 'dead-letter', fault: { reason: 'unknown-device', value: 'yz-door-2' } },
    ]);
  });
});

describe('what goes back to a device', () => {
  const start = (onTestFinished: Cleanup) => startAdapter(onTestFinished, {}, ports);

  it('acknowledges a record once it is durable, also one that could not be understood', async ({ onTestFinished }) => {
    const { intake, url } = await start(onTestFinished);
    const door = await connectDevice(onTestFinished, url);
    await door.subscribeAsync('mqtt/face/1026700');
    intake.hold();
    let isAnswered = false;
    const answer = nextMessage(door).then((message) => {
      isAnswered = true;
      return message;
    });
    door.publish('mqtt/face/1026700/Rec', recPush(RECORD), { qos: 1 });
    await intake.until(() => intake.batches.length === 1);
    await door.publishAsync('a/topic/of/nobody', '', { qos: 0 });
    expect(isAnswered).toBe(false);
    intake.release();
    const { topic, payload } = await answer;
    expect(topic).toBe('mqtt/face/1026700');
    expect(JSON.parse(payload.toString())).toEqual({
      operator: 'PushAck',
      info: { facesluiceId: '1026700', PushAckType: 2, SnapOrRecordID: '58213' },
    });
    const second = nextMessage(door);
    door.publish('mqtt/face/1026700/Rec', recPush({ ...RECORD, RecordID: '58214', VerifyStatus: '9' }), { qos: 1 });
    expect(JSON.parse((await second).payload.toString())).toMatchObject({ info: { SnapOrRecordID: '58214' } });
  });

  it('asks an edge node for its births where it met it in mid-stream', async ({ onTestFinished }) => {
    const { url } = await start(onTestFinished);
    const node = await connectDevice(onTestFinished, url);
    await node.subscribeAsync('spBv1.0/yichun/NCMD/tower');
    const asked = nextMessage(node);
    node.publish('spBv1.0/yichun/NDATA/tower', Buffer.from('1202100918 05'.replaceAll(' ', ''), 'hex'), { qos: 0 });
    const { payload } = await asked;
    expect(readPayload(payload)).toMatchObject({
      ok: true,
      value: { metrics: [{ name: 'Node Control/Rebirth', datatype: 11, value: true }] },
    });
  });
});

it('tells a device of a family what to do in its own words', async ({ onTestFinished }) => {
  const { adapter, url } = await startAdapter(onTestFinished, {}, ports);
  const pump = await connectDevice(onTestFinished, url);
  await pump.subscribeAsync('cmnd/tasmota_3A07C1/#');
  const told = nextMessage(pump);
  const send = (name: string, args: Readonly<Record<string, unknown>>) =>
    adapter.commands.send('wz-pump', { name, args }, 1_000);
  expect(await send('power', { on: true, relay: 2 })).toMatchObject({ ok: true, value: { ok: true, result: 'sent' } });
  expect(await told).toMatchObject({ topic: 'cmnd/tasmota_3A07C1/POWER2', payload: Buffer.from('ON') });
  expect(await send('power', { on: 'yes' })).toMatchObject({ value: { ok: false, error: 'on: true or false' } });
  expect(await send('constructor', {})).toMatchObject({ ok: false, error: { reason: 'not-supported' } });
});

it('takes a state for news again where the journal did not keep it', async ({ onTestFinished }) => {
  const { intake, url } = await startAdapter(onTestFinished, {}, ports);
  const pump = await connectDevice(onTestFinished, url, { clientId: 'pump', clean: false });
  intake.refuseNext(1);
  await pump.publishAsync('tele/tasmota_3A07C1/SENSOR', '{"Switch1":"ON"}', { qos: 1 });
  expect(intake.accepted).toMatchObject([{ kind: 'signal', device: 'wz-pump', active: true }]);
});
