import { existsSync } from 'node:fs';
import pino from 'pino';
import { CatalogueBroken } from '../config/csv-table.ts';
import { faultText } from '../config/fault.ts';
import { configFileOf, loadSettings } from '../config/load.ts';
import type { Settings } from '../config/settings.ts';
import { openGateway } from './gateway.ts';

/*
 * The process: settings in, signals of the operating system, exit codes. 0 after a stop that was asked for, 1 when it
 * cannot start or has lost what it cannot work without; whoever supervises it starts it again.
 */

/** How long a stop may take before it is cut short: a supervisor kills after 30 s or so. */
const STOP_WITHIN_MS = 20_000;

function readSettings(): Settings {
  const file = configFileOf(process.env);
  const isNamed = Boolean(process.env['FENGSUI_CONFIG']);
  const loaded = loadSettings({ file: isNamed || existsSync(file) ? file : undefined, env: process.env });
  if (loaded.ok) return loaded.value;
  for (const fault of loaded.error) process.stderr.write(`${faultText(fault)}\n`);
  process.exit(1);
}

async function run(settings: Settings): Promise<void> {
  const log = pino({ level: settings.logLevel, base: null });
  const announce = (password: string) => process.stdout.write(`管理员首次登录 / first sign-in: admin  ${password}\n`);
  const onLost = (error: unknown) => {
    log.fatal({ err: error }, 'the journal is lost; the gateway ends so that it can be started again');
    process.exit(1);
  };
  const gateway = await openGateway(settings, { log, announce, onLost, now: Date.now, random: Math.random });
  log.info({ address: gateway.address, mqtt: gateway.mqttUrl }, 'ready');

  let isStopping = false;
  const stop = async (): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    const timer = setTimeout(() => {
      log.error('the stop took too long and is cut short');
      process.exit(1);
    }, STOP_WITHIN_MS);
    await gateway.stop();
    clearTimeout(timer);
    log.info('stopped');
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

try {
  await run(readSettings());
} catch (error) {
  const text = error instanceof CatalogueBroken || error instanceof Error ? error.message : String(error);
  process.stderr.write(`无法启动 / cannot start: ${text}\n`);
  process.exit(1);
}
