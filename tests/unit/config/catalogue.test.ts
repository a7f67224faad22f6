import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { loadCatalogue } from '../../../config/catalogue.ts';
import { CatalogueBroken } from '../../../config/csv-table.ts';

const catalogue = loadCatalogue();
const street = { kind: 'camera', tags: [] } as const;

it('ships 91 alarm types, each with limits at every severity of its profile', () => {
  expect(catalogue.alarmTypes.size).toBe(91);
  for (const { limitProfile, severity } of catalogue.alarmTypes.values())
    expect(catalogue.limits(limitProfile, severity).closeMs).toBeGreaterThan(0);
});

it('reads a type as the catalogue writes it', () => {
  expect(catalogue.alarmTypes.get('railway.perimeter.intrusion')).toEqual({
    code: 'railway.perimeter.intrusion',
    zh: '周界入侵',
    en: 'Perimeter intrusion',
    family: 'railway',
    severity: 2,
    kind: 'stateful',
    mergeWindowMs: 60_000,
    limitProfile: 'railway',
    linkages: ['snapshot', 'clip', 'ptz-preset', 'broadcast', 'wall-popup', 'notify-patrol'],
  });
});

it('knows the minutes of a profile and severity, and where nobody has to go there', () => {
  expect(catalogue.limits('railway', 1)).toEqual({ acceptMs: 60_000, arriveMs: 600_000, closeMs: 3_600_000 });
  expect(catalogue.limits('order', 4)).toMatchObject({ arriveMs: undefined });
  expect(catalogue.limits('nothing', 1)).toEqual({ acceptMs: undefined, arriveMs: undefined, closeMs: undefined });
});

it("puts a city's values over the shipped ones", () => {
  const own = loadCatalogue({ 'railway.flood': { severity: 1, mergeWindowMs: 0, limitProfile: 'life' } });
  expect(own.alarmTypes.get('railway.flood')).toMatchObject({ severity: 1, mergeWindowMs: 0, limitProfile: 'life' });
  expect(own.alarmTypes.get('railway.fire')).toEqual(catalogue.alarmTypes.get('railway.fire'));
});

const inside = 'tns1:RuleEngine/FieldDetector/ObjectsInside';
it.each([
  ['a street camera', inside, street, 'camera.area.intrusion'],
  ['a camera of class railway', inside, { kind: 'railway', tags: [] }, 'railway.perimeter.intrusion'],
  ['a camera tagged railway', inside, { kind: 'camera', tags: ['railway'] }, 'railway.perimeter.intrusion'],
  ['a zone on the track', inside, { kind: 'railway', tags: ['zone:track'] }, 'railway.track.intrusion'],
  ['a zone at the crossing', inside, { kind: 'railway', tags: ['zone:crossing'] }, 'railway.crossing.obstacle'],
  ['a look-out camera', inside, { kind: 'railway', tags: ['lookout'] }, 'railway.lookout.approach'],
  ['a line on the street', 'tns1:RuleEngine/LineDetector/Crossed', street, 'camera.line.crossed'],
  ['a door forced', 'tns1:Door/State/DoorAlarm (DoorForcedOpen)', street, 'community.door.forced'],
  ['a door held', 'tns1:Door/State/DoorAlarm (DoorOpenTooLong)', street, 'community.door.held'],
  ['a door released by fire', 'tns1:Door/State/DoorMode (Unlocked)', street, 'community.door.fire-released'],
  ['a door at rest', 'tns1:Door/State/DoorAlarm (Normal)', street, undefined],
  ['a picture too dark', 'tns1:VideoSource/ImageTooDark/ImagingService', street, 'device.video.masked'],
  ['an input that nobody has mapped', 'tns1:Device/Trigger/DigitalInput', street, 'camera.input'],
  ['a topic of nobody', 'tns1:RuleEngine/MyRuleDetector/FaceDetect', street, undefined],
  ['a clock that was set', 'tns1:Monitoring/OperatingTime/LastClockSynchronization', street, undefined],
] as const)('makes a type of the topic from %s', (_what, topic, context, type) => {
  expect(catalogue.typeOfWord(topic, context)).toBe(type);
});

