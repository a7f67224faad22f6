import { expect, it } from 'vitest';
import { CameraClock } from '../../../adapters/onvif/clock.ts';
import type { Item, Notification, Operation } from '../../../adapters/onvif/notification.ts';
import { SignalReader } from '../../../adapters/onvif/signals.ts';
import type { Device } from '../../../gateway/domain/device.ts';
import { cameraDevice } from '../../parts/onvif-ports.ts';

const NOW = Date.UTC(2026, 10, 24, 8);
const CELL = 'tns1:RuleEngine/CellMotionDetector/Motion';
const ALARM = 'tns1:VideoSource/MotionAlarm';
const FIELD = 'tns1:RuleEngine/FieldDetector/ObjectsInside';
const INPUT = 'tns1:Device/Trigger/DigitalInput';
const DOOR = 'tns1:Door/State/DoorAlarm';

const items = (values: Readonly<Record<string, string>>): readonly Item[] =>
  Object.entries(values).map(([name, value]) => ({ name, value }));
const told = (
  topic: string | undefined,
  operation: Operation | undefined,
  data: Readonly<Record<string, string>>,
  more: Readonly<{
    key?: Readonly<Record<string, string>>;
    source?: Readonly<Record<string, string>>;
    utcTime?: string;
  }> = {},
): Notification => ({
  topic,
  operation,
  utcTime: more.utcTime ?? new Date(NOW).toISOString(),
  source: items(more.source ?? { Source: '0' }),
  key: items(more.key ?? {}),
  data: items(data),
});

function camera(more: Partial<Device> = {}) {
  const clock = new CameraClock();
  const reader = new SignalReader(clock);
  const device = cameraDevice('gate', 'http://10.0.0.7/', more);
  let now = NOW;
  return {
    reader,
    clock,
    device,
    later: (ms: number) => {
      now += ms;
    },
    says: (...notifications: readonly Notification[]) => reader.read(device, notifications, now),
    /** Signals as `type active`, the topic's last step for short. */
    signals: (...notifications: readonly Notification[]) =>
      reader
        .read(device, notifications, now)
        .map((report) =>
          report.kind === 'signal'
            ? `${report.type.replace(/^.*\//, '')} ${report.active}${report.isReplay ? ' replay' : ''}`
            : report.kind,
        ),
  };
}
const inside = (object: string, value: boolean, operation: Operation = 'Changed') =>
  told(FIELD, operation, { IsInside: String(value) }, { key: { ObjectId: object } });

it.each(['true', 'TRUE', '1', 'active'])('takes %s for an active state', (value) => {
  expect(camera().signals(told(INPUT, 'Changed', { LogicalState: value }))).toEqual(['DigitalInput true']);
});

it.each(['false', '0', 'inactive'])('takes %s for the end of one', (value) => {
  expect(camera().signals(told(INPUT, 'Changed', { LogicalState: value }))).toEqual(['DigitalInput false']);
});

it('tells the initial states as old news, and later only changes', () => {
  const { signals } = camera();
  expect(signals(told(INPUT, 'Initialized', { LogicalState: 'true' }))).toEqual(['DigitalInput true replay']);
  expect(signals(told(INPUT, 'Changed', { LogicalState: 'true' }))).toEqual([]);
  expect(signals(told(INPUT, 'Changed', { LogicalState: 'false' }))).toEqual(['DigitalInput false']);
});

it('ends what a camera deletes', () => {
  const { signals } = camera();
  signals(inside('7', true));
  expect(signals(told(FIELD, 'Deleted', {}, { key: { ObjectId: '7' } }))).toEqual(['ObjectsInside false']);
});

it('makes a pulse of a message without an operation', () => {
  const [crossed] = camera().says(told('tns1:RuleEngine/LineDetector/Crossed', undefined, { ObjectId: '7' }));
  expect(crossed).toMatchObject({ kind: 'signal', type: 'tns1:RuleEngine/LineDetector/Crossed', at: NOW });
  expect(crossed).not.toHaveProperty('active');
  expect(camera().signals(told(INPUT, undefined, { LogicalState: 'true' }))).toEqual(['DigitalInput undefined']);
  expect(camera().signals(told(INPUT, undefined, { LogicalState: 'false' }))).toEqual([]);
});

