import { expect, it, onTestFinished } from 'vitest';
import { startCamera } from '../../../simulators/camera/camera.ts';
import { freePort } from '../../parts/free-port.ts';
import { cameraDevice, onvifAdapter, QUICK_TIMES, TestDirectory, TestIntake } from '../../parts/onvif-ports.ts';

const LOGIN = { username: 'admin', password: '密码 Fengsui-1' };
const CROSSED = 'RuleEngine/LineDetector/Crossed';

async function start(deviceHost = '127.0.0.1') {
  const port = await freePort();
  const camera = await startCamera({ id: 'gate', name: 'gate', ...LOGIN, quirks: { pushOnly: true }, hasPtz: false });
  const [directory, intake] = [new TestDirectory(), new TestIntake()];
  directory.put(cameraDevice('gate', camera.onvifUrl.replace('127.0.0.1', deviceHost)));
  const push = { host: '127.0.0.1', port, url: `http://127.0.0.1:${port}` };
  const adapter = onvifAdapter(directory, intake, { push, times: { ...QUICK_TIMES, lifetimeMs: 1_600 } });
  onTestFinished(async () => {
    await adapter.stop();
    await camera.stop();
  });
  await adapter.start();
  await expect.poll(() => camera.subscriptions(), { timeout: 5_000 }).toBe(1);
  return { camera, intake, adapter, push };
}

const post = async (url: string, body: string) => (await fetch(url, { method: 'POST', body })).status;

it('lets a camera without pull-points bring its events, renews, and gives the subscription back', async () => {
  const { camera, intake, adapter } = await start();
  const of = (type: string) => intake.of('signal').filter((signal) => signal.type === `tns1:${type}`);
  camera.raise(CROSSED, { data: { ObjectId: 7 } });
  await intake.until(() => of(CROSSED).length === 1);
  camera.setProperty('Device/Trigger/DigitalInput', { data: { LogicalState: true } });
  await intake.until(() => of('Device/Trigger/DigitalInput').some(({ active }) => active === true));
  const renewedTwice = Date.now() + 2 * 1_600;
  await expect.poll(() => Date.now() > renewedTwice, { timeout: 5_000 }).toBe(true);
  expect(camera.subscriptions()).toBe(1);
  camera.raise(CROSSED, { data: { ObjectId: 8 } });
  await intake.until(() => of(CROSSED).length === 2);
  expect(adapter.status()).toMatchObject([{ state: 'subscribed' }]);
  expect(intake.of('status')).toMatchObject([{ online: true }]);
  await adapter.stop();
  expect(camera.subscriptions()).toBe(0);
});

it('takes what the journal could not store from the camera once more, and not as stored', async () => {
  const { camera, intake } = await start();
  await intake.until(() => intake.of('status').length === 1);
  intake.refuse(true);
  camera.raise(CROSSED, { data: { ObjectId: 9 } });
  await intake.until(() => intake.refusals > 0);
  intake.refuse(false);
  await intake.until(() => intake.of('signal').some(({ type }) => type === `tns1:${CROSSED}`));
});

it('hears nobody who guesses a path, sends too much, or sends what is no Notify', async () => {
  const { push, intake } = await start();
  const notify =
    '<n:Notify xmlns:n="http://docs.oasis-open.org/wsn/b-2"><n:NotificationMessage><n:Topic>x</n:Topic></n:NotificationMessage></n:Notify>';
  expect(await post(`${push.url}/onvif/notify/`, notify)).toBe(404);
  expect(await post(`${push.url}/onvif/notify/${'A'.repeat(32)}`, notify)).toBe(404);
  expect(intake.of('dead-letter')).toEqual([]);
});
