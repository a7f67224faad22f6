import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { formsOf, searchTold } from '../../../setup/nothing-secret.mjs';

const SECRET = '密码 Ab"1/9';

/** The folder as the starters leave it. */
function toldFolder(told: string, secrets: readonly string[] = [SECRET]): string {
  const folder = mkdtempSync(join(tmpdir(), 'fengsui-told-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'told-1.txt'), told);
  writeFileSync(join(folder, 'secrets-1.jsonl'), secrets.map((one) => `${JSON.stringify(one)}\n`).join(''));
  return folder;
}

const asJson = JSON.stringify(SECRET).slice(1, -1);
it.each([
  ['as it is', SECRET],
  ['in a URL', encodeURIComponent(SECRET)],
  ['in a form', new URLSearchParams({ p: SECRET }).toString().slice(2)],
  ['in JSON', asJson],
  ['in JSON of JSON', JSON.stringify(asJson).slice(1, -1)],
  ['in JSON that is all ASCII', asJson.replace('密', '\\u5bc6').replace('码', '\\u7801')],
  ['in base64', Buffer.from(SECRET).toString('base64')],
  ['in base64 of a sign-in', Buffer.from(`admin:${SECRET}`).toString('base64')],
  ['in base64 of another sign-in', Buffer.from(`root:${SECRET}:x`).toString('base64')],
  ['in base64 of a third', Buffer.from(`duty1:${SECRET}`).toString('base64url')],
  ['in hex', Buffer.from(SECRET).toString('hex')],
])('finds a secret %s, with file and line, and does not say it again', async (_, form) => {
  const folder = toldFolder(`{"level":30}\n{"msg":"sign-in of ${form} and ${form}"}\nlast`);
  const { findings, secrets } = await searchTold(folder);
  expect(secrets).toBe(1);
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatch(/^told-1\.txt:2 .*sign-in of .*<secret>/);
  for (const one of formsOf(SECRET)) expect(findings[0]).not.toContain(one);
});

it('finds nothing where a text only resembles one, and finds it at the very end of a file', async () => {
  expect((await searchTold(toldFolder(`${SECRET.slice(0, -1)}\n密码 ab"1/9\n`))).findings).toEqual([]);
  expect((await searchTold(toldFolder(`a\nb ${SECRET}`))).findings).toEqual(['told-1.txt:2 b <secret>']);
});

it('finds it across the pieces in which a long file is read', async () => {
  const folder = toldFolder(`${'x'.repeat(1024 * 1024 - 4)}${SECRET}\n`);
  expect((await searchTold(folder)).findings).toHaveLength(1);
});

it('says how much it was not given', async () => {
  const folder = toldFolder('a\n');
  writeFileSync(join(folder, 'beyond-1.txt'), '10\n5\n');
  expect(await searchTold(folder)).toMatchObject({ beyond: 15, bytes: 2 });
});
