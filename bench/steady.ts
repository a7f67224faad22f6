import { setTimeout as sleep } from 'node:timers/promises';
import { startMosquitto } from '../tests/parts/mosquitto.ts';
import type { Finishing } from './finishing.ts';
import { gatewayInFolder, registerFences } from './gateway.ts';
import { journalHeadOf } from './journal-head.ts';
import { cpuSecondsOf, loadOf } from './process-load.ts';
import { startProgram } from './program.ts';
import type { Row } from './table.ts';

const CONNECTIONS = 4;
const WINDOW = 500;
const DEVICES = 50;
const MINUTE_MS = 60_000;

export type SteadyPlan = Readonly<{ minutes: number; perSecond: number }>;

/** A steady rate through mosquitto for some minutes: each minute what came into the journal, the CPU and the memory. */
export async function steady(finishing: Finishing, { minutes, perSecond }: SteadyPlan): Promise<readonly Row[]> {
  const broker = await startMosquitto(async (end) => finishing.add(end));
  const { gateway, dataDir } = await gatewayInFolder(finishing, broker.url);
  await registerFences(gateway, DEVICES);
  const head = journalHeadOf(dataDir, finishing);
  const total = Math.ceil(minutes * 60 * perSecond);
  const load = [broker.port, total, CONNECTIONS, WINDOW, DEVICES, 0, perSecond].map(String);
  startProgram('publisher.ts', load, finishing);
  const rows: Row[] = [];
  for (let minute = 1; minute <= Math.ceil(minutes); minute += 1) {
    const [before, cpuBefore] = [head(), cpuSecondsOf(gateway.pid)];
    const ms = Math.min(1, minutes - minute + 1) * MINUTE_MS;
    await sleep(ms);
    const rate = ((head() - before) * 1000) / ms;
    const cpuPercent = ((cpuSecondsOf(gateway.pid) - cpuBefore) * 100_000) / ms;
    const { memoryMib } = await loadOf([gateway.pid], 1);
    const told = `${memoryMib.toFixed(0)} MiB, ${cpuPercent.toFixed(0)} %`;
    process.stdout.write(`  第 ${minute} 分钟 minute ${minute}: ${rate.toFixed(0)}/s, ${told}\n`);
    rows.push({ what: `第 ${minute} 分钟 minute`, ours: told, floor: `${perSecond}/s`, ratio: `${rate.toFixed(0)}/s` });
  }
  return rows;
}
