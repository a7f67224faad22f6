import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checkAll } from './check.ts';
import { type Stage, setStage } from './stage.ts';
import { playInTurn } from './stories.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const CHECK_WITHIN_MS = 120_000;

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());

/** Once, headless, in a folder of its own, within two minutes. */
async function check(): Promise<boolean> {
  const dataDir = mkdtempSync(join(tmpdir(), 'fengsui-demo-'));
  const stop = AbortSignal.any([stopping.signal, AbortSignal.timeout(CHECK_WITHIN_MS)]);
  try {
    const isSound = await onStage(dataDir, stop, (stage) => checkAll(stage, stop));
    if (!isSound) tellTrouble(dataDir);
    return isSound;
  } catch (error) {
    tellTrouble(dataDir);
    throw error;
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const TROUBLE_LINES = 20;
/** What the gateway itself complained of (pino's levels from 40 on), since its folder goes with us. */
function tellTrouble(dataDir: string): void {
  const lines = readFileSync(join(dataDir, 'gateway.log'), 'utf8').split('\n');
  const complaints = lines.filter((line) => !/^\{"level":[123]0,/.test(line) && line !== '');
  say(`\n网关日志中的警告 / the gateway's warnings:\n${complaints.slice(0, TROUBLE_LINES).join('\n')}`);
}

/** Until Ctrl-C. */
async function show(): Promise<boolean> {
  const { signal } = stopping;
  return await onStage(resolve(process.env['FENGSUI_DATA_DIR'] || 'data/demo'), signal, async (stage) => {
    welcome(stage);
    await playInTurn(stage.fleet, say, signal);
    say('\n正在停止 / stopping');
    return true;
  });
}

async function onStage(dataDir: string, stop: AbortSignal, play: (stage: Stage) => Promise<boolean>): Promise<boolean> {
  say('正在启动网关和模拟设备（首次需绘制画面，约一分钟） / starting the gateway and the devices');
  const stage = await setStage(dataDir, process.env, stop);
  try {
    return await Promise.race([play(stage), stage.gateway.lost]);
  } finally {
    await stage.stop();
  }
}

function welcome({ gateway, people, adminPassword }: Stage): void {
  say(`\n烽燧 Fengsui  ${gateway.address}\n`);
  for (const { username, password, about } of people) say(`  ${username.padEnd(10)} ${password.padEnd(14)} ${about}`);
  say(`  ${'admin'.padEnd(10)} ${adminPassword.padEnd(14)} 管理员 / administrator`);
  say('\nCtrl-C 停止 / stops everything\n');
}

function wordsOf(error: unknown): string {
  if (stopping.signal.aborted) return '已中断 / stopped before it was done';
  if (error instanceof DOMException && error.name === 'TimeoutError') return '120 秒内未完成 / not done within 120 s';
  return error instanceof Error ? error.message : String(error);
}

try {
  process.exitCode = (await (values.check ? check() : show())) ? 0 : 1;
} catch (error) {
  if (!stopping.signal.aborted || values.check) {
    say(`✗ ${wordsOf(error)}`);
    process.exitCode = 1;
  }
}
// Whatever is still open (a device that cannot sign off) must not hold the end back.
process.exit();
