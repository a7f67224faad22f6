import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export type OnFinished = (end: () => Promise<void>) => void;

/** A real InfluxDB 1.x (Debian's influxdb) with its own port and folder; it can be killed and started again. */
export class RealInflux {
  readonly url: string;
  readonly #folder: string;
  #process: ChildProcess | undefined;

  constructor(port: number, folder: string) {
    this.url = `http://127.0.0.1:${port}`;
    this.#folder = folder;
  }

  async start(): Promise<void> {
    const server = spawn('influxd', ['run', '-config', join(this.#folder, 'influxdb.conf')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#process = server;
    let said = '';
    server.stderr?.on('data', (chunk) => {
      said = (said + chunk).slice(-4000);
    });
    const ended = once(server, 'exit').then(() => Promise.reject(new Error(`influxd ended: ${said}`)));
    await Promise.race([ended, this.#answers()]);
    ended.catch(() => undefined); // it ends later because we end it
  }

  async kill(): Promise<void> {
    const server = this.#process;
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  }

  /** One statement; rows as objects, whole numbers of any size as text. */
  async query(q: string, database = 'fengsui', authorization?: string): Promise<Record<string, unknown>[]> {
    const answer = await fetch(`${this.url}/query`, {
      method: 'POST',
      body: new URLSearchParams({ db: database, q, epoch: 'ns' }),
      ...(authorization === undefined ? {} : { headers: { authorization } }),
    });
    const body = JSON.parse((await answer.text()).replace(/([[,])(\d{16,})(?=[,\]])/g, '$1"$2"'));
    const error = body.error ?? body.results?.[0]?.error;
    if (error !== undefined) throw new Error(error);
    return (body.results[0].series ?? []).flatMap((series: { columns: string[]; values: unknown[][] }) =>
      series.values.map((row) => Object.fromEntries(series.columns.map((column, at) => [column, row[at]]))),
    );
  }

  async #answers(): Promise<void> {
    while ((await fetch(`${this.url}/ping`).catch(() => undefined))?.status !== 204) await sleep(25);
  }
}

export async function startInfluxdb(onFinished: OnFinished, { authEnabled = false } = {}): Promise<RealInflux> {
  const folder = await mkdtemp(join(tmpdir(), 'fengsui-influxdb-'));
  const port = await freePort();
  await writeFile(join(folder, 'influxdb.conf'), configuration(folder, port, authEnabled));
  const influx = new RealInflux(port, folder);
  onFinished(async () => {
    await influx.kill();
    await rm(folder, { recursive: true, force: true });
  });
  await influx.start();
  return influx;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Nothing leaves the machine: no reporting, and the back-up port is on loopback like the other. */
const configuration = (folder: string, port: number, authEnabled: boolean): string => `
reporting-disabled = true
reporting-enabled = false
bind-address = "127.0.0.1:0"
[meta]
  dir = "${folder}/meta"
  reporting-disabled = true
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:${port}"
  auth-enabled = ${authEnabled}
  log-enabled = false
[logging]
  level = "error"
`;
