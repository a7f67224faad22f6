import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);

export const CONSOLE = join(ROOT, 'console/dist');

/**
 * Builds the console as for production, once for a whole run and before its first test: a test file that did so for
 * itself would take the parts of the pages away from browsers that another file has open. In a process of its own: the
 * test runner's NODE_ENV would bring the development half of Vue.
 */
export default async function buildConsole(): Promise<void> {
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const options = ['--outDir', CONSOLE, '--emptyOutDir', '--manifest', '--logLevel', 'error'];
  const env = { PATH: process.env['PATH'], NODE_ENV: 'production' };
  await run(process.execPath, [vite, 'build', 'console', ...options], { cwd: ROOT, env });
}
