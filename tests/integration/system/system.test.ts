import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { failed } from '../../../gateway/domain/result.ts';
import { SystemStatus } from '../../../gateway/http/contract/system.ts';
import { startGateway } from '../../parts/gateway.ts';
import { ADMIN_PASSWORD, CITY, person, startHttpGateway } from '../../parts/http-gateway.ts';
import { FOLLOWING, quietSystem } from '../../parts/quiet-system.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

it('shows a running gateway without a fault, its journal, followers, broker, archive and disk', async () => {
  const gateway = await startGateway({ dataDir: await temporaryFolder(onTestFinished) }, onTestFinished);
  await gateway.signIn();
  await expect
    .poll(async () =>
      SystemStatus.parse(await gateway.call('GET', '/api/v1/system')).followers.every(({ lag }) => lag === 0),
    )
    .toBe(true);
  const status = SystemStatus.parse(await gateway.call('GET', '/api/v1/system'));
  expect(status.problems.filter(({ code }) => !code.startsWith('disk'))).toEqual([]);
  expect(status.followers.map(({ name }) => name)).toEqual(expect.arrayContaining(['values', 'archive', 'evidence']));
  expect(new Set(status.followers.map(({ status: is }) => is))).toEqual(new Set(['following']));
  expect(status.journal.head).toBeGreaterThan(0);
  expect(status.broker).toMatchObject({ url: gateway.mqttUrl, connected: true });
  expect(status.archive).toEqual({ ok: true, refused: 0 });
  expect(status.disk?.freeBytes).toBeGreaterThan(0);
  expect(status.queues).toEqual([
    { name: 'journal', waiting: expect.any(Number), max: 50_000 },
    { name: 'mqtt', waiting: 0, max: 2_000 },
  ]);
});

it('pauses a follower until an administrator resumes it, also over a SIGKILL', async () => {
  const dataDir = await temporaryFolder(onTestFinished);
  const first = await startGateway({ dataDir }, onTestFinished);
  await first.signIn();
  await first.call('POST', '/api/v1/system/followers/archive/pause', undefined, 204);
  await first.kill();

  const second = await startGateway({ dataDir }, onTestFinished);
  await second.signIn();
  const paused = SystemStatus.parse(await second.call('GET', '/api/v1/system'));
  expect(paused.followers).toContainEqual(
    expect.objectContaining({ name: 'archive', status: 'paused', pausedBy: 'admin' }),
  );
  expect(paused.problems).toContainEqual(
    expect.objectContaining({ code: 'follower-paused', subject: 'archive', severity: 4 }),
  );
  await second.call('POST', '/api/v1/system/followers/archive/resume', undefined, 204);
  await expect
    .poll(async () => {
      const { followers } = SystemStatus.parse(await second.call('GET', '/api/v1/system'));
      return followers.find(({ name }) => name === 'archive');
    })
    .toMatchObject({ status: 'following', lag: 0 });
});

it('says which linkages of the catalogue tell nobody, until they have an address', async () => {
  const dataDir = await temporaryFolder(onTestFinished);
  const config = join(dataDir, 'fengsui.yaml');
  const webhooks = 'patrol: { url: "http://127.0.0.1:9/sms" }, property: { url: "http://127.0.0.1:9/sms" }';
  await writeFile(config, `linkages: { shipped: true, webhooks: { ${webhooks} } }\n`);
  const gateway = await startGateway({ dataDir, env: { FENGSUI_CONFIG: config } }, onTestFinished);
  await gateway.signIn();
  const status = SystemStatus.parse(await gateway.call('GET', '/api/v1/system'));
  expect(status.linkages.off).toEqual(['notify-maintenance']);
  const said = status.problems.filter(({ code }) => code === 'linkage-off');
  expect(said).toMatchObject([{ subject: 'notify-maintenance', severity: 4 }]);
});

it('is read by administrator and auditor, switched by the administrator alone, and every switch is in the trail', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  const auditor = await person(gateway, 'auditor-1', { role: 'auditor', regions: [CITY] });
  const dispatcher = await person(gateway, 'dispatcher-1');
  expect((await auditor.get('/system')).status).toBe(200);
  expect((await dispatcher.get('/system')).status).toBe(403);
  expect((await auditor.post('/system/followers/archive/pause', undefined)).status).toBe(403);
  expect((await admin.post('/system/followers/nobody/pause', undefined)).body).toMatchObject({
    status: 404,
    field: 'name',
    expected: 'archive, evidence',
  });
  expect((await admin.post('/system/followers/archive/pause', undefined)).status).toBe(204);
  const trail = await auditor.get('/audit');
  expect(trail.body).toMatchObject({
    items: expect.arrayContaining([
      expect.objectContaining({ by: 'admin', act: 'system.control', result: 'done' }),
      expect.objectContaining({ by: 'auditor-1', act: 'system.control', result: 'refused' }),
    ]),
  });
});

