import { expect, it } from 'vitest';
import { conversation, hasOne } from './conversation.ts';

it('chirpstack: opens by a limit of the record, closes once, refuses version 3', () => {
  const say = conversation('chirpstack', { aliases: ['a1'], settings: { limits: { level: 2.5 } } });
  const up = (id: string, object: object) =>
    say('application/x/device/a1/event/up', { deduplicationId: id, deviceInfo: { devEui: 'A1' }, object });
  expect(up('1', { level: 2.9 })).toEqual(
    hasOne({ type: 'railway.flood', active: true, value: 2.9, unit: 'm', id: '1' }),
  );
  expect(up('2', { level: 2.1 })).toEqual([expect.objectContaining({ type: 'railway.flood', active: false, id: '2' })]);
  expect(up('3', { level: 2 })).toEqual(hasOne({ values: { level_m: 2 } }));
  expect(up('4', { worn: false, battery: 9 })).toEqual([
    expect.objectContaining({ type: 'railway.cattle.collar-removed', id: '4' }),
    expect.objectContaining({ type: 'device.battery.low', id: '4:device.battery.low', value: 9 }),
  ]);
  expect(up('5', { open: 'ajar' })).toEqual(['unknown-code object.open']);
  expect(up('6', { latitude: 0, longitude: 0, battery: 40 })).toEqual([
    expect.objectContaining({ type: 'device.battery.low', active: false }),
  ]);
  expect(say('application/1/device/a1/event/up', { applicationID: '1', devEUI: 'oaE=' })).toEqual([
    'unknown-version devEUI',
  ]);
  const status = { deviceInfo: { devEui: 'a1' }, externalPowerSource: true };
  expect(say('application/x/device/a1/event/status', status)).toEqual([]);
  expect(say('application/x/device/a1/event/status', { ...status, externalPowerSource: false })).toEqual(
    hasOne({ type: 'device.power.lost', active: true }),
  );
  expect(say('application/x/device/a1/event/join', { deviceInfo: { devEui: 'a1' } })).toEqual([
    { device: 'yz-d1', online: true },
  ]);
  expect(say('application/x/device/a1/event/txack', { deviceInfo: { devEui: 'a1' }, gatewayId: 'g' })).toEqual([]);
});

it('thethings: a field that the server left out is what the record says', () => {
  const say = conversation('thethings', {
    aliases: ['gate'],
    kind: 'railway',
    settings: { defaults: { open: false } },
  });
  const up = (decoded_payload: object) =>
    say('v3/a@t/devices/gate/up', {
      end_device_ids: { device_id: 'gate' },
      uplink_message: { session_key_id: 's', decoded_payload },
    });
  expect(up({ open: true })).toEqual(hasOne({ type: 'railway.perimeter.gate-open', active: true, id: 'gate:s:0' }));
  expect(up({ temperature: 3 })).toEqual([
    expect.objectContaining({ type: 'railway.perimeter.gate-open', active: false }),
    expect.objectContaining({ values: { temperature_c: 3 } }),
  ]);
});