it('ends an area only when the last object has left it', () => {
  const { signals, reader } = camera();
  expect(signals(inside('7', true), inside('8', true))).toEqual(['ObjectsInside true', 'ObjectsInside true']);
  expect(signals(inside('7', false))).toEqual([]);
  expect(signals(inside('8', false))).toEqual(['ObjectsInside false']);
  expect(reader.counts.get('still-active')).toBe(1);
});

it.each([
  ['the detector first', [CELL, ALARM]],
  ['the alarm first', [ALARM, CELL]],
])('makes one of a movement that is told twice, %s', (_, order) => {
  const { signals } = camera();
  const both = (value: string) =>
    order.map((topic) => told(topic, 'Changed', { [topic === CELL ? 'IsMotion' : 'State']: value }));
  for (const _again of [1, 2, 3]) {
    expect(signals(...both('true'))).toHaveLength(1);
    expect(signals(...both('false'))).toHaveLength(1);
  }
});

it('keeps the motion alarm of a camera that has no detector', () => {
  const { signals } = camera();
  expect(signals(told(ALARM, 'Changed', { State: 'true' }))).toEqual(['MotionAlarm true']);
  expect(signals(told(ALARM, 'Changed', { State: 'false' }))).toEqual(['MotionAlarm false']);
});

it('puts the word of a door alarm in brackets, as the catalogue has it, and ends the one before', () => {
  const { signals } = camera();
  const door = (state: string) => told(DOOR, 'Changed', { State: state });
  signals(told(DOOR, 'Initialized', { State: 'Normal' }));
  expect(signals(door('DoorOpenTooLong'))).toEqual(['DoorAlarm (DoorOpenTooLong) true']);
  expect(signals(door('DoorForcedOpen'))).toEqual([
    'DoorAlarm (DoorForcedOpen) true',
    'DoorAlarm (DoorOpenTooLong) false',
  ]);
  expect(signals(door('Normal'))).toEqual(['DoorAlarm (DoorForcedOpen) false']);
});

it("lets the device's record name one source of a topic", () => {
  const { signals } = camera({ types: { [`${INPUT} (InputToken=3)`]: 'community.panic' } });
  const panic = (token: string) => told(INPUT, 'Changed', { LogicalState: 'true' }, { source: { InputToken: token } });
  expect(signals(panic('3'), panic('4'))).toEqual(['DigitalInput (InputToken=3) true', 'DigitalInput true']);
});

it('opens a low battery below 15 %, and ends it above 25 %', () => {
  const { says } = camera();
  const level = (value: string) =>
    says(told('tns1:Monitoring/BatteryCapacity', 'Changed', { Value: value })).flatMap((one) =>
      one.kind === 'signal' ? [one.active] : [],
    );
  expect(['50', '14', '20', '14.9', '26'].flatMap(level)).toEqual([false, true, false]);
});

it('drops faces and plates unread, heartbeats and what tells no alarm, and counts them', () => {
  const { says, reader } = camera();
  const reports = says(
    told('tns1:RuleEngine/Recognition/Face', 'Changed', { Likelihood: '0.99', Name: '张三' }),
    told(undefined, undefined, {}),
    told('tns1:Device/Trigger/Relay', 'Changed', { LogicalState: 'active' }),
  );
  expect(reports).toEqual([]);
  expect(Object.fromEntries(reader.counts)).toEqual({ private: 1, heartbeat: 1, nothing: 1 });
});

it('keeps one dead letter an hour of an unknown topic, without what may name a person', () => {
  const { says, later, reader } = camera();
  const unknown = told('tns1:UserAlarm/IVA/SomethingNew', 'Changed', {
    State: 'true',
    PersonName: '张三',
    CardNo: '36090219',
  });
  const [letter, ...others] = says(unknown, unknown);
  expect(others).toEqual([]);
  expect(letter).toMatchObject({
    kind: 'dead-letter',
    device: 'gate',
    topic: 'tns1:UserAlarm/IVA/SomethingNew',
    fault: { reason: 'unknown-code', field: 'topic' },
  });
  expect(JSON.stringify(letter)).not.toMatch(/张三|36090219/);
  later(3_599_999);
  expect(says(unknown)).toEqual([]);
  later(1);
  expect(says(unknown)).toHaveLength(1);
  expect(reader.counts.get('unknown-topic')).toBe(4);
});