it('lists what is wrong worst first, each with what to do in both tongues', async () => {
  const gateway = await startHttpGateway(onTestFinished, {
    ports: {
      health: [
        { name: 'mqtt', fault: () => 'the broker is not connected' },
        { name: 'live', fault: () => 'it ended' },
      ],
      system: {
        ...quietSystem({ pauseOf: () => undefined, keptOf: () => ({ count: 0, latest: [] }) } as never),
        followers: () => [
          { name: 'archive', lag: 20, state: { ...FOLLOWING, status: 'retrying', lastError: 'no route' } },
          { name: 'evidence', lag: 20_000, state: { ...FOLLOWING, missed: 7 } },
        ],
        setAsideOf: (name) => ({ count: name === 'archive' ? 1 : 0, latest: [] }),
        queues: () => [{ name: 'mqtt', waiting: 1_900, max: 2_000 }],
        broker: () => ({ url: '', connected: false, counts: {} }),
        archive: { check: async () => failed('401 to a query'), refused: () => 3 },
        disk: async () => ({ freeBytes: 2 ** 40, totalBytes: 2 ** 41, daysLeft: 1.5 }),
      },
    },
  });
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  const { problems } = SystemStatus.parse((await admin.get('/system')).body);
  expect(problems.map(({ severity, code, subject }) => [severity, code, subject])).toEqual([
    [1, 'broker-down', undefined],
    [1, 'disk-critical', undefined],
    [1, 'part-down', 'live'],
    [2, 'queue-full', 'mqtt'],
    [2, 'entries-missed', 'evidence'],
    [3, 'follower-failing', 'archive'],
    [3, 'entries-set-aside', 'archive'],
    [3, 'follower-behind', 'evidence'],
    [3, 'archive-down', undefined],
    [4, 'archive-refused', undefined],
  ]);
  for (const { title, action } of problems) {
    for (const { zh, en } of [title, action]) expect([zh.length > 3, en.length > 9]).toEqual([true, true]);
  }
});

it('answers within seconds though the archive does not, and without a disk that can be read', async () => {
  const gateway = await startHttpGateway(onTestFinished, {
    ports: {
      system: {
        ...quietSystem({ pauseOf: () => undefined, keptOf: () => ({ count: 0, latest: [] }) } as never),
        archive: { check: () => new Promise(() => undefined), refused: () => 0 },
        disk: () => Promise.reject(new Error('ENOENT')),
      },
    },
  });
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  const { problems } = SystemStatus.parse((await admin.get('/system')).body);
  expect(problems.map(({ code }) => code)).toEqual(['disk-unknown', 'archive-down']);
});

it('counts the dead letters of the last day by reason, and not those before', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  const lose = (reason: 'unknown-code' | 'not-json', times: number) =>
    gateway.journal.append(
      Array.from({ length: times }, () => {
        const fault = { reason, field: 'type', value: 'x', expected: 'y' };
        const letter = { kind: 'dead-letter' as const, topic: 't', fault, payload: '{}' };
        const entry = { kind: 'dead-letter' as const, letter };
        return { subject: 'dead-letter', expectedVersion: undefined, entries: [{ entry, alarm: undefined }] };
      }),
    );
  await lose('unknown-code', 3);
  await lose('not-json', 2);
  const { deadLetters, problems } = SystemStatus.parse((await admin.get('/system')).body);
  expect(deadLetters).toMatchObject({ count: 5, isMore: false, byReason: { 'unknown-code': 3, 'not-json': 2 } });
  expect(problems).toMatchObject([{ code: 'dead-letters', severity: 4, detail: '5' }]);
  gateway.advance(25 * 3_600_000);
  const tomorrow = await gateway.as('admin', ADMIN_PASSWORD);
  expect(SystemStatus.parse((await tomorrow.get('/system')).body).deadLetters).toMatchObject({
    count: 0,
    byReason: {},
  });
});
