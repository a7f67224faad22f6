import { expect, it } from 'vitest';
import type { CameraStatus } from '../../../adapters/onvif/camera.ts';
import type { Signal } from '../../../gateway/domain/signal.ts';
import { cameraDevice, onvifAdapter, QUICK_TIMES, TestDirectory, TestIntake } from '../../parts/onvif-ports.ts';
import { readRecording, startRecordedCamera } from '../../parts/recorded-camera.ts';

const CELL = 'tns1:RuleEngine/CellMotionDetector/Motion';
const HUMAN = 'tns1:UserAlarm/IVA/HumanShapeDetect';

/** How often a topic tells a change, read by a pattern on the raw text and by nothing of ours. */
function changesOf(name: string, topic: string): readonly boolean[] {
  const messages = readRecording(name).flatMap(({ response }) => response.split('<wsnt:NotificationMessage>').slice(1));
  const values = messages
    .filter((message) => message.includes(`>${topic}<`))
    .map((message) => /<tt:Data>.*?Value="(\w+)"/s.exec(message)?.[1] === 'true');
  return values.filter((value, at) => at === 0 || value !== values[at - 1]);
}

async function play(name: string, until?: (status: CameraStatus) => boolean) {
  const camera = await startRecordedCamera(name);
  const [directory, intake] = [new TestDirectory(), new TestIntake()];
  directory.put(cameraDevice('recorded', camera.url));
  const adapter = onvifAdapter(directory, intake, { times: { ...QUICK_TIMES, backoffMostMs: 40 } });
  const seen: CameraStatus[] = [];
  const watching = setInterval(() => seen.push(...adapter.status()), 2);
  await adapter.start();
  if (until === undefined) await camera.playedToTheEnd;
  else await expect.poll(() => adapter.status().some(until), { timeout: 5_000 }).toBe(true);
  const status = adapter.status()[0];
  await adapter.stop();
  clearInterval(watching);
  await camera.stop();
  return { intake, status, seen, asked: camera.asked };
}

const told = (signals: readonly Signal[], ...types: readonly string[]) =>
  signals.filter(({ type }) => types.includes(type)).map(({ active }) => active);

it.each([
  ['cell_motion_camera_20260321', 39, false],
  ['unvr_cell_motion_119_20260321', 48, false],
  ['unvr_cell_motion_1_45_20260321', 15, true],
  ['unvr_cell_motion_245_20260321', 37, false],
  ['unvr_cell_motion_78_20260321', 7, true],
])('plays %s: each movement once, the clock judged, the slot given back', async (name, count) => {
  const { intake, asked } = await play(name);
  const signals = intake.of('signal');
  expect(told(signals, CELL)).toEqual(changesOf(name, CELL));
  expect(told(signals, CELL)).toHaveLength(count);
  expect(intake.of('dead-letter')).toEqual([]);
  const types = new Set(signals.map(({ type }) => type));
  types.delete('device.clock.off');
  expect([...types].sort()).toEqual([CELL, 'tns1:VideoSource/GlobalSceneChange/AnalyticsService']);
  expect(new Set(signals.map(({ id }) => id)).size).toBe(signals.length);
  expect(asked.at(-1)).toBe('Unsubscribe');
});

it('names the event slots that a Dahua dome refuses, goes on when it gives one, and counts its empty messages', async () => {
  const { intake, seen, asked } = await play('dahua_dh_sd4a425db_hny_20260219');
  const refusals = seen.filter(({ state }) => state === 'events-refused');
  expect(refusals.length).toBeGreaterThan(0);
  expect(refusals[0]?.fault).toContain('BlockedThreadUpperLimit');
  // its last movement is told as a person's first
  expect(told(intake.of('signal'), CELL, HUMAN)).toEqual(changesOf('dahua_dh_sd4a425db_hny_20260219', CELL));
  expect(intake.of('dead-letter')).toEqual([]);
  expect(intake.of('status')).toMatchObject([{ online: true }]);
  expect(asked.filter((operation) => operation === 'Unsubscribe').length).toBeGreaterThan(0);
  for (const { at = 0, type } of intake.of('signal')) {
    if (type !== 'device.clock.off') expect(Math.abs(at - Date.now())).toBeLessThan(600_000);
  }
});

it('names a camera without an event service, which answers everything with a page of HTML', async () => {
  const { status, intake, asked } = await play('thingino_wyze_20260321', ({ state }) => state === 'no-events');
  expect(status?.fault).toContain('404');
  expect(intake.of('signal')).toEqual([]);
  expect(asked).not.toContain('PullMessages');
});

it('plays reolink_bullet_20260408: an undeclared prefix beside the point, a person told by kind, the face topic left alone', async () => {
  const { intake, asked } = await play('reolink_bullet_20260408');
  const people = 'tns1:RuleEngine/MyRuleDetector/PeopleDetect';
  const said = intake.of('signal').map(({ type, active }) => [type, active]);
  expect(said.filter(([type]) => type !== 'device.clock.off')).toEqual([
    [CELL, false],
    [people, true],
    [people, false],
  ]);
  expect(intake.of('dead-letter')).toEqual([]);
  expect(asked.at(-1)).toBe('Unsubscribe');
});
