import { expect, it, onTestFinished } from 'vitest';
import type { OnvifAdapterPorts } from '../../../adapters/onvif/adapter.ts';
import { cameraDevice, onvifAdapter, QUICK_TIMES, TestDirectory, TestIntake } from '../../parts/onvif-ports.ts';
import {
  created,
  fault,
  lifetime,
  notification,
  type Script,
  say,
  startScriptedCamera,
} from '../../parts/scripted-camera.ts';

const INPUT = 'tns1:Device/Trigger/DigitalInput';
const input = (value: boolean, operation = 'Changed') =>
  notification(INPUT, operation, `<t:SimpleItem Name="LogicalState" Value="${value}"/>`);

async function start(more: Partial<OnvifAdapterPorts> = {}) {
  const camera = await startScriptedCamera();
  const [directory, intake] = [new TestDirectory(), new TestIntake()];
  directory.put(cameraDevice('gate', camera.url));
  const adapter = onvifAdapter(directory, intake, more);
  onTestFinished(async () => {
    await adapter.stop();
    await camera.stop();
  });
  return { camera, directory, intake, adapter };
}

const stateOf = (adapter: { status(): readonly { state: string; fault?: string }[] }) => adapter.status()[0];

it('keeps the address and all reference parameters, but goes only to the host that the operator entered', async () => {
  const { camera, intake, adapter } = await start();
  await adapter.start();
  camera.notify(input(true));
  await intake.until(() => intake.of('signal').length === 1);

  const pull = camera.heard.find(({ operation }) => operation === 'PullMessages');
  expect(pull?.path).toBe('/onvif/Subscription?Idx=7&x=1');
  expect(pull?.text).toContain('<wsa:To>http://203.0.113.9:81/onvif/Subscription?Idx=7&amp;x=1</wsa:To>');
  expect(pull?.text).toContain(
    '<dom0:SubscriptionId xmlns:dom0="http://www.axis.com/2009/event" wsa:IsReferenceParameter="true">a&amp;b</dom0:SubscriptionId>',
  );
  expect(pull?.text).toContain('<Slot xmlns="urn:other" wsa:IsReferenceParameter="true">7</Slot>');
  expect(camera.count('SetSynchronizationPoint')).toBe(1);
});

it('gives the subscription back when it stops', async () => {
  const { camera, adapter } = await start();
  await adapter.start();
  await camera.heardOf('PullMessages', 1);
  await adapter.stop();
  expect(camera.heard.at(-1)).toMatchObject({ operation: 'Unsubscribe', path: '/onvif/Subscription?Idx=7&x=1' });
});

it('asks by an absolute time on the clock of a camera that refuses a relative one', async () => {
  const { camera, adapter } = await start();
  camera.script('CreatePullPointSubscription', (response, heard) => {
    if (heard.text.includes('>PT')) fault('wsntw:UnacceptableInitialTerminationTimeFault')(response, heard);
    else say(response, created());
  });
  await adapter.start();
  await camera.heardOf('PullMessages', 1);
  expect(camera.heard.filter(({ operation }) => operation === 'CreatePullPointSubscription').at(-1)?.text).toMatch(
    /InitialTerminationTime>\d{4}-\d\d-\d\dT[\d:.]+Z</,
  );
});

it('renews at half of the lifetime that the camera gives, before the subscription ends', async () => {
  const { camera, adapter } = await start();
  camera.script('CreatePullPointSubscription', (response) => say(response, created(1.5)));
  camera.script('PullMessages', (response) => void setTimeout(() => say(response, '<tev:PullMessagesResponse/>'), 100));
  camera.script('Renew', (response) =>
    say(response, `<wsnt:RenewResponse>${lifetime('wsnt', 'wsnt', 1.5)}</wsnt:RenewResponse>`),
  );
  await adapter.start();
  await camera.heardOf('Renew', 2);
  expect(camera.count('CreatePullPointSubscription')).toBe(1);
  expect(stateOf(adapter)).toMatchObject({ state: 'subscribed' });
});

it('lets the pulls prolong a subscription on a camera that cannot renew', async () => {
  const { camera, adapter } = await start();
  camera.script('CreatePullPointSubscription', (response) => say(response, created(1)));
  camera.script('Renew', fault('ter:ActionNotSupported'));
  camera.script(
    'PullMessages',
    (response) =>
      void setTimeout(
        () =>
          say(
            response,
            `<tev:PullMessagesResponse>${camera.count('Renew') === 0 ? '' : lifetime('tev', 'tev')}</tev:PullMessagesResponse>`,
          ),
        100,
      ),
  );
  await adapter.start();
  await camera.heardOf('Renew', 1);
  await camera.heardOf('PullMessages', camera.count('PullMessages') + 8);
  expect([camera.count('Renew'), camera.count('CreatePullPointSubscription')]).toEqual([1, 1]);
});

