import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { startGateway } from '../tests/parts/gateway.ts';
import { temporaryFolder } from '../tests/parts/temporary-folder.ts';
import type { Finishing } from './finishing.ts';
import { cpuSecondsOf, loadOf } from './process-load.ts';
import { startProgram } from './program.ts';
import type { Bench } from './table.ts';

const ROUNDS = 3;
/** After the start the collector has had time to give back what only the start needed. */
const SETTLED_MS = 3_000;

export type CitySize = Readonly<{ entries: number; devices: number; alarms: number }>;
type Start = Readonly<{ readyMs: number; cpuS: number; memoryMib: number }>;

/**
 * How long a gateway with a long journal and many devices takes until it is ready, and what memory, beside the same
 * gateway with nothing in it. `--entries N --devices M --alarms K`; the file is kept for the next run.
 */
export const journalStart: Bench = async (finishing) => {
  const size = citySize();
  const dataDir = await bigJournal(size, finishing);
  const [city, empty] = [
    await starts(dataDir, finishing),
    await starts(await temporaryFolder(finishing.add), finishing),
  ];
  const moreBytes = ((city.memoryMib - empty.memoryMib) * 2 ** 20) / size.devices;
  const what = `${size.entries} 条 entries, ${size.devices} 台 devices, ${size.alarms} 报警 alarms`;
  const row = (name: string, of: (start: Start) => number, unit: string) => ({
    what: name,
    ours: `${of(city).toFixed(1)} ${unit}`,
    floor: `${of(empty).toFixed(1)} ${unit}`,
    ratio: (of(city) / of(empty)).toFixed(1),
  });
  return [
    {
      what,
      ours: `${(statSync(join(dataDir, 'journal.sqlite')).size / 2 ** 30).toFixed(1)} GiB`,
      floor: '空 empty',
      ratio: '',
    },
    row('就绪 until ready', ({ readyMs }) => readyMs / 1000, 's'),
    row('处理器 CPU until then', ({ cpuS }) => cpuS, 's'),
    row('内存 memory (RSS)', ({ memoryMib }) => memoryMib, 'MiB'),
    { what: '每台设备 a device', ours: `${(moreBytes / 1024).toFixed(1)} KiB`, floor: '', ratio: '' },
  ];
};

export function citySize(): CitySize {
  const option = (value: string) => ({ type: 'string', default: value }) as const;
  const { values } = parseArgs({
    allowPositionals: true,
    options: { entries: option('10000000'), devices: option('100000'), alarms: option('1000000') },
  });
  const Whole = z.coerce.number().int().min(1);
  return z.object({ entries: Whole, devices: Whole, alarms: Whole }).parse(values);
}

/** The data folder of a city of this size, written where it is not there yet. */
export async function bigJournal({ entries, devices, alarms }: CitySize, finishing: Finishing): Promise<string> {
  const folder = join(tmpdir(), `fengsui-bench-start-${entries}-${devices}-${alarms}`);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.part`;
  rmSync(unfinished, { recursive: true, force: true });
  const { said } = startProgram(
    'big-journal.ts',
    [unfinished, String(entries), String(devices), String(alarms)],
    finishing,
  );
  await said('written');
  renameSync(unfinished, folder);
  return folder;
}

/** The median of some starts, each in a process of its own. */
async function starts(dataDir: string, finishing: Finishing): Promise<Start> {
  const seen: Start[] = [];
  for (let round = 0; round < ROUNDS; round += 1) seen.push(await start(dataDir, finishing));
  const median = (of: (one: Start) => number): number => seen.map(of).sort((a, b) => a - b)[ROUNDS >> 1] ?? 0;
  return {
    readyMs: median(({ readyMs }) => readyMs),
    cpuS: median(({ cpuS }) => cpuS),
    memoryMib: median(({ memoryMib }) => memoryMib),
  };
}

async function start(dataDir: string, finishing: Finishing): Promise<Start> {
  const startedAt = performance.now();
  const gateway = await startGateway({ dataDir }, finishing.add);
  const readyMs = performance.now() - startedAt;
  const cpuS = cpuSecondsOf(gateway.pid);
  const { memoryMib } = await loadOf([gateway.pid], SETTLED_MS);
  await gateway.stop();
  return { readyMs, cpuS, memoryMib };
}
