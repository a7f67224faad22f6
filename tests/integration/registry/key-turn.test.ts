import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { turnKey } from '../../../gateway/registry/key-turn.ts';
import { openVault } from '../../../gateway/registry/vault.ts';
import { person, startHttpGateway } from '../../parts/http-gateway.ts';
import { secret } from '../../parts/told.ts';

const BY = { name: 'test', centre: undefined };
const [CAMERA, GROUP] = [secret('seven tulips at the lens'), secret('nine crocuses for the group')];

/** A gateway with secrets in both places, and the secrets as the log holds them now. */
async function site() {
  const gateway = await startHttpGateway(onTestFinished);
  const present = gateway.registry.find('camera-k812');
  if (present === undefined) throw new Error('no camera');
  const { version, ...camera } = present;
  const connection = { url: 'http://127.0.0.1:9/', username: 'admin', password: CAMERA };
  await gateway.registry.put({ ...camera, connection }, version, BY);
  const chief = await person(gateway, 'chief', { role: 'administrator' });
  await chief.put('/credential-groups/gates', { items: [{ username: 'admin', password: GROUP }] });
  const stored = () =>
    JSON.stringify([
      ...gateway.journal.queries.facts('device/'),
      ...gateway.journal.queries.facts('credential-group/'),
    ]);
  return { gateway, chief, stored };
}

it('seals every secret anew, throws the old key away, and devices and pseudonyms stay as they were', async () => {
  const { gateway, chief, stored } = await site();
  const [before, told] = [stored(), [] as string[]];
  gateway.registry.onChange((id) => told.push(id));
  const answer = await chief.post('/system/vault-key', {});
  expect(answer).toMatchObject({ status: 200, body: { secrets: 2 } });
  expect(stored()).not.toBe(before);
  expect(gateway.registry.find('camera-k812')?.connection?.password).toBe(CAMERA);
  expect(told).toEqual([]); // no camera is called anew
  const vault = openVault(join(gateway.folder, 'vault.key'));
  const [sealed = ''] = /v1:[A-Za-z0-9+/=]+/.exec(stored()) ?? [];
  const [old = ''] = /v1:[A-Za-z0-9+/=]+/.exec(before) ?? [];
  expect(vault.open(sealed, 'camera-k812')).toBe(CAMERA);
  expect(() => vault.open(old, 'camera-k812')).toThrow();
  expect(readFileSync(join(gateway.folder, 'vault.key'), 'utf8')).not.toContain(CAMERA);
  const seat = await person(gateway, 'seat', { role: 'operator' });
  expect((await seat.post('/system/vault-key', {})).status).toBe(403);
});

it('goes on where it was cut off, after each of its steps', async () => {
  const { gateway } = await site();
  const file = join(gateway.folder, 'turned.key');
  const vault = openVault(file);
  let sealed = { device: vault.seal(CAMERA, 'cam'), group: vault.seal(GROUP, 'credential group gates') };
  const facts = function* (prefix: string) {
    if (prefix === 'device/') yield { key: 'device/cam', value: { connection: { password: sealed.device } } };
    if (prefix === 'credential-group/') yield { key: 'credential-group/gates', value: [{ password: sealed.group }] };
  };
  const portsOf = (own: ReturnType<typeof openVault>, cutAt: number) => {
    let step = 0;
    const reach = (): void => {
      step += 1;
      if (step === cutAt) throw new Error('cut off');
    };
    return {
      vault: own,
      queries: { facts },
      devices: {
        reseal: async () => {
          reach();
          sealed = { ...sealed, device: own.seal(own.open(sealed.device, 'cam'), 'cam') };
        },
      },
      others: async () => {
        reach();
        const context = 'credential group gates';
        sealed = { ...sealed, group: own.seal(own.open(sealed.group, context), context) };
      },
    };
  };
  for (const cutAt of [1, 2]) {
    await expect(turnKey(portsOf(openVault(file), cutAt), BY)).rejects.toThrow('cut off');
    expect(openVault(file).isTurning()).toBe(true);
  }
  expect(await turnKey(portsOf(openVault(file), 0), BY)).toBe(2);
  const after = openVault(file);
  expect([after.isTurning(), after.open(sealed.device, 'cam')]).toEqual([false, CAMERA]);
});