it("takes an unknown topic that the device's record knows", () => {
  const { signals } = camera({ types: { 'tns1:UserAlarm/IVA/SomethingNew': 'camera.area.intrusion' } });
  const shape = (value: string) => told('tns1:UserAlarm/IVA/SomethingNew', 'Changed', { State: value });
  expect(signals(shape('true'), shape('false'))).toEqual(['SomethingNew true', 'SomethingNew false']);
});

it('gives the same message the same identity, and another one another', () => {
  const idOf = (notification: Notification) =>
    camera()
      .says(notification)
      .map((report) => ('id' in report ? report.id : undefined))[0];
  const later = { utcTime: new Date(NOW + 1_000).toISOString() };
  expect(idOf(inside('7', true))).toBe(idOf(inside('7', true)));
  const different = [
    inside('7', true),
    inside('8', true),
    inside('7', false),
    told(FIELD, 'Changed', { IsInside: 'true' }, { key: { ObjectId: '7' }, ...later }),
  ];
  expect(new Set(different.map(idOf)).size).toBe(4);
});

it('leaves out a time that is not to be believed', () => {
  const { says } = camera();
  const [signal] = says(told(INPUT, 'Changed', { LogicalState: '1' }, { utcTime: '0000-00-00T00:00:00Z' }));
  expect(signal).not.toHaveProperty('at');
});

it('ends, after a new subscription, what had left while nobody listened', () => {
  const { signals, reader, device } = camera();
  signals(inside('7', true), told(INPUT, 'Changed', { LogicalState: 'true' }));
  reader.doubt();
  expect(signals(told(INPUT, 'Initialized', { LogicalState: 'true' }))).toEqual([]);
  expect(reader.settle(device, true, NOW)).toMatchObject([
    { kind: 'signal', type: FIELD, active: false, isReplay: true },
  ]);
  expect(reader.settle(device, true, NOW)).toEqual([]);
});

it('keeps, after a new subscription, what the camera tells again', () => {
  const { signals, reader, device } = camera();
  signals(inside('7', true), inside('8', true));
  reader.doubt();
  expect(signals(inside('8', true, 'Initialized'))).toEqual([]);
  expect(reader.settle(device, true, NOW)).toEqual([]);
  expect(signals(inside('8', false))).toEqual(['ObjectsInside false']);
});

it('keeps a door opened by a card as an access event, without the card', () => {
  const [access] = camera().says(
    told('tns1:AccessControl/AccessGranted/Credential', undefined, {
      CredentialToken: '36090219',
      CredentialHolderName: '张三',
    }),
  );
  expect(access).toMatchObject({ kind: 'access', device: 'gate', result: 'granted', at: NOW });
  expect(JSON.stringify(access)).not.toMatch(/36090219|张三/);
});

const kind = (name: string, value: boolean, operation: Operation = 'Changed') =>
  told(`tns1:RuleEngine/MyRuleDetector/${name}`, operation, { State: String(value) });
const cell = (value: boolean, operation: Operation = 'Changed') => told(CELL, operation, { IsMotion: String(value) });
const alarm = (value: boolean, operation: Operation = 'Changed') => told(ALARM, operation, { State: String(value) });

it('tells of a person or a vehicle as movement, also where the cell detector is named and stays still', () => {
  const { signals } = camera();
  const initial = [cell(false, 'Initialized'), kind('PeopleDetect', false, 'Initialized'), alarm(false, 'Initialized')];
  expect(signals(...initial)).toEqual(['Motion false replay']);
  expect(signals(kind('PeopleDetect', true))).toEqual(['PeopleDetect true']);
  expect(signals(kind('VehicleDetect', true), cell(true), kind('PeopleDetect', false))).toEqual([]);
  expect(signals(kind('VehicleDetect', false), cell(false))).toEqual(['Motion false']);
});

it('believes the motion alarm until the cell detector has shown that it is alive', () => {
  const { signals } = camera();
  expect(signals(cell(false, 'Initialized'), alarm(false, 'Initialized'))).toEqual(['Motion false replay']);
  expect(signals(alarm(true), alarm(false))).toEqual(['MotionAlarm true', 'MotionAlarm false']);
  expect(signals(alarm(true), cell(true), cell(false), alarm(false))).toEqual(['MotionAlarm true', 'Motion false']);
  expect(signals(alarm(true), cell(true), cell(false), alarm(false))).toEqual(['Motion true', 'Motion false']);
});
