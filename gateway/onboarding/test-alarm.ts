import { randomUUID } from 'node:crypto';
import type { Alarm } from '../domain/alarm.ts';
import type { Device } from '../domain/device.ts';
import type { Intake } from '../domain/signal.ts';
import type { Journal, JournalQueries, Seq } from '../journal/journal.ts';
import type { ReportPorts } from './camera-report.ts';

const TEST = 'device.test';
/** A camera or a screen that has not answered by then is shown as silent. */
const LEG_MAX_MS = 10_000;

export type Leg = Readonly<{
  leg: 'camera' | 'gateway' | 'journal' | 'screen';
  ok: boolean;
  at: number;
  tookMs: number;
  detail: string | undefined;
}>;
export type TestRun = Readonly<{ alarm: Alarm['id'] | undefined; seq: Seq | undefined; legs: readonly Leg[] }>;

export type TestPorts = ReportPorts &
  Readonly<{
    intake: Intake;
    journal: Pick<Journal, 'follow' | 'head'>;
    queries: Pick<JournalQueries, 'alarms' | 'history'>;
    /** Why the live feed hands nothing out; undefined while it does. */
    liveFault: () => string | undefined;
  }>;

/**
 * A test alarm (测试报警) as if the device had raised it, and how each leg of its way went. Each is shown as far as the
 * gateway can: the camera by an answer now, the screen by the live feed having the entry that a screen is handed.
 */
export async function testAlarm(device: Device, ports: TestPorts): Promise<TestRun> {
  const { intake, journal, queries, now } = ports;
  const before = journal.head();
  const camera = await cameraLeg(device, ports);
  const startedAt = now();
  const report = { kind: 'signal', device: device.id, type: TEST, id: `test-${randomUUID()}`, at: startedAt } as const;
  await intake.accept([{ ...report, text: '测试报警 / test alarm' }]);
  const storedAt = now();
  const where = { regions: [], devices: [device.id], types: [TEST] };
  const [alarm] = queries.alarms({ where, after: undefined, limit: 1 }).items;
  const seq = alarm === undefined ? undefined : queries.history(alarm.id).findLast((one) => one.seq > before)?.seq;
  const gateway = legOf('gateway', true, startedAt, startedAt, undefined);
  const held = seq === undefined ? 'no alarm came of it: a rule held it back, such as maintenance' : undefined;
  const journalLeg = legOf('journal', seq !== undefined, startedAt, storedAt, held);
  const screen = seq === undefined ? [] : [await screenLeg(seq, ports)];
  return { alarm: seq === undefined ? undefined : alarm?.id, seq, legs: [camera, gateway, journalLeg, ...screen] };
}

async function cameraLeg({ id }: Device, { states, describe, presence, now }: TestPorts): Promise<Leg> {
  const startedAt = now();
  if (!states().some(({ device }) => device === id)) {
    const { online } = presence(id);
    return legOf('camera', online, startedAt, startedAt, online ? undefined : 'the device is offline');
  }
  const told = await Promise.race([describe(id), silence(LEG_MAX_MS)]);
  if (told === undefined) return legOf('camera', false, startedAt, now(), 'no answer');
  return legOf('camera', told.ok, startedAt, now(), told.ok ? undefined : `${told.error.reason}: ${told.error.text}`);
}

/** By the same way as the live feed reads it. */
async function screenLeg(seq: Seq, { journal, liveFault, now }: TestPorts): Promise<Leg> {
  const startedAt = now();
  const late = AbortSignal.timeout(LEG_MAX_MS);
  let isThere = false;
  for await (const { last } of journal.follow(seq - 1, late)) {
    isThere = last >= seq;
    if (isThere) break;
  }
  const fault = isThere ? liveFault() : 'the entry was not handed on in time';
  return legOf('screen', fault === undefined, startedAt, now(), fault);
}

const legOf = (leg: Leg['leg'], ok: boolean, from: number, at: number, detail: string | undefined): Leg => ({
  leg,
  ok,
  at,
  tookMs: at - from,
  detail,
});

function silence(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, ms, undefined).unref());
}
