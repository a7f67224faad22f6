import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** What processes took over a span of time: per cent of one core, and memory (RSS) at its end, in MiB. */
export type Load = Readonly<{ cpuPercent: number; memoryMib: number; processes: number }>;

/** Clock ticks a second that /proc counts in; 100 on every Linux that Node runs on. */
const TICKS_PER_S = 100;
const PAGE_BYTES = 4096;

type Stat = Readonly<{ parent: number; ticks: number; pages: number }>;

/** Fields 4, 14, 15 and 24 of /proc/PID/stat (proc(5)); undefined for one that has ended. */
function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number); // a name may hold spaces
    return { parent: fields[1] ?? 0, ticks: (fields[11] ?? 0) + (fields[12] ?? 0), pages: fields[21] ?? 0 };
  } catch {
    return undefined; // it has ended meanwhile
  }
}

/** What the process has taken since its start, in seconds of one core. */
export const cpuSecondsOf = (pid: number): number => (statOf(pid)?.ticks ?? 0) / TICKS_PER_S;

/** The process and all below it. */
export function treeOf(root: number): readonly number[] {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  const parents = new Map(pids.map((pid) => [pid, statOf(pid)?.parent]));
  const isBelow = (pid: number | undefined): boolean =>
    pid !== undefined && pid !== 0 && (pid === root || isBelow(parents.get(pid)));
  return pids.filter(isBelow);
}

/** Looks at these processes for `ms`. */
export async function loadOf(pids: readonly number[], ms: number): Promise<Load> {
  const ticks = () => pids.reduce((sum, pid) => sum + (statOf(pid)?.ticks ?? 0), 0);
  const [before, startedAt] = [ticks(), performance.now()];
  await sleep(ms);
  const seconds = (performance.now() - startedAt) / 1000;
  const pages = pids.reduce((sum, pid) => sum + (statOf(pid)?.pages ?? 0), 0);
  return {
    cpuPercent: ((ticks() - before) / TICKS_PER_S / seconds) * 100,
    memoryMib: (pages * PAGE_BYTES) / 2 ** 20,
    processes: pids.length,
  };
}

/**
 * What these processes hold in memory, in MiB, where pages that several share count once (PSS, proc(5) smaps_rollup);
 * for one that the kernel does not tell it of, its RSS.
 */
export function sharedMemoryMibOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + (pssKibOf(pid) ?? ((statOf(pid)?.pages ?? 0) * PAGE_BYTES) / 1024), 0) / 1024;
}

function pssKibOf(pid: number): number | undefined {
  try {
    const found = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
    return found === null ? undefined : Number(found[1]);
  } catch {
    return undefined; // it has ended meanwhile, or the kernel is without it
  }
}