it('zigbee2mqtt: tells changes only, takes a test for a test, and hears of what nobody mapped', () => {
  const say = conversation('zigbee2mqtt', { aliases: ['a/烟感'] });
  const topic = 'zigbee2mqtt/a/烟感';
  expect(say(topic, { smoke: false, battery: 88, battery_low: false })).toEqual(
    hasOne({ values: { battery_pct: 88 } }),
  );
  expect(say(topic, { smoke: true, test: true })).toEqual([{ device: 'yz-d1', type: 'device.test' }]);
  expect(say(topic, { smoke: true, test: false })).toEqual([
    { device: 'yz-d1', type: 'community.fire.smoke', active: true },
  ]);
  expect(say(topic, { smoke: true, test: false })).toEqual([]);
  expect(say(topic, { smoke: null, contact: true })).toEqual([]);
  expect(say(topic, { vibration: true })).toEqual(['unknown-code vibration']);
  expect(say(topic, { gas: true, alarm: true })).toEqual(hasOne({ type: 'community.gas.leak', active: true }));
  expect(say(topic, { smoke: 'yes', battery: 140 })).toEqual(['wrong-type smoke', 'out-of-range battery']);
  expect(say(topic, { smoke: false, last_seen: 1_795_494_606_000 })).toEqual(
    hasOne({ active: false, at: '2026-11-24T04:30:06.000Z' }),
  );
  expect(say(topic, { occupancy: true, last_seen: '2026-11-24T12:30:06' })).toEqual(
    hasOne({ at: '2026-11-24T04:30:06.000Z' }),
  );
  expect(say(topic, { last_seen: 'yesterday' })).toEqual(['bad-time last_seen']);
  expect(say(topic, { action: 'single' })).toEqual([]);
  expect(say(topic, { action: 'emergency' })).toEqual([{ device: 'yz-d1', type: 'community.panic' }]);
  expect(say(`${topic}/availability`, 'online')).toEqual([{ device: 'yz-d1', online: true }]);
  expect(say(`${topic}/availability`, '')).toEqual([]);
  expect(say('zigbee2mqtt/bridge/devices', Buffer.alloc(400_000))).toEqual([]);
  expect(say(`${topic}/set`, { state: 'ON' })).toEqual([]);
});

it('tasmota: renamed texts, Fahrenheit, two chips, a contact of nobody', () => {
  const say = conversation('tasmota', {
    aliases: ['t1'],
    types: { Switch1: 'community.water.leak' },
    settings: { states: { on: 'WET', off: 'DRY' } },
  });
  expect(say('tele/t1/SENSOR', { Time: '2026-11-24T12:30:10', Switch1: 'WET' })).toEqual(hasOne({ active: true }));
  expect(say('stat/t1/RESULT', { Switch1: { Action: 'DRY' } })).toEqual(hasOne({ active: false }));
  expect(say('tele/t1/SENSOR', { Switch1: 'ON' })).toEqual(['unknown-code Switch1']);
  expect(say('tele/t1/SENSOR', { Switch2: 'WET' })).toEqual(['unknown-code Switch2']);
  const two = {
    'DS18B20-1': { Temperature: 50 },
    'DS18B20-2': { Temperature: null },
    AM2301: { Temperature: 212, Humidity: 40 },
    TempUnit: 'F',
  };
  expect(say('t1/tele/SENSOR', two)).toEqual([
    { device: 'yz-d1', values: { temperature_c: 10, temperature_c_AM2301: 100, humidity_pct: 40 } },
  ]);
  expect(say('tele/t1/STATE', { Time: '2026-11-24T12:30:10', POWER: 'ON', Wifi: { Signal: -60 } })).toEqual([]);
  expect(say('tele/t1/SENSOR', { Time: 'noon' })).toEqual(['bad-time Time']);
  expect(say('tele/t1/LWT', 'Gone')).toEqual(['unknown-code (payload)']);
});

it('milesight: leak by model, history by its own time, a cut triple, an unknown pair', () => {
  const say = conversation('milesight', { aliases: ['24e1'], settings: { model: 'EM300-MLD' } });
  const data = (hex: string, fCnt = 1) =>
    say('milesight/x/24e1', {
      devEUI: '24E1',
      fCnt,
      data: Buffer.from(hex.replaceAll(' ', ''), 'hex').toString('base64'),
    });
  expect(data('06 00 01')).toEqual(hasOne({ type: 'community.water.leak', active: true }));
  expect(data('01 75 5c 03 67 f6 ff 7f 7f 01')).toEqual(hasOne({ values: { battery_pct: 92, temperature_c: -1 } }));
  expect(data('20 ce 9e 74 46 63 10 01 5d 01')).toEqual(
    hasOne({ at: '2022-10-12T08:02:38.000Z', values: { temperature_c: 27.2, humidity_pct: 46.5 } }),
  );
  expect(data('03 67 01')).toEqual(['bad-length data']);
  expect(say('milesight/x/24e1', { magnet_status: 'ajar' })).toEqual(['unknown-code magnet_status']);
});

