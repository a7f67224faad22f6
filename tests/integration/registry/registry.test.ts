import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openSqliteJournal } from '../../../gateway/journal/sqlite.ts';
import { JournalledRegistry } from '../../../gateway/registry/journalled-registry.ts';
import { regionTree } from '../../../gateway/registry/region-tree.ts';
import { openVault } from '../../../gateway/registry/vault.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

const ADMIN = { name: 'admin', centre: undefined };
const TREE = regionTree(
  [
    { code: '360902000000', name: '袁州区', level: 'county' },
    { code: '360902001000', name: '灵泉街道', level: 'township', parent: '360902000000' },
  ],
  '{}',
);
const CAMERA = {
  id: 'yz-cam-0101',
  kind: 'camera',
  profile: 'onvif',
  name: '广场东',
  region: '360902001000',
  place: { km: 'K812+300' },
  connection: { url: 'http://10.0.3.7/onvif/device_service', username: 'operator', password: 'correct horse' },
  enabled: true,
} as const;

async function openRegistry(folder: string) {
  const journal = await openSqliteJournal(join(folder, 'journal.sqlite'), Date.now);
  const registry = new JournalledRegistry({
    journal,
    queries: journal.queries,
    vault: openVault(join(folder, 'vault.key')),
    regions: TREE,
    hasProfile: (profile) => profile === 'onvif',
    alarmTypeExists: (code) => code === 'community.panic',
  });
  return { registry, close: () => journal.close() };
}

it('keeps a device over a restart, its password sealed in the file and open in memory', async () => {
  const folder = await temporaryFolder(onTestFinished);
  const first = await openRegistry(folder);
  expect(await first.registry.put(CAMERA, undefined, ADMIN)).toMatchObject({ ok: true, value: { version: 1 } });
  await first.close();
  expect(readFileSync(join(folder, 'journal.sqlite'), 'latin1')).not.toContain('correct horse');
  expect(statSync(join(folder, 'vault.key')).mode & 0o777).toBe(0o600);
  const again = await openRegistry(folder);
  expect(again.registry.find(CAMERA.id)).toMatchObject({
    connection: { password: 'correct horse' },
    place: { kmValue: 812_300 },
  });
  await again.close();
});

it('refuses a region, a profile, a type and a post that nobody knows, by field', async () => {
  const { registry, close } = await openRegistry(await temporaryFolder(onTestFinished));
  const wrong: readonly [object, string][] = [
    [{ region: '360999000000' }, 'region'],
    [{ profile: 'telepathy' }, 'profile'],
    [{ types: { 3: 'community.moon' } }, 'types.3'],
    [{ place: { km: '812.3' } }, 'place.km'],
  ];
  for (const [change, field] of wrong) {
    const answer = await registry.put({ ...CAMERA, ...change }, undefined, ADMIN);
    expect(answer).toMatchObject({ ok: false, error: { kind: 'bad-value', fault: { field } } });
  }
  expect(registry.find(CAMERA.id)).toBeUndefined();
  await close();
});

it('lets one of two people through who save at once, and tells listeners of it once', async () => {
  const { registry, close } = await openRegistry(await temporaryFolder(onTestFinished));
  await registry.put(CAMERA, undefined, ADMIN);
  const heard: string[] = [];
  registry.onChange((_id, device) => heard.push(device?.name ?? 'removed'));
  const answers = await Promise.all([
    registry.put({ ...CAMERA, name: '甲' }, 1, ADMIN),
    registry.put({ ...CAMERA, name: '乙' }, 1, ADMIN),
  ]);
  expect(answers.map(({ ok }) => ok)).toEqual([true, false]);
  expect(heard).toEqual(['甲']);
  await registry.remove(CAMERA.id, ADMIN);
  expect(heard).toEqual(['甲', 'removed']);
  await close();
});

it('keeps the known password for the same address only', async () => {
  const { registry, close } = await openRegistry(await temporaryFolder(onTestFinished));
  await registry.put(CAMERA, undefined, ADMIN);
  const { password: _left, ...shown } = CAMERA.connection;
  await registry.put({ ...CAMERA, connection: shown }, 1, ADMIN);
  expect(registry.find(CAMERA.id)?.connection?.password).toBe('correct horse');
  await registry.put({ ...CAMERA, connection: { ...shown, url: 'http://10.9.9.9/onvif/device_service' } }, 2, ADMIN);
  expect(registry.find(CAMERA.id)?.connection?.password).toBeUndefined();
  await close();
});

it('pages through devices in the order of their ids', async () => {
  const { registry, close } = await openRegistry(await temporaryFolder(onTestFinished));
  for (const id of ['c', 'a', 'b', 'd']) await registry.put({ ...CAMERA, id }, undefined, ADMIN);
  const ids = (after: string | undefined) => registry.list(after, 2, () => true).map(({ id }) => id);
  expect([ids(undefined), ids('b'), ids('d')]).toEqual([['a', 'b'], ['c', 'd'], []]);
  await close();
});

it('opens a sealed password for its own device only', async () => {
  const vault = openVault(join(await temporaryFolder(onTestFinished), 'vault.key'));
  const sealed = vault.seal('correct horse', 'yz-cam-0101');
  expect(vault.open(sealed, 'yz-cam-0101')).toBe('correct horse');
  expect(() => vault.open(sealed, 'yz-cam-0102')).toThrow();
});
