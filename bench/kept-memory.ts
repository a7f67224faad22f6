import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { GatewayOptions, RunningGateway } from '../tests/parts/gateway.ts';

const Memory = z.object({
  reachedMib: z.number(),
  keptMib: z.object({ rss: z.number(), heapUsed: z.number(), heapTotal: z.number(), external: z.number() }),
});
/** Memory of a gateway in MiB: RSS as it had become, and what there is after a collection. */
export type Memory = z.infer<typeof Memory>;

const LOOK_MS = 50;
const GIVE_UP_MS = 30_000;
const fileIn = (dataDir: string): string => join(dataDir, 'bench-memory.json');

/** A gateway that tells its memory when asked, on this data folder. */
export const tellingMemory = (dataDir: string, env: Readonly<Record<string, string>>): GatewayOptions => ({
  dataDir,
  env: { ...env, FENGSUI_BENCH_MEMORY: fileIn(dataDir) },
  main: join(import.meta.dirname, 'programs/measured-gateway.ts'),
});

export async function memoryOf({ pid }: RunningGateway, dataDir: string): Promise<Memory> {
  const file = fileIn(dataDir);
  rmSync(file, { force: true });
  process.kill(pid, 'SIGUSR2');
  for (let waitedMs = 0; !existsSync(file); waitedMs += LOOK_MS) {
    if (waitedMs > GIVE_UP_MS) throw new Error('the gateway does not tell its memory');
    await sleep(LOOK_MS);
  }
  return Memory.parse(JSON.parse(readFileSync(file, 'utf8')));
}

export function memoryText({ reachedMib, keptMib }: Memory): string {
  const mib = (value: number): string => value.toFixed(0);
  const { rss, heapUsed, heapTotal, external } = keptMib;
  return `RSS ${mib(reachedMib)} MiB; 回收后 collected: RSS ${mib(rss)}, heap ${mib(heapUsed)} of ${mib(heapTotal)}, external ${mib(external)}`;
}
