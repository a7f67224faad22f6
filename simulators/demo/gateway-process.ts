import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../gateway/main.ts', import.meta.url));
const POLL_MS = 100;
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 25_000;

export type GatewayChild = Readonly<{
  address: string;
  /** Where it writes its log, for who wants to know why. */
  logFile: string;
  /** Rejects when it ends before it was told to. */
  lost: Promise<never>;
  stop(): Promise<void>;
}>;

/** Starts the gateway as any supervisor would and waits until it takes signals and operators. */
export async function startGateway(env: NodeJS.ProcessEnv, dataDir: string, port: number): Promise<GatewayChild> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const logFile = join(dataDir, 'gateway.log');
  const log = createWriteStream(logFile, { flags: 'a', mode: 0o600 });
  const child = spawn(process.execPath, [MAIN], {
    env: { ...env, FENGSUI_HTTP_HOST: '127.0.0.1', FENGSUI_HTTP_PORT: String(port), FENGSUI_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // Ctrl-C is for us: the gateway stops when we have no more use for it
  });
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  const state = { isStopping: false };
  const lost = endOf(child, state, logFile);
  lost.catch(() => {}); // told to whoever waits for it
  const address = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    state.isStopping = true;
    await stopChild(child);
    log.end();
  };
  try {
    await Promise.race([ready(address), lost]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { address, logFile, lost, stop };
}

async function endOf(child: ChildProcess, state: { isStopping: boolean }, logFile: string): Promise<never> {
  const [code, signal] = await once(child, 'exit');
  if (state.isStopping) return await new Promise(() => {}); // asked for: nobody is told
  throw new Error(`网关自行退出 / the gateway ended by itself (${code ?? signal}): ${logFile}`);
}

async function ready(address: string): Promise<void> {
  const until = Date.now() + READY_WITHIN_MS;
  let last = 'no answer';
  while (Date.now() < until) {
    const answer = await fetch(`${address}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    if (answer?.ok === true) return;
    if (answer !== undefined) last = `${answer.status} ${await answer.text()}`;
    await sleep(POLL_MS);
  }
  throw new Error(`the gateway was not ready within 60 s: ${last}`);
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  child.kill('SIGTERM');
  await ended;
  clearTimeout(timer);
}
