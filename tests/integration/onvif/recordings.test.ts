import { expect, it } from 'vitest';
import { cameraDevice, onvifAdapter, TestDirectory, TestIntake } from '../../parts/onvif-ports.ts';
import { readRecording, startRecordedCamera } from '../../parts/recorded-camera.ts';

/** What the recording holds, read by patterns on its raw text and by nothing of ours. */
const notificationsIn = (name: string) =>
  readRecording(name)
    .filter(({ soap_action }) => soap_action.includes('PullMessages'))
    .flatMap(({ response }) => [...response.matchAll(/<wsnt:NotificationMessage>(.*?)<\/wsnt:NotificationMessage>/gs)])
    .map(([, text = '']) => ({
      topic: /<wsnt:Topic [^>]*>([^<]*)</.exec(text)?.[1] ?? '',
      isInitial: text.includes('"Initialized"'),
      source: /<tt:Source>(.*?)<\/tt:Source>/.exec(text)?.[1] ?? '',
      object: /Name="ObjectId" Value="(\d+)"/.exec(text)?.[1],
      value: /<tt:Data><tt:SimpleItem Name="\w+" Value="([^"]*)"/.exec(text)?.[1],
    }));

async function play(name: string) {
  const camera = await startRecordedCamera(name);
  const [directory, intake] = [new TestDirectory(), new TestIntake()];
  directory.put(cameraDevice('recorded', camera.url));
  const adapter = onvifAdapter(directory, intake);
  const startedAt = Date.now();
  await adapter.start();
  await camera.playedToTheEnd;
  await adapter.stop();
  await camera.stop();
  const signals = (topic: string) => intake.of('signal').filter(({ type }) => type === topic);
  return { intake, signals, asked: camera.asked, startedAt, endedAt: Date.now() };
}

const CELL = 'tns1:RuleEngine/CellMotionDetector/Motion';
const FIELD = 'tns1:RuleEngine/FieldDetector/ObjectsInside';
const INPUT = 'tns1:Device/Trigger/DigitalInput';
const SCENE = 'tns1:VideoSource/GlobalSceneChange/AnalyticsService';

it('makes one signal of each movement that a cell-motion camera tells twice', async () => {
  const recorded = notificationsIn('cell_motion_camera_20260321');
  const cell = recorded.filter(({ topic }) => topic === CELL);
  expect([recorded.length, cell.length]).toEqual([83, 39]);
  const { intake, signals, asked, startedAt, endedAt } = await play('cell_motion_camera_20260321');

  expect(signals(CELL).map(({ active }) => String(active))).toEqual(cell.map(({ value }) => value));
  expect(signals('tns1:VideoSource/MotionAlarm')).toEqual([]);
  expect(signals(SCENE)).toMatchObject([{ active: false, isReplay: true }]);
  expect(signals(CELL).filter(({ isReplay }) => isReplay)).toHaveLength(1);
  expect(new Set(signals(CELL).map(({ id }) => id)).size).toBe(cell.length);
  expect(intake.of('telemetry')).toMatchObject([{ values: { processorUsage: 0.29 } }]);
  expect(intake.of('dead-letter')).toEqual([]);
  expect(intake.of('status')).toMatchObject([{ online: true }]);
  expect(signals('device.clock.off')).toMatchObject([{ active: true, unit: 's' }]);
  for (const { at = 0 } of signals(CELL)) {
    expect(at).toBeGreaterThan(startedAt - 3_000);
    expect(at).toBeLessThanOrEqual(endedAt);
  }
  expect(asked.at(-1)).toBe('Unsubscribe');
});

it('tells the objects of an area rule apart, and ends it only when the last one has left', async () => {
  const recorded = notificationsIn('hikvision_compatible_20260219');
  expect(recorded).toHaveLength(56);
  const inside = new Set<string>();
  const expected = recorded
    .filter(({ topic }) => topic === FIELD)
    .flatMap(({ object = '', source, value }) => {
      const isIn = value === 'true';
      const one = `${source}${object}`;
      if (isIn) inside.add(one);
      else inside.delete(one);
      return isIn || inside.size === 0 ? [isIn] : [];
    });
  const { intake, signals } = await play('hikvision_compatible_20260219');

  expect(signals(FIELD).map(({ active }) => active)).toEqual(expected);
  expect(signals(FIELD).every(({ text }) => text === 'Vehicle' || text === 'Human')).toBe(true);
  expect(signals(INPUT)).toMatchObject([{ active: false }, { active: false }]);
  expect(signals(CELL)).toMatchObject([{ active: false, isReplay: true }]);
  expect(signals('tns1:Device/Trigger/Relay')).toEqual([]);
  expect(intake.of('dead-letter')).toEqual([]);
});
