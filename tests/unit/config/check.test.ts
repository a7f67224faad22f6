import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

const check = (file: string) => spawnSync(process.execPath, ['config/check.ts', file], { encoding: 'utf8', env: {} });

it('ends with 0 and the settings for a sound file', () => {
  const { status, stdout } = check('config/fengsui.yaml');
  expect(status).toBe(0);
  expect(stdout).toContain('config/fengsui.yaml: 配置正确 / sound');
  expect(stdout).toContain('port: 8080');
});

it('ends with 1 and each fault on a line of its own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fengsui-check-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'bad.yaml'), 'logLevel: loud\nhttp:\n  port: x\n');
  const { status, stdout } = check(join(folder, 'bad.yaml'));
  expect(status).toBe(1);
  expect(stdout).toContain(
    "bad.yaml:1 logLevel is 'loud', expected fatal, error, warn, info, debug, trace or silent\n",
  );
  expect(stdout).toContain("bad.yaml:3 http.port is 'x', expected a whole number");
});
