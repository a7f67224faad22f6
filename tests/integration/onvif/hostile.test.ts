import { createServer } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, it, onTestFinished } from 'vitest';
import { cameraDevice, onvifAdapter, QUICK_TIMES, TestDirectory, TestIntake } from '../../parts/onvif-ports.ts';
import { notification, type Script, say, startScriptedCamera } from '../../parts/scripted-camera.ts';

const MEGABYTE = Buffer.alloc(1024 * 1024, 'a');

const endless: Script = (response) => {
  let left = 100;
  const more = () => {
    while (left > 0 && !response.destroyed) {
      left -= 1;
      if (!response.write(MEGABYTE)) return void response.once('drain', more);
    }
    response.end();
  };
  more();
};
const trickling: Script = (response) => {
  const timer = setInterval(() => response.write('a'), 1_000);
  response.on('close', () => clearInterval(timer));
  response.write('<');
};
const envelope = (inner: string) =>
  `<E:Envelope xmlns:E="http://www.w3.org/2003/05/soap-envelope"><E:Body>${inner}</E:Body></E:Envelope>`;
const text =
  (answer: string): Script =>
  (response) =>
    void response.writeHead(200, { 'Content-Type': 'application/soap+xml' }).end(answer);

const attributes = Array.from({ length: 200_000 }, (_, at) => ` a${at}="1"`).join('');
const hostile: readonly (readonly [string, Script])[] = [
  ['100 MB', endless],
  ['one byte a second', trickling],
  ['a document type', text(`<!DOCTYPE x [<!ENTITY a "b">]>${envelope('<x>&a;</x>')}`)],
  ['200,000 attributes', text(envelope(`<x${attributes}/>`))],
  ['200,000 elements', text(envelope('<x/>'.repeat(200_000)))],
  ['a depth of 10,000', text(envelope(`${'<x>'.repeat(10_000)}${'</x>'.repeat(10_000)}`))],
  ['no XML', text('\u0000\u0001 not xml <<<')],
  ['an empty answer', text('')],
  ['bytes that are no HTTP', (response) => void response.socket?.end('\u0000\u0001\u0002\r\n\r\n')],
  [
    'headers of 1 MB',
    (response) => void response.socket?.write(`HTTP/1.1 200 OK\r\nX: ${'a'.repeat(1024 * 1024)}\r\n\r\n`),
  ],
];

it.each(hostile)('survives %s from one camera, while another one goes on as ever', async (_, script) => {
  const [bad, good] = await Promise.all([startScriptedCamera(), startScriptedCamera()]);
  const [directory, intake] = [new TestDirectory(), new TestIntake()];
  directory.put(cameraDevice('bad', bad.url), cameraDevice('good', good.url));
  const adapter = onvifAdapter(directory, intake);
  onTestFinished(async () => {
    await adapter.stop();
    await Promise.all([bad.stop(), good.stop()]);
  });
  const told = notification(
    'tns1:RuleEngine/LineDetector/Crossed',
    undefined,
    '<t:SimpleItem Name="ObjectId" Value="7"/>',
  );
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  bad.script('PullMessages', script);
  await adapter.start();
  await bad.heardOf('PullMessages', 2);
  good.notify(told);
  await intake.until(() => intake.of('signal', 'good').length === 1);
  bad.script('PullMessages', undefined);
  bad.notify(told);
  await intake.until(() => intake.of('signal', 'bad').length === 1);
  delay.disable();
  expect(delay.max / 1e6).toBeLessThan(1_500);
  expect(intake.of('dead-letter')).toEqual([]);
});

it('follows no redirect, and takes a host that the camera names for nothing but its path', async () => {
  const visited: string[] = [];
  const elsewhere = createServer((request, response) => {
    visited.push(request.url ?? '');
    response.end();
  });
  await new Promise<void>((listening) => elsewhere.listen(0, '127.0.0.1', listening));
  const address = elsewhere.address();
  const there = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  const camera = await startScriptedCamera();
  const directory = new TestDirectory();
  directory.put(cameraDevice('gate', camera.url));
  const adapter = onvifAdapter(directory, new TestIntake());
  onTestFinished(async () => {
    await adapter.stop();
    await camera.stop();
    await new Promise((closed) => elsewhere.close(closed));
  });
  camera.script('PullMessages', (response) => void response.writeHead(307, { Location: `${there}/steal` }).end());
  camera.script('CreatePullPointSubscription', (response) =>
    say(
      response,
      `<tev:CreatePullPointSubscriptionResponse><tev:SubscriptionReference><wsa:Address>${there}/steal</wsa:Address></tev:SubscriptionReference></tev:CreatePullPointSubscriptionResponse>`,
    ),
  );
  await adapter.start();
  await camera.heardOf('PullMessages', 2);
  expect(camera.heard.find(({ operation }) => operation === 'PullMessages')?.path).toBe('/steal');
  expect(visited).toEqual([]);
});

it('calls nothing outside the device networks, names included', async () => {
  const camera = await startScriptedCamera();
  const directory = new TestDirectory();
  directory.put(cameraDevice('gate', camera.url.replace('127.0.0.1', 'localhost')));
  const adapter = onvifAdapter(directory, new TestIntake(), { deviceNetworks: ['10.0.0.0/8', '192.168.0.0/16'] });
  onTestFinished(async () => {
    await adapter.stop();
    await camera.stop();
  });
  await adapter.start();
  await expect.poll(() => adapter.status()[0]?.state).toBe('refused-address');
  expect(await adapter.snapshot('gate')).toMatchObject({ ok: false, error: { reason: 'refused-address' } });
  expect(camera.heard).toEqual([]);
});

it('stops within its time, though a camera trickles its answer to the first call', async () => {
  const camera = await startScriptedCamera();
  const directory = new TestDirectory();
  directory.put(cameraDevice('gate', camera.url));
  const adapter = onvifAdapter(directory, new TestIntake());
  onTestFinished(() => camera.stop());
  camera.script('GetServices', trickling);
  await adapter.start();
  await camera.heardOf('GetServices', 1);
  const startedAt = performance.now();
  await adapter.stop();
  expect(performance.now() - startedAt).toBeLessThan(QUICK_TIMES.unsubscribeMs + 500);
});
