import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);

/**
 * Builds the console as for production, into `outDir`. In a process of its own: the test runner's NODE_ENV would bring
 * the development half of Vue.
 */
export async function buildConsole(outDir: string): Promise<void> {
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const options = ['--outDir', outDir, '--emptyOutDir', '--manifest', '--logLevel', 'error'];
  const env = { PATH: process.env['PATH'], NODE_ENV: 'production' };
  await run(process.execPath, [vite, 'build', 'console', ...options], { cwd: ROOT, env });
}
