import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runCommand } from './run-command.mjs';
import { CannotSetUp, say } from './say.mjs';

/** Builds the console where it has not been, or its sources are others. @param {string} root @param {NodeJS.ProcessEnv} env */
export async function readyConsole(root, env) {
  const stamp = join(root, '.cache', 'console-built-from');
  const sources = hashOf(root, ['console', 'gateway/http/contract', 'gateway/domain', 'package-lock.json']);
  const isBuilt = existsSync(join(root, 'console', 'dist', 'index.html'));
  if (isBuilt && existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return;
  say('正在构建操作台界面', 'building the console');
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const args = [vite, 'build', '--config', 'console/vite.config.ts', '--logLevel', 'warn'];
  if ((await runCommand('node', args, { cwd: root, env, quiet: true })) !== 0)
    throw new CannotSetUp('操作台构建失败，原因见上', 'the console could not be built, for the reason above');
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, sources);
}

/** One hash of all files below these paths, what was built from them apart. @param {string} root @param {string[]} paths */
export function hashOf(root, paths) {
  const hash = createHash('sha256');
  for (const path of paths.flatMap((start) => filesBelow(root, start)))
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0');
  return hash.digest('hex');
}

/** @param {string} root @param {string} path @returns {string[]} */
function filesBelow(root, path) {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  const entries = readdirSync(dirname(full), { withFileTypes: true });
  const own = entries.find(({ name }) => join(dirname(full), name) === full);
  if (own?.isDirectory() !== true) return [path];
  const names = readdirSync(full).filter((name) => name !== 'dist' && name !== 'node_modules');
  return names.sort().flatMap((name) => filesBelow(root, join(path, name)));
}
