import { expect, it } from 'vitest';
import { conversation, hasOne } from './conversation.ts';

it('face-terminal: JSON inside JSON, a record without its verdict, no strangers', () => {
  const door = conversation('face-terminal', { aliases: ['77'] });
  const info = { facesluiceId: 77, RecordID: 5, VerifyStatus: 1, direction: 'exit', time: '2026-11-24 12:30:18' };
  expect(door('mqtt/face/77/Rec', { operator: 'RecPush', info: JSON.stringify(info) })).toEqual(
    hasOne({ result: 'granted', direction: 'out', id: '77:5' }),
  );
  expect(door('mqtt/face/77/Rec', { operator: 'RecPush', info: { ...info, VerifyStatus: undefined } })).toEqual([
    'missing-field info.VerifyStatus',
  ]);
  expect(door('mqtt/face/heartbeat', { operator: 'HeartBeat', facesluiceId: '77' })).toEqual([
    { device: 'yz-d1', online: true },
  ]);
  expect(door('mqtt/face/77/Rec', { operator: 'StrSnapPush', info })).toEqual([]);
});

it('access-controller: the end of an alarm, a word of nobody, a heartbeat too often', () => {
  const control = conversation('access-controller', { aliases: ['AC1'] });
  const alarm = (params: object) =>
    control('sys/access/AC1/thing/event/doorAlarm/post', { id: 1, time: '1795494620000', params });
  expect(alarm({ alarm: 'open_timeout', state: 0 })).toEqual(hasOne({ type: 'community.door.held', active: false }));
  expect(alarm({ alarm: 'sings' })).toEqual(['unknown-code params.alarm']);
  expect(control('sys/access/AC1/heartbeat', { id: 1, time: 1_795_494_660_000, interval: 5 })).toEqual([
    'out-of-range interval',
  ]);
});

it('plate-camera: a contact that opens, an input of nobody, no plates', () => {
  const plate = conversation('plate-camera', {
    aliases: ['s1'],
    settings: { map: { gpio_in: { 0: 'community.barrier.hit' } } },
  });
  const gpio = (value: unknown, source = 0) =>
    plate('device/s1/message/up/gpio_in', {
      id: 'x',
      sn: 's1',
      timestamp: 1_795_494_622,
      payload: { body: { AlarmGioIn: { result: { TriggerResult: { source, value } } } } },
    });
  expect(gpio(0)).toEqual(hasOne({ type: 'community.barrier.hit', active: false }));
  expect(gpio(1, 3)).toEqual(['unknown-code payload.body.AlarmGioIn.result.TriggerResult.source']);
  expect(plate('device/s1/message/up/ivs_result', { license: 'x' })).toEqual([]);
});

it('intercom: local time in UTC, a door that closes again, codes of nobody', () => {
  const station = conversation('intercom', { kind: 'access', aliases: ['vto'] });
  const data = (Data: object) => ({ Action: 'Pulse', Data });
  expect(
    station(
      'DahuaVTO/DoorStatus/Event',
      data({ Status: 'Break', UTC: 1_795_523_424.5, LocaleTime: '2026-11-24 12:30:24' }),
    ),
  ).toEqual([
    expect.objectContaining({ type: 'community.door.forced', active: true, at: '2026-11-24T04:30:24.000Z' }),
    expect.objectContaining({ values: { door_open: 1 } }),
  ]);
  expect(station('DahuaVTO/DoorStatus/Event', data({ Status: 'Close' }))).toEqual([
    expect.objectContaining({ active: false }),
    expect.objectContaining({ values: { door_open: 0 } }),
  ]);
  expect(station('DahuaVTO/BackKeyLight/Event', data({ State: 8 }))).toEqual(hasOne({ values: { back_key_light: 8 } }));
  expect(station('DahuaVTO/Invite/Event', data({ CallID: '1' }))).toEqual([]);
  expect(station('DahuaVTO/Explosion/Event', data({}))).toEqual(['unknown-code (topic)']);
});

it('fence-host: a word is over when its last zone is', () => {
  const fence = conversation('fence-host', { aliases: ['F1'] });
  const zones = (...list: unknown[]) => fence('fence/F1/state', { sn: 'F1', ts: 1_795_494_626_000, zones: list });
  expect(zones({ zone: 1, state: 0, kv: 6 }, { zone: 2, state: 1 })).toEqual(
    hasOne({ type: 'community.fence.intrusion', text: 'zone 2' }),
  );
  expect(zones({ zone: 1, state: 1 }, { zone: 'x', state: 0 })).toEqual([
    expect.objectContaining({ text: 'zone 1' }),
    'wrong-type zones[1].zone',
  ]);
  expect(zones({ zone: 1, state: 0 }, { zone: 2, state: 1 })).toEqual([]);
  expect(zones({ zone: 2, state: 0, kv: 1 })).toEqual([
    expect.objectContaining({ active: false }),
    expect.objectContaining({ type: 'device.sensor.fault', active: true }),
  ]);
  expect(zones({ zone: 1, state: 0, kv: 6.5 })).toEqual(hasOne({ values: { zone1_kv: 6.5 } }));
});

it('das: the table of the cable, a passing train, its length', () => {
  const das = conversation('das', {
    kind: 'railway',
    aliases: ['H/1'],
    place: { line: '沪昆线' },
    settings: {
      length_m: 5000,
      cable: [
        [0, 'K810+000'],
        [1000, 'K811+000'],
        [3000, 'K812+000'],
      ],
    },
  });
  const shake = (more: object) =>
    das('das/H/event', {
      hostId: 'H',
      channel: 1,
      eventId: '9',
      distance_m: 2000,
      time: '2026-11-24 12:30:28',
      ...more,
    });
  expect(shake({ kind: 'climb', state: 'end' })).toEqual(
    hasOne({ type: 'railway.perimeter.climb', active: false, place: { line: '沪昆线', km: 'K811+500' } }),
  );
  expect(shake({ kind: 'walk', width_m: 900 })).toEqual(hasOne({ values: { train_width_m: 900 } }));
  expect(shake({ kind: 'climb', distance_m: 6000 })).toEqual(['out-of-range distance_m']);
  expect(shake({ kind: 'sings' })).toEqual(['unknown-code kind']);
});

it('contact-id: a wrong sum, a wrong length', () => {
  const panel = conversation('contact-id', { aliases: ['3609'] });
  const cid = (text: string) => panel('alarm/3609/cid', { account: '3609', cid: text });
  expect(cid('360918313001015D')).toEqual(['bad-checksum cid']);
  expect(cid('3609181')).toEqual(['bad-length cid']);
  expect(cid('3609 18 1 130 01 015 2').slice(0, 1)).toEqual(['bad-checksum cid']);
});
