import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { toAnnexB } from '../../../streams/h264/nal.ts';
import { makeH264Loop } from '../../parts/h264-loop.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

const PROGRAM = join(import.meta.dirname, '../../parts/decoding-program.ts');

/** Processes whose parent is this one. Source: proc(5), /proc/PID/stat. */
async function childrenOf(parent: number): Promise<readonly number[]> {
  const stats = await Promise.all((await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(statOf));
  return stats.filter((stat) => stat?.parent === parent).map((stat) => stat?.pid ?? 0);
}

/** Undefined for one that is gone, or only waits to be buried. */
async function statOf(pid: string): Promise<{ pid: number; parent: number } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return state === undefined || state === 'Z' || text === '' ? undefined : { pid: Number(pid), parent: Number(parent) };
}

it('leaves no ffmpeg behind when its process is killed in the middle of a job', async ({ onTestFinished }) => {
  const folder = await temporaryFolder(onTestFinished);
  const { pictures } = await makeH264Loop(320, 240);
  const file = join(folder, 'pictures.h264');
  await writeFile(file, toAnnexB(pictures.flat()));
  const owner = spawn(process.execPath, [PROGRAM, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void owner.kill('SIGKILL'));
  await once(owner.stdout, 'data');
  await expect.poll(() => childrenOf(owner.pid ?? 0), { timeout: 10_000 }).toHaveLength(1);
  const [ffmpeg = 0] = await childrenOf(owner.pid ?? 0);
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  await expect.poll(() => statOf(String(ffmpeg)), { timeout: 10_000 }).toBeUndefined();
});