it('pulls again on the same subscription when a pull breaks', async () => {
  const { camera, intake, adapter } = await start();
  camera.script('PullMessages', (response) => {
    camera.script('PullMessages', undefined);
    response.destroy();
  });
  await adapter.start();
  await camera.heardOf('PullMessages', 2);
  camera.notify(input(true));
  await intake.until(() => intake.of('signal').length === 1);
  expect(camera.count('CreatePullPointSubscription')).toBe(1);
  expect(intake.of('status')).toMatchObject([{ online: true }]);
});

it('subscribes anew, once, after a fault, and gives the old slot back', async () => {
  const { camera, intake, adapter } = await start();
  camera.script('PullMessages', (response, heard) => {
    camera.script('PullMessages', undefined);
    fault('ter:InvalidArgVal')(response, heard);
  });
  await adapter.start();
  await camera.heardOf('CreatePullPointSubscription', 2);
  camera.notify(input(true));
  await intake.until(() => intake.of('signal').length === 1);
  expect(camera.count('CreatePullPointSubscription')).toBe(2);
  expect(camera.count('Unsubscribe')).toBe(1);
});

it('does not storm a camera whose event slots are all taken', async () => {
  const { camera, adapter } = await start({
    times: { ...QUICK_TIMES, backoffLeastMs: 40, backoffMostMs: 100 },
    random: () => 0.99,
  });
  camera.script('CreatePullPointSubscription', fault('ter:BlockedThreadUpperLimit'));
  const startedAt = performance.now();
  await adapter.start();
  await camera.heardOf('CreatePullPointSubscription', 6);
  expect(performance.now() - startedAt).toBeGreaterThan(40 + 80 + 3 * 99);
  expect(stateOf(adapter)?.fault).toContain('BlockedThreadUpperLimit');
});

it('leaves a camera alone that refuses the account, and says that one is missing', async () => {
  const { camera, intake, adapter } = await start();
  camera.script('CreatePullPointSubscription', fault('ter:NotAuthorized'));
  await adapter.start();
  await expect.poll(() => stateOf(adapter)?.state).toBe('not-authorized');
  expect(stateOf(adapter)?.fault).toContain('ONVIF administrator account');
  expect(camera.count('CreatePullPointSubscription')).toBe(1);
  expect(intake.of('status')).toMatchObject([{ online: true }]);
});

it('looks each hour for events on a camera without an event service, and meanwhile whether it is there', async () => {
  const { camera, intake, adapter } = await start({
    times: { ...QUICK_TIMES, pullLeastMs: 20, pullMostMs: 30, noEventsMs: 300 },
  });
  for (const operation of ['GetServices', 'GetCapabilities']) {
    camera.script(operation, (response) =>
      response.writeHead(404).end('<HTML><BODY><H1>404 Not Found</H1></BODY></HTML>'),
    );
  }
  await adapter.start();
  await camera.heardOf('GetServices', 2);
  expect(camera.count('GetSystemDateAndTime')).toBeGreaterThan(5);
  expect(camera.count('CreatePullPointSubscription')).toBe(0);
  expect(intake.of('status')).toMatchObject([{ online: true }]);
});

it('waits with the next pull until the journal has the last one, and loses nothing while it refuses', async () => {
  const { camera, intake, adapter } = await start();
  await adapter.start();
  await intake.until(() => intake.of('status').length === 1);
  await camera.heardOf('PullMessages', 1);
  intake.refuse(true);
  camera.notify(input(true));
  await intake.until(() => intake.refusals >= 2);
  const pulls = camera.count('PullMessages');
  camera.notify(input(false));
  expect(camera.count('PullMessages')).toBe(pulls);
  intake.refuse(false);
  await intake.until(() => intake.of('signal').length === 2);
  expect(intake.of('signal').map(({ active }) => active)).toEqual([true, false]);
});

it('keeps its subscription while the journal refuses, so that the camera keeps what happens meanwhile', async () => {
  const { camera, intake, adapter } = await start();
  camera.script('CreatePullPointSubscription', (response) => say(response, created(1)));
  await adapter.start();
  await intake.until(() => intake.of('status').length === 1);
  await camera.heardOf('PullMessages', 1);
  intake.refuse(true);
  camera.notify(input(true));
  await intake.until(() => intake.refusals > 0);
  const [pulls, renewals] = [camera.count('PullMessages'), camera.count('Renew')];
  await camera.heardOf('Renew', renewals + 1);
  expect(camera.count('PullMessages')).toBe(pulls);
  camera.notify(input(false));
  intake.refuse(false);
  await intake.until(() => intake.of('signal').length === 2);
  expect(camera.count('CreatePullPointSubscription')).toBe(1);
});

