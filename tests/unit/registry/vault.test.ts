import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openVault } from '../../../gateway/registry/vault.ts';

function keyFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fengsui-vault-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'vault.key');
}

it('opens by the old key while it turns, by the new one alone after it, and pseudonyms stay', () => {
  const file = keyFile();
  const vault = openVault(file);
  const [old, name] = [vault.seal('tulip', 'cam-1'), vault.pseudonym('card 7')];
  vault.turn();
  expect([vault.isTurning(), vault.open(old, 'cam-1'), vault.isNew(old, 'cam-1')]).toEqual([true, 'tulip', false]);
  const fresh = vault.seal('tulip', 'cam-1');
  const again = openVault(file); // a kill between the two steps
  expect([again.isTurning(), again.open(old, 'cam-1'), again.isNew(fresh, 'cam-1')]).toEqual([true, 'tulip', true]);
  again.forgetOld();
  expect(() => again.open(old, 'cam-1')).toThrow('the secret of cam-1');
  expect([again.open(fresh, 'cam-1'), again.pseudonym('card 7'), again.isTurning()]).toEqual(['tulip', name, false]);
  expect(openVault(file).open(fresh, 'cam-1')).toBe('tulip');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('keeps what was sealed before keys could be turned, binds it to its owner, and refuses a file that is no key', () => {
  const file = keyFile();
  const key = Buffer.alloc(32, 7);
  writeFileSync(file, key, { mode: 0o644 });
  const vault = openVault(file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const sealed = vault.seal('tulip', 'cam-1');
  expect(() => vault.open(sealed, 'cam-2')).toThrow('another owner');
  expect(() => vault.open('v9:AAAA', 'cam-1')).toThrow('unknown here');
  vault.turn();
  expect(readFileSync(file, 'utf8')).not.toContain('tulip');
  writeFileSync(file, 'no key');
  expect(() => openVault(file)).toThrow('restore it from the backup');
});
