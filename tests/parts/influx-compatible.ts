import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { freePort, type OnFinished } from './influxdb.ts';

const PROGRAM = 'victoria-metrics';
/** Of what it exports, a line each: labels, values and times (ms). */
const Exported = z.object({
  metric: z.record(z.string(), z.string()),
  values: z.array(z.number()),
  timestamps: z.array(z.number()),
});
export type Series = z.infer<typeof Exported>;

/** Debian's victoria-metrics: a real server that takes InfluxDB's 2.x writes. It keeps numbers, and no texts. */
export class VictoriaMetrics {
  readonly url: string;
  constructor(url: string) {
    this.url = url;
  }

  /** Every series whose name begins so, after all that was taken has become visible. */
  async series(prefix: string): Promise<readonly Series[]> {
    await fetch(`${this.url}/internal/force_flush`);
    const match = new URLSearchParams({ 'match[]': `{__name__=~"${prefix}.*"}` });
    const answer = await fetch(`${this.url}/api/v1/export?${match}`);
    const lines = (await answer.text()).split('\n').filter((line) => line !== '');
    return lines.map((line) => Exported.parse(JSON.parse(line)));
  }
}

export async function startVictoriaMetrics(onFinished: OnFinished): Promise<VictoriaMetrics> {
  const folder = await mkdtemp(join(tmpdir(), 'fengsui-victoria-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  const server = spawn(
    PROGRAM,
    [
      `-storageDataPath=${folder}`,
      `-httpListenAddr=${new URL(url).host}`,
      '-retentionPeriod=100y',
      '-loggerLevel=ERROR',
    ],
    { stdio: 'ignore' },
  );
  const ended = Promise.race([
    once(server, 'error').then(() => `${PROGRAM} is not installed: apt-get install victoria-metrics`),
    once(server, 'exit').then(() => `${PROGRAM} ended before it answered`),
  ]);
  onFinished(async () => {
    if (server.pid !== undefined && server.exitCode === null && server.signalCode === null) {
      server.kill('SIGKILL');
      await once(server, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  });
  const fault = await Promise.race([ended, answers(url)]);
  if (fault !== undefined) throw new Error(fault);
  return new VictoriaMetrics(url);
}

async function answers(url: string): Promise<undefined> {
  while ((await fetch(`${url}/health`).catch(() => undefined))?.ok !== true) await sleep(25);
}
