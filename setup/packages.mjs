import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runNpm } from './runtime.mjs';
import { CannotSetUp, say } from './say.mjs';

/**
 * @typedef {{ dependencies?: Record<string, string>, devDependencies?: Record<string, string> }} Manifest
 * @typedef {{ packages?: Record<string, { version?: string }> }} Lock
 */

/**
 * Whether `node_modules` holds what the lock file says: each package that is there has the version of the lock, and
 * each that we name is there. What others name may be missing: npm leaves out what is for other platforms or nobody's.
 * @param {Manifest} manifest package.json
 * @param {Lock} lock package-lock.json
 * @param {Lock | undefined} installed node_modules/.package-lock.json, which npm writes last
 */
export function isInstalled(manifest, lock, installed) {
  if (installed?.packages === undefined) return false;
  const present = Object.entries(installed.packages);
  const isOfLock = present.every(([path, { version }]) => lock.packages?.[path]?.version === version);
  const named = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  return isOfLock && named.every((name) => installed.packages?.[`node_modules/${name}`] !== undefined);
}

/** Installs the packages where they are missing or others. @param {string} root @param {NodeJS.ProcessEnv} env */
export async function readyPackages(root, env) {
  const file = (/** @type {string[]} */ ...path) => readJson(join(root, ...path));
  const installed = file('node_modules', '.package-lock.json');
  if (isInstalled(file('package.json'), file('package-lock.json'), installed)) return;
  say('正在安装依赖（npm ci，不运行安装脚本）', 'installing packages (npm ci, no install scripts)');
  const code = await runNpm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { root, env });
  if (code === 0) return;
  throw new CannotSetUp('依赖安装失败：请检查 npm 源', 'packages could not be installed: look at the npm registry');
}

/** @param {string} file */
const readJson = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined);