it('sparkplug: signs, aliases, history, an old last will', () => {
  const say = conversation('sparkplug', { aliases: ['g/e/u'], types: { Trapped: 'community.lift.trapped' } });
  const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');
  // bdSeq 7; then a device with alias 1 "T" Int16 and alias 2 "Trapped" Boolean
  say('spBv1.0/g/NBIRTH/e', bytes('12 0b 0a 05 62 64 53 65 71 20 08 58 07 18 00'));
  expect(
    say(
      'spBv1.0/g/DBIRTH/e/u',
      bytes('12 0b 0a 01 54 10 01 20 02 50 fe ff 03 12 0f 0a 07 54 72 61 70 70 65 64 10 02 20 0b 70 01 18 01'),
    ),
  ).toEqual([
    { device: 'yz-d1', type: 'community.lift.trapped', active: true },
    { device: 'yz-d1', values: { T: -2 } },
    { device: 'yz-d1', online: true },
  ]);
  expect(say('spBv1.0/g/DDATA/e/u', bytes('12 06 10 02 28 01 70 00 18 02'))).toEqual([
    { device: 'yz-d1', values: { Trapped: 0 } },
  ]);
  expect(say('spBv1.0/g/DDATA/e/u', bytes('12 04 10 02 38 01 18 03'))).toEqual([]); // null
  expect(say('spBv1.0/g/NDEATH/e', bytes('12 0b 0a 05 62 64 53 65 71 20 08 58 06'))).toEqual([]);
  expect(say('spBv1.0/g/NDEATH/e', bytes('12 0b 0a 05 62 64 53 65 71 20 08 58 07'))).toEqual([
    { device: 'e', online: false },
    { device: 'yz-d1', online: false },
  ]);
  expect(say('spBv1.0/g/XDATA/e', bytes(''))).toEqual(['unknown-code (topic)']);
  expect(say('spBv1.0/g/NDATA/e', bytes('18 80 02'))).toEqual(['out-of-range seq']);
});

it('onvif-mqtt: a topic is over when its last source is', () => {
  const say = conversation('onvif-mqtt', { aliases: ['c1'], kind: 'camera' });
  const inside = (rule: string, value: unknown) =>
    say(`c1/onvif-ej/RuleEngine/FieldDetector/ObjectsInside/&1/${rule}`, {
      Source: { Rule: rule },
      Data: { IsInside: value },
    });
  expect(inside('north', 'true')).toEqual(hasOne({ active: true, text: 'north' }));
  expect(inside('south', 1)).toEqual(hasOne({ active: true, text: 'south' }));
  expect(inside('north', false)).toEqual([]);
  expect(inside('south', 'false')).toEqual(hasOne({ active: false }));
  expect(inside('south', 'perhaps')).toEqual(['wrong-type Data.IsInside']);
  expect(say('c1/onvif-ej/RuleEngine/MyRuleDetector/FaceDetect/&1', { Data: { State: true } })).toEqual([]);
});

it('frigate: a zone is clear when the last object has left it', () => {
  const say = conversation('frigate', {
    aliases: ['cam'],
    kind: 'camera',
    types: { track: 'railway.track.intrusion' },
  });
  const event = (type: string, id: string, current: string[], entered = current) =>
    say('frigate/events', {
      type,
      before: { entered_zones: [] },
      after: {
        id,
        camera: 'cam',
        label: 'cow',
        start_time: 1_795_494_607.4,
        frame_time: 1_795_494_610,
        end_time: type === 'end' ? 1_795_494_640 : null,
        current_zones: current,
        entered_zones: entered,
      },
    });
  expect(event('new', 'a', [])).toEqual([]);
  expect(event('update', 'a', ['track', 'yard'])).toEqual(
    hasOne({ type: 'railway.track.intrusion', id: 'a:track:on', at: '2026-11-24T04:30:10.000Z' }),
  );
  expect(event('update', 'a', ['track'])).toEqual([]);
  expect(event('new', 'b', ['track'])).toEqual(hasOne({ id: 'b:track:on' }));
  expect(event('update', 'a', [], ['track'])).toEqual([]);
  expect(event('end', 'b', ['track'])).toEqual(
    hasOne({ id: 'b:track:off', active: false, at: '2026-11-24T04:30:40.000Z' }),
  );
  expect(event('gone', 'b', [])).toEqual(['unknown-code type']);
});
