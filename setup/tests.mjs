import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { searchTold } from './nothing-secret.mjs';
import { runCommand } from './run-command.mjs';
import { say } from './say.mjs';

/** Lint and types, each counted as one test: a fault there is a failure like any other. */
const CHECKS = [
  {
    zh: '规范检查',
    en: 'lint and format',
    program: '@biomejs/biome/bin/biome',
    args: ['check', '--error-on-warnings'],
  },
  { zh: '类型检查', en: 'types', program: 'typescript-native/bin/tsc', args: ['-p', '.'] },
  {
    zh: '界面类型检查',
    en: 'types of the console',
    program: 'vue-tsc/bin/vue-tsc.js',
    args: ['--noEmit', '-p', 'console'],
  },
];

/**
 * Lint, types and tests; prints `N passed, N failed` as the last line. With arguments only the tests that they name.
 * @param {string} root @param {NodeJS.ProcessEnv} env @param {readonly string[]} args @returns {Promise<number>} exit code
 */
export async function runTests(root, env, args) {
  const checked = args.length > 0 ? [] : await runChecks(root, env);
  const { report, code, isClean } = await runVitest(root, env, args);
  const counts = tally([...checked, isClean], report, code);
  for (const name of secondTries(report)) say(`第二次才通过：${name}`, `passed at its second try only: ${name}`);
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
  return counts.failed > 0 ? 1 : 0;
}

/** @param {string} root @param {NodeJS.ProcessEnv} env @returns {Promise<boolean[]>} */
async function runChecks(root, env) {
  const results = [];
  for (const { zh, en, program, args } of CHECKS) {
    say(zh, en);
    const code = await runCommand('node', [join(root, 'node_modules', program), ...args], { cwd: root, env });
    if (code !== 0) say(`${zh}未通过`, `${en}: failed`);
    results.push(code === 0);
  }
  return results;
}

/** @param {string} root @param {NodeJS.ProcessEnv} env @param {readonly string[]} args */
async function runVitest(root, env, args) {
  const folder = mkdtempSync(join(tmpdir(), 'fengsui-tests-'));
  const file = join(folder, 'report.json');
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  say('测试', 'tests');
  const told = join(folder, 'told');
  mkdirSync(told);
  try {
    const telling = { ...env, FENGSUI_TOLD_DIR: told };
    const code = await runCommand('node', [vitest, 'run', ...reporters, ...args], { cwd: root, env: telling });
    const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
    return { code, report, isClean: await isNothingSecretIn(told) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The tests that failed once and then went well: what they met is to be looked into, though the run is no failure.
 * @param {{ testResults: { assertionResults: { status: string, fullName?: string, failureMessages?: string[] }[] }[] } | undefined} report
 * @returns {string[]} each with the first line of what it failed by
 */
export function secondTries(report) {
  const tests = (report?.testResults ?? []).flatMap(({ assertionResults }) => assertionResults);
  return tests
    .filter(({ status, failureMessages = [] }) => status === 'passed' && failureMessages.length > 0)
    .map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages?.[0]?.split('\n', 1)[0]}`);
}

/** The whole suite's log lines, answers, metrics and exports hold none of its secrets. @param {string} folder */
async function isNothingSecretIn(folder) {
  const { findings, secrets, bytes, beyond } = await searchTold(folder);
  const size = (/** @type {number} */ of) => `${(of / 2 ** 20).toFixed(1)} MiB`;
  const missed = beyond === 0 ? '' : `, ${size(beyond)} not kept`;
  say(`日志无密：${secrets} 个密码与令牌`, `nothing secret: ${secrets} secrets sought in ${size(bytes)}${missed}`);
  for (const finding of findings) process.stderr.write(`  ${finding}\n`);
  if (findings.length > 0) say('日志或回答中有密码', 'a secret stands in what was said: failed');
  return findings.length === 0;
}

/**
 * What passed and failed altogether. A test file that could not be loaded is one failure, and so is a runner that ends
 * badly although each test went well (an error outside of them, no report).
 * @param {readonly boolean[]} checked
 * @param {{ testResults: { status: string, assertionResults: { status: string }[] }[] } | undefined} report
 * @param {number} code exit code of the runner
 */
export function tally(checked, report, code) {
  const counts = { passed: checked.filter(Boolean).length, failed: checked.filter((is) => !is).length, skipped: 0 };
  let failedHere = 0;
  for (const { status, assertionResults } of report?.testResults ?? []) {
    const failed = assertionResults.filter((test) => test.status === 'failed').length;
    const passed = assertionResults.filter((test) => test.status === 'passed').length;
    counts.passed += passed;
    counts.skipped += assertionResults.length - passed - failed;
    failedHere += failed > 0 || status === 'passed' ? failed : 1;
  }
  counts.failed += failedHere === 0 && code !== 0 ? 1 : failedHere;
  return counts;
}
