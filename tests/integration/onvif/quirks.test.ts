import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { OnvifAdapter } from '../../../adapters/onvif/adapter.ts';
import type { Intake } from '../../../gateway/domain/signal.ts';
import { type SimulatedCamera, startCamera } from '../../../simulators/camera/camera.ts';
import type { Quirks } from '../../../simulators/camera/quirks.ts';
import { cameraDevice, onvifAdapter, QUICK_TIMES, TestDirectory, TestIntake } from '../../parts/onvif-ports.ts';

const LOGIN = { username: 'admin', password: '密码 Fengsui-1' };
const CROSSED = 'RuleEngine/LineDetector/Crossed';
const [YEAR_MS, HOUR_MS] = [365.25 * 86_400_000, 3_600_000];
const TIMES = { ...QUICK_TIMES, notAuthorizedMs: 100, noEventsMs: 200, pullLeastMs: 200, pullMostMs: 300 };

let bad: SimulatedCamera;
let good: SimulatedCamera;
let adapter: OnvifAdapter;
const directory = new TestDirectory();
const intake = new TestIntake();
/** What a listener that throws does with one camera's reports. */
let throwsFor: string | undefined;
const throwing: Intake = {
  accept: async (reports) => {
    if (reports.some((report) => report.kind === 'signal' && report.device === throwsFor)) throw new Error('no room');
    await intake.accept(reports);
  },
};

beforeAll(async () => {
  [bad, good] = await Promise.all(
    ['bad', 'good'].map((id) => startCamera({ id, name: id, ...LOGIN, hasPtz: false })),
  ).then(([first, second]) => {
    if (first === undefined || second === undefined) throw new Error('two cameras are needed');
    return [first, second] as const;
  });
  directory.put(cameraDevice('good', good.onvifUrl));
  adapter = onvifAdapter(directory, throwing, { times: TIMES });
  await adapter.start();
});
afterAll(async () => {
  await adapter.stop();
  await Promise.all([bad.stop(), good.stop()]);
});
beforeEach(async () => {
  await expect.poll(() => good.subscriptions(), { timeout: 5_000 }).toBe(1);
});

const signalsOf = (id: string) => intake.of('signal', id).filter(({ type }) => type === `tns1:${CROSSED}`);
const stateOf = (id: string) => adapter.status().find(({ device }) => device === id);

let object = 0;
/** Something happens in front of a camera, and is heard of. */
async function cross(camera: SimulatedCamera): Promise<void> {
  const before = signalsOf(camera.id).length;
  object += 1;
  expect(camera.raise(CROSSED, { data: { ObjectId: object } })).toBeGreaterThan(0);
  await intake.until(() => signalsOf(camera.id).length > before);
}

/** Puts the bad camera beside the good one, misbehaving; afterwards it behaves, is heard, and goes. */
async function besides(quirks: Quirks, during: () => Promise<void>): Promise<void> {
  await bad.reboot(); // no subscription of the test before
  bad.misbehave(quirks);
  directory.put(cameraDevice('bad', bad.onvifUrl));
  try {
    await during();
    await cross(good);
    bad.misbehave({});
    await bad.reboot(); // what it forgot is subscribed anew, so that what happens now is not told to nobody
    await expect.poll(() => bad.subscriptions(), { timeout: 10_000, interval: 20 }).toBeGreaterThan(0);
    await cross(bad);
    await cross(good);
  } finally {
    throwsFor = undefined;
    directory.remove('bad');
    await expect.poll(() => stateOf('bad'), { timeout: 10_000 }).toBeUndefined();
  }
}

const inState = (state: string) => async () => {
  await expect.poll(() => stateOf('bad')?.state, { timeout: 10_000, interval: 10 }).toBe(state);
};

it.each<[string, Quirks, string]>([
  ['answers 100 MB', { spoilt: { by: 'huge' } }, 'waiting'],
  ['answers a byte a second', { spoilt: { by: 'trickle', operations: ['PullMessages'] } }, 'subscribed'],
  ['redirects', { spoilt: { by: 'redirect', to: 'http://127.0.0.1:9/' } }, 'waiting'],
  ['puts 200,000 attributes on an element', { spoilt: { by: 'attributes' } }, 'waiting'],
  ['begins with a DOCTYPE', { spoilt: { by: 'doctype' } }, 'waiting'],
  ['speaks no HTTP', { spoilt: { by: 'no-http' } }, 'waiting'],
  ['resets each connection', { spoilt: { by: 'reset' } }, 'waiting'],
  ['answers every call with a page of HTML', { spoilt: { by: 'html' } }, 'no-events'],
  ['refuses its event slots', { refuseSubscriptions: true }, 'events-refused'],
  ['has no event service', { noEvents: true }, 'no-events'],
  ['refuses the account', { refuseAccount: true }, 'not-authorized'],
])('is not stopped by a camera that %s: it is named, and heard once it behaves', async (_, quirks, state) => {
  await besides(quirks, inState(state));
});

it.each<[string, Quirks]>([
  ['drops each waiting pull', { dropPullAfterMs: 100 }],
  ['refuses relative times', { refuseRelativeTimes: true }],
  ['cannot renew', { renewUnsupported: true }],
  ['gives all subscribers one address', { oneAddress: true }],
  ['echoes the security header', { echoSecurity: true }],
  ['names another host in each address', { foreignHost: '203.0.113.9' }],
  ['has a clock of 1970', { clockOffsetMs: -56 * YEAR_MS }],
  ['has a clock of 2017', { clockOffsetMs: -9 * YEAR_MS }],
  ['has a clock an hour ahead', { clockOffsetMs: HOUR_MS }],
  ['calls local time UTC', { clockOffsetMs: 8 * HOUR_MS }],
])('hears a camera that %s, at the right time', async (_, quirks) => {
  await besides(quirks, async () => {
    await expect.poll(() => bad.subscriptions(), { timeout: 10_000, interval: 10 }).toBe(1);
    await cross(bad);
    expect(Math.abs((signalsOf('bad').at(-1)?.at ?? Date.now()) - Date.now())).toBeLessThan(5_000);
  });
});

it('subscribes again when somebody else ends all subscriptions of the camera', async () => {
  await besides({ dropAllOnUnsubscribe: true }, async () => {
    await expect.poll(() => bad.subscriptions(), { timeout: 10_000, interval: 10 }).toBe(1);
    directory.put(cameraDevice('twin', bad.onvifUrl));
    await expect.poll(() => bad.subscriptions(), { timeout: 10_000, interval: 10 }).toBe(2);
    directory.remove('twin');
    await expect.poll(() => stateOf('twin'), { timeout: 5_000 }).toBeUndefined();
    await expect.poll(() => bad.subscriptions(), { timeout: 10_000, interval: 10 }).toBe(1);
    await cross(bad);
  });
});

it('keeps what one listener could not take, and holds up no other camera meanwhile', async () => {
  await besides({}, async () => {
    await expect.poll(() => bad.subscriptions(), { timeout: 10_000, interval: 10 }).toBe(1);
    throwsFor = 'bad';
    const before = signalsOf('bad').length;
    bad.raise(CROSSED, { data: { ObjectId: 'kept' } });
    await cross(good);
    await cross(good);
    expect(signalsOf('bad')).toHaveLength(before);
    throwsFor = undefined;
    await intake.until(() => signalsOf('bad').length > before);
  });
});