it('is offline after two missed pulls, and online again with the first good answer', async () => {
  const { camera, intake, adapter } = await start();
  await adapter.start();
  await camera.heardOf('PullMessages', 1);
  for (const operation of ['PullMessages', 'GetSystemDateAndTime'])
    camera.script(operation, (response) => void response.destroy());
  await intake.until(() => intake.of('status').length === 2);
  for (const operation of ['PullMessages', 'GetSystemDateAndTime']) camera.script(operation, undefined);
  await intake.until(() => intake.of('status').length === 3);
  expect(intake.of('status').map(({ online }) => online)).toEqual([true, false, true]);
});

it('corrects the time of a camera whose clock is an hour ahead, and flags it', async () => {
  const { camera, intake, adapter } = await start();
  const ahead = (seconds: number) => new Date(Date.now() + 3_600_000 + seconds * 1_000).toISOString();
  const times = () =>
    `<tev:CurrentTime>${ahead(0)}</tev:CurrentTime><tev:TerminationTime>${ahead(4)}</tev:TerminationTime>`;
  camera.script('PullMessages', (response) => {
    const told = notification(INPUT, 'Changed', '<t:SimpleItem Name="LogicalState" Value="1"/>', ahead(0));
    camera.script('PullMessages', undefined);
    say(response, `<tev:PullMessagesResponse>${times()}${told}</tev:PullMessagesResponse>`);
  });
  await adapter.start();
  await intake.until(() => intake.of('signal').length >= 2);
  const [first, off] = intake.of('signal');
  expect(Math.abs((first?.at ?? 0) - Date.now())).toBeLessThan(3_000);
  expect(off).toMatchObject({ type: 'device.clock.off', active: true, value: 3_600 });
});

it('follows the registry: a camera put, changed, disabled and removed', async () => {
  const { camera, directory, adapter } = await start();
  await adapter.start();
  await camera.heardOf('PullMessages', 1);
  directory.put(cameraDevice('gate', camera.url, { name: 'renamed' }));
  directory.put(cameraDevice('gate', camera.url.replace('127.0.0.1', '127.0.0.2')));
  await camera.heardOf('Unsubscribe', 1);
  directory.put(cameraDevice('gate', camera.url));
  await camera.heardOf('CreatePullPointSubscription', 2);
  directory.put(cameraDevice('gate', camera.url, { enabled: false }));
  await camera.heardOf('Unsubscribe', 2);
  await expect.poll(() => adapter.status()).toEqual([]);
  directory.put(cameraDevice('gate', camera.url));
  await camera.heardOf('CreatePullPointSubscription', 3);
  directory.remove('gate');
  await camera.heardOf('Unsubscribe', 3);
  expect(await adapter.snapshot('gate')).toMatchObject({ ok: false, error: { reason: 'unknown-device' } });
});

it('answers an HTTP digest, and sends it along from then on', async () => {
  const { camera, intake, adapter } = await start();
  const asking: Script = (response, { authorization }) => {
    if (authorization === undefined)
      response.writeHead(401, { 'WWW-Authenticate': 'Digest realm="cam", nonce="n1", qop="auth"' }).end();
    else say(response, created());
  };
  camera.script('CreatePullPointSubscription', asking);
  await adapter.start();
  await camera.heardOf('PullMessages', 1);
  camera.notify(input(true));
  await intake.until(() => intake.of('signal').length === 1);
  expect(camera.count('CreatePullPointSubscription')).toBe(2);
  const pull = camera.heard.find(({ operation }) => operation === 'PullMessages');
  expect(pull?.authorization).toMatch(
    /^Digest username="admin", realm="cam", nonce="n1", uri="\/onvif\/Subscription\?Idx=7&x=1".* nc=0000000[2-9]/,
  );
});

it('measures the clock anew, at once, when a camera that knew us refuses us: it may have lost its time', async () => {
  const { camera, intake, adapter } = await start();
  camera.script('PullMessages', (response, heard) => {
    camera.script('PullMessages', undefined);
    fault('ter:NotAuthorized')(response, heard);
  });
  await adapter.start();
  await camera.heardOf('CreatePullPointSubscription', 2);
  expect(camera.count('GetSystemDateAndTime')).toBe(2);
  camera.notify(input(true));
  await intake.until(() => intake.of('signal').length === 1);
});

it('takes a camera that drops each waiting pull for present, and misses nothing of it', async () => {
  const { camera, intake, adapter } = await start({ times: { ...QUICK_TIMES, pullLeastMs: 1_400, pullMostMs: 1_500 } });
  camera.script('PullMessages', (response) => void setTimeout(() => response.destroy(), 1_050));
  await adapter.start();
  await camera.heardOf('PullMessages', 3);
  camera.script('PullMessages', undefined);
  camera.notify(input(true));
  await intake.until(() => intake.of('signal').length === 1);
  expect(intake.of('status')).toMatchObject([{ online: true }]);
  expect(camera.count('CreatePullPointSubscription')).toBe(1);
});
