import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { runCommand } from './run-command.mjs';
import { CannotSetUp, say } from './say.mjs';

/** The release that is fetched where the machine's own does not do. */
const FETCHED_MAJOR = 24;

/**
 * Whether a Node runs our TypeScript as it is: type stripping without a flag came with 22.18 and 23.6
 * (docs/decisions/0001). @param {string} version such as 22.14.0 @returns {boolean}
 */
export function runsTypeScript(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major === 22) return minor >= 18;
  return major === 23 ? minor >= 6 : major > 23;
}

/**
 * The Node that everything runs with: this one, or Node 24 in `.runtime/`, fetched once from the npm registry.
 * @param {string} root @returns {Promise<string>} path of its program
 */
export async function readyRuntime(root) {
  if (runsTypeScript(process.versions.node)) return process.execPath;
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const program = join(root, '.runtime', 'node_modules', name, 'bin', 'node');
  if (works(program)) return program;
  say(
    `本机 Node ${process.versions.node} 不能直接运行 TypeScript，正在获取 Node ${FETCHED_MAJOR} 到 .runtime/`,
    `Node ${process.versions.node} cannot run TypeScript as it is: fetching Node ${FETCHED_MAJOR} into .runtime/`,
  );
  const wanted = ['--prefix', '.runtime', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
  const code = await runNpm(['install', ...wanted, `${name}@${FETCHED_MAJOR}`], { root, env: process.env });
  if (code === 0 && works(program)) return program;
  throw new CannotSetUp(
    `未能获取 ${name}@${FETCHED_MAJOR}：请检查 npm 源，或自行安装 Node 22.18 以上`,
    `could not fetch ${name}@${FETCHED_MAJOR}: look at the npm registry, or install Node 22.18 or later yourself`,
  );
}

/** @param {string} program */
function works(program) {
  if (!existsSync(program)) return false;
  const { stdout, status } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return status === 0 && runsTypeScript(stdout.trim().slice(1));
}

/** The environment in which `node` is this program, for it and for all that it starts. @param {string} program */
export function environmentOf(program) {
  const system = ['/usr/local/sbin', '/usr/sbin', '/sbin']; // where Debian puts mosquitto
  return { ...process.env, PATH: [dirname(program), process.env['PATH'] ?? '', ...system].join(delimiter) };
}

/**
 * Runs the npm that started us, or the one in PATH.
 * @param {readonly string[]} args @param {{ root: string, env: NodeJS.ProcessEnv }} where
 */
export function runNpm(args, { root, env }) {
  const cli = process.env['npm_execpath'];
  const own = cli?.endsWith('npm-cli.js') === true && existsSync(cli);
  const quiet = { cwd: root, env, quiet: true };
  return own ? runCommand('node', [cli, ...args], quiet) : runCommand('npm', args, quiet);
}
