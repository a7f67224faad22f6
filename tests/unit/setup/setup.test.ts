import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { hashOf } from '../../../setup/console.mjs';
import { isInstalled } from '../../../setup/packages.mjs';
import { runsTypeScript } from '../../../setup/runtime.mjs';
import { secondTries, tally } from '../../../setup/tests.mjs';

it.each([
  ['20.20.2', false],
  ['22.14.0', false],
  ['22.17.1', false],
  ['22.18.0', true],
  ['23.5.0', false],
  ['23.6.0', true],
  ['24.0.0', true],
  ['26.1.0', true],
])('knows whether Node %s runs TypeScript as it is', (version, does) => {
  expect(runsTypeScript(version)).toBe(does);
});

const manifest = { devDependencies: { a: '1.0.0' } };
const lock = {
  packages: {
    '': {},
    'node_modules/a': { version: '1.0.0' },
    'node_modules/b-darwin': { version: '2.0.0' },
  },
};
it.each([
  ['nothing is installed', undefined, false],
  ['all is there but what is for another platform', { packages: { 'node_modules/a': { version: '1.0.0' } } }, true],
  ['a package is of another version', { packages: { 'node_modules/a': { version: '1.0.1' } } }, false],
  ['a package is missing', { packages: {} }, false],
  [
    'a package is there that the lock no longer has',
    { packages: { 'node_modules/a': { version: '1.0.0' }, 'node_modules/c': { version: '1.0.0' } } },
    false,
  ],
])('sees that %s', (_what, installed, is) => {
  expect(isInstalled(manifest, lock, installed)).toBe(is);
});

const test = (status: string) => ({ status });
it('adds up checks and tests', () => {
  const report = {
    testResults: [{ status: 'passed', assertionResults: [test('passed'), test('passed'), test('pending')] }],
  };
  expect(tally([true, false], report, 0)).toEqual({ passed: 3, failed: 1, skipped: 1 });
});

it('names what went well at its second try only, and by what it failed before', () => {
  const tests = [
    { status: 'passed', fullName: 'calm', failureMessages: [] },
    { status: 'passed', fullName: 'shaky', failureMessages: ['Error: not yet\n at line 3'] },
    { status: 'failed', fullName: 'broken', failureMessages: ['Error: never'] },
  ];
  expect(secondTries({ testResults: [{ assertionResults: tests }] })).toEqual(['shaky: Error: not yet']);
  expect(secondTries(undefined)).toEqual([]);
});

it('counts a test file that could not be loaded, and a runner that left no report', () => {
  expect(tally([], { testResults: [{ status: 'failed', assertionResults: [] }] }, 1)).toMatchObject({ failed: 1 });
  expect(tally([true], undefined, 134)).toEqual({ passed: 1, failed: 1, skipped: 0 });
});

it('counts an error outside of all tests, once', () => {
  const report = (status: string) => ({ testResults: [{ status: 'passed', assertionResults: [test(status)] }] });
  expect(tally([], report('passed'), 1)).toMatchObject({ passed: 1, failed: 1 });
  expect(tally([], report('failed'), 1)).toMatchObject({ passed: 0, failed: 1 });
});

it('builds again when a source has changed, not when a build result has', () => {
  const root = mkdtempSync(join(tmpdir(), 'fengsui-setup-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'console', 'dist'), { recursive: true });
  writeFileSync(join(root, 'console', 'a.vue'), 'one');
  const first = hashOf(root, ['console', 'absent.json']);
  writeFileSync(join(root, 'console', 'dist', 'a.js'), 'built');
  expect(hashOf(root, ['console', 'absent.json'])).toBe(first);
  writeFileSync(join(root, 'console', 'a.vue'), 'two');
  expect(hashOf(root, ['console', 'absent.json'])).not.toBe(first);
});

it('answers an unknown task with the list of tasks', () => {
  const { status, stderr } = spawnSync(process.execPath, ['setup/run.mjs', 'dance'], { encoding: 'utf8' });
  expect(status).toBe(2);
  for (const task of ['demo', 'start', 'test', 'bench', 'check-config']) expect(stderr).toContain(`  ${task}`);
});

it('has a script of package.json for each task', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  for (const task of ['demo', 'start', 'test', 'bench', 'check-config', 'build'])
    expect(scripts[task]).toBe(`node setup/run.mjs ${task}`);
});