it.each([
  ['isapi:fielddetection', street, 'camera.area.intrusion'],
  ['isapi:FieldDetection', { kind: 'railway', tags: [] }, 'railway.perimeter.intrusion'],
  ['isapi:VMD', street, 'camera.motion'],
  ['isapi:vmd', street, 'camera.motion'],
  ['isapi:tamperdetection', street, 'device.video.masked'],
  ['isapi:tamperdetection (box)', street, 'device.tamper'],
  ['isapi:videoloss (active)', street, 'device.video.loss'],
  ['isapi:videoloss', street, undefined],
  ['isapi:parking', street, undefined],
  ['dahua:CrossRegionDetection', street, 'camera.area.intrusion'],
  ['dahua:CrossRegionDetection (Direction=Enter)', street, 'camera.area.entered'],
  ['dahua:CrossRegionDetection (Direction=Both)', street, 'camera.area.intrusion'],
  ['gb28181:5/6', street, 'camera.area.intrusion'],
  ['gb28181:5/6 (EventType=1)', street, 'camera.area.entered'],
  ['gb28181:5/6', { kind: 'railway', tags: ['zone:track'] }, 'railway.track.intrusion'],
  ['gb28181:2/-', street, 'camera.input'],
  ['contact-id:131', { kind: 'sensor', tags: [] }, 'community.beam.broken'],
  ['contact-id:131', { kind: 'railway', tags: [] }, 'railway.perimeter.intrusion'],
  ['contact-id:131', { kind: 'sensor', tags: ['electric-fence'] }, 'community.fence.intrusion'],
  ['zigbee2mqtt:smoke=true', street, 'community.fire.smoke'],
  ['zigbee2mqtt:smoke=false', street, undefined],
  ['zigbee2mqtt:contact=false', { kind: 'railway', tags: [] }, 'railway.perimeter.gate-open'],
  ['milesight:magnet_status=open', { kind: 'access', compound: '朝阳小区' }, 'community.door.forced'],
  ['sparkplug:Plant/Pump 3/Fault', street, 'device.sensor.fault'],
] as const)('makes of the word %s of a device %j the type %s', (word, context, type) => {
  expect(catalogue.typeOfWord(word, context)).toBe(type);
});

it('ships the divisions of Yichun as one tree, with the borders of its ten counties', () => {
  expect(catalogue.regions).toHaveLength(3024);
  expect(catalogue.regions[0]).toEqual({ code: '360900000000', name: '宜春市', level: 'city' });
  expect(JSON.parse(catalogue.borders).features).toHaveLength(10);
});

it('ships the profiles of our own topics, of ONVIF and of RTSP', () => {
  expect([...catalogue.profiles.keys()].slice(0, 3)).toEqual(['fengsui', 'onvif', 'rtsp']);
  expect(catalogue.profiles.get('onvif')).toMatchObject({ adapter: 'onvif', offlineAfterMs: 120_000 });
});

/** The shipped catalogue with one piece of text put in place of another. */
function altered(file: string, from: string, to: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'fengsui-catalogue-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cpSync('config/catalogue', folder, { recursive: true });
  writeFileSync(join(folder, file), readFileSync(join(folder, file), 'utf8').replace(from, to));
  return folder;
}

it.each([
  [
    'alarm-types.csv',
    'camera,4,stateful,60',
    'camera,5,stateful,60',
    "alarm-types.csv:2 severity is '5', expected 1 (red) to 4 (blue)",
  ],
  [
    'alarm-types.csv',
    'security,10,30,1440',
    'hurry,10,30,1440',
    "alarm-types.csv:3 limit_profile is 'hurry', expected life, railway, security, order, maintenance",
  ],
  [
    'alarm-types.csv',
    'camera.line.crossed',
    'camera.motion',
    "alarm-types.csv:3 code is 'camera.motion', expected a code not on line 2 already",
  ],
  [
    'alarm-types.csv',
    'tns1:RuleEngine/LineDetector/Crossed;',
    'tns1:VideoSource/MotionAlarm;',
    "alarm-types.csv:3 onvif_topics is 'tns1:VideoSource/MotionAlarm', expected a topic that line 2 does not have already",
  ],
  [
    'alarm-limits.csv',
    'life,2,2,15',
    'life,2,2,soon',
    "alarm-limits.csv:3 arrive_min is 'soon', expected whole minutes, or nothing where nobody has to go there",
  ],
  [
    'yichun/regions.csv',
    '360902001000,灵泉街道',
    '36090200100,灵泉街道',
    "regions.csv:4 code is '36090200100', expected a division code of 12 digits, such as 360902001000",
  ],
  [
    'profiles.yaml',
    'adapter: rtsp',
    'adapter: pigeon',
    "profiles.yaml:25 rtsp.adapter is 'pigeon', expected mqtt, http, tcp, onvif, rtsp",
  ],
])('names a fault in %s by line and field', (file, from, to, text) => {
  const folder = altered(file, from, to);
  expect(() => loadCatalogue({}, folder)).toThrow(CatalogueBroken);
  expect(() => loadCatalogue({}, folder)).toThrow(text);
});
