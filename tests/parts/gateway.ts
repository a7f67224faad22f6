import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { Session } from '../../gateway/http/contract/people.ts';
import type { OnFinished } from './temporary-folder.ts';
import { isTelling, secret, secretKey, tell, tellAnswer } from './told.ts';

const MAIN = join(import.meta.dirname, '../../gateway/main.ts');
export const ADMIN_PASSWORD = secret('a password for tests');

export type GatewayOptions = Readonly<{
  dataDir: string;
  mqttUrl?: string;
  env?: Readonly<Record<string, string>>;
  /** The program to run in place of the gateway's own, which it starts after a change to it. */
  main?: string;
}>;

/** A gateway in a process of its own, on a free port, as an operator would run it. */
export class RunningGateway {
  readonly #child: ChildProcess;
  readonly url: string;
  readonly mqttUrl: string;
  #token = '';

  constructor(child: ChildProcess, url: string, mqttUrl: string) {
    this.#child = child;
    this.url = url;
    this.mqttUrl = mqttUrl;
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  kill = (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => end(this.#child, signal);
  stop = async (): Promise<void> => {
    if (isTelling) await this.#tellMetrics();
    await end(this.#child, 'SIGTERM');
  };

  async signIn(username = 'admin', password = ADMIN_PASSWORD): Promise<z.infer<typeof Session>> {
    const session = Session.parse(await this.call('POST', '/api/v1/session', { username, password }));
    this.#token = session.token;
    return session;
  }

  /** The answer's JSON; an answer that is no success is thrown with its text, unless `expected` is its status. */
  async call(method: string, path: string, body?: unknown, expected?: number): Promise<unknown> {
    const response = await fetch(new URL(path, this.url), {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.#token === '' ? {} : { authorization: `Bearer ${this.#token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    tellAnswer({ method, path, body, ok: response.ok, text });
    if (expected === undefined ? !response.ok : response.status !== expected) {
      throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    }
    return text === '' ? undefined : JSON.parse(text);
  }

  /** What it counted until now, for the search of the suite. */
  async #tellMetrics(): Promise<void> {
    if (this.#token === '' || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const headers = { authorization: `Bearer ${this.#token}` };
    const answer = await fetch(new URL('/metrics', this.url), { headers }).catch(() => undefined); // a stuck one is stopped all the same
    if (answer !== undefined) tell(await answer.text());
  }
}

export async function startGateway(options: GatewayOptions, onTestFinished: OnFinished): Promise<RunningGateway> {
  const child = spawn(process.execPath, [options.main ?? MAIN], {
    stdio: ['ignore', 'pipe', isTelling ? 'pipe' : 'inherit'],
    env: {
      ...(isTelling ? { FENGSUI_LOG_LEVEL: 'debug' } : {}),
      PATH: process.env['PATH'],
      FENGSUI_DATA_DIR: options.dataDir,
      FENGSUI_HTTP_PORT: '0',
      FENGSUI_MQTT_PORT: '0',
      FENGSUI_ADMIN_PASSWORD: ADMIN_PASSWORD,
      FENGSUI_DEVICE_NETWORKS: '127.0.0.0/8',
      ...(options.mqttUrl === undefined ? {} : { FENGSUI_MQTT_URL: options.mqttUrl }),
      ...options.env,
    },
  });
  for (const [name, value] of Object.entries(options.env ?? {})) if (/PASSWORD|TOKEN/.test(name)) secret(value);
  child.stderr?.pipe(process.stderr, { end: false });
  if (isTelling) for (const output of [child.stdout, child.stderr]) tellLines(output);
  onTestFinished(() => end(child, 'SIGKILL'));
  const { address, mqtt } = await readyLine(child);
  secretKey(join(options.dataDir, 'vault.key'));
  return new RunningGateway(child, address, mqtt);
}

const ReadyLine = z.object({ msg: z.literal('ready'), address: z.string(), mqtt: z.string() });

async function readyLine(child: ChildProcess): Promise<z.infer<typeof ReadyLine>> {
  if (child.stdout === null) throw new Error('the gateway has no output');
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    const ready = line.startsWith('{') ? ReadyLine.safeParse(JSON.parse(line)) : undefined;
    if (ready?.success !== true) continue;
    child.stdout.resume(); // nobody reads on, and the gateway must not wait for that
    return ready.data;
  }
  throw new Error(`the gateway ended before it was ready:\n${said.join('\n')}`);
}

function tellLines(output: Readable | null): void {
  if (output !== null) createInterface({ input: output }).on('line', tell);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}
