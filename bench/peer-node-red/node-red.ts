import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../../tests/parts/free-port.ts';
import { temporaryFolder } from '../../tests/parts/temporary-folder.ts';
import type { Finishing } from '../finishing.ts';
import { type FlowPorts, flowOf } from './flow.ts';

/** Outside the tree: what a package brings along is no source of ours. */
const PLACE = join(import.meta.dirname, '../../.cache/bench-peer-node-red');
const FILES = ['package.json', 'package-lock.json'];

/** Fetches Node-RED as the lock file says, once, and says so. Throws where the registry does not answer. */
export async function installNodeRed(): Promise<void> {
  const texts = await Promise.all(FILES.map((file) => readFile(join(import.meta.dirname, file), 'utf8')));
  const stamp = texts.join('\n');
  if ((await readFile(join(PLACE, 'installed'), 'utf8').catch(() => '')) === stamp) return;
  process.stdout.write(`取 Node-RED（只为对比）/ fetching Node-RED, for the comparison only: npm ci in ${PLACE}\n`);
  await mkdir(PLACE, { recursive: true });
  for (const file of FILES) await copyFile(join(import.meta.dirname, file), join(PLACE, file));
  const npm = spawn('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: PLACE,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(npm, 'exit');
  if (code !== 0) throw new Error(`npm ci for Node-RED ended with ${code}`);
  await writeFile(join(PLACE, 'installed'), stamp);
}

export type NodeRed = Readonly<{ pid: () => number; kill(): Promise<void>; start(): Promise<void> }>;

/** Node-RED with the flow, in a process and a folder of its own, that can be killed and started again. */
export async function startNodeRed(ports: FlowPorts, finishing: Finishing): Promise<NodeRed> {
  const folder = await temporaryFolder(finishing.add);
  await writeFile(join(folder, 'flows.json'), JSON.stringify(flowOf(ports)));
  await writeFile(join(folder, 'settings.cjs'), `module.exports = ${JSON.stringify(SETTINGS)};`);
  const uiPort = await freePort();
  let child = await run(folder, uiPort);
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  finishing.add(kill);
  const start = async (): Promise<void> => {
    child = await run(folder, uiPort);
  };
  return { pid: () => child.pid ?? -1, kill, start };
}

/** Nothing leaves the machine, and there is no editor: the flow is all it does. */
const SETTINGS = {
  uiHost: '127.0.0.1',
  flowFile: 'flows.json',
  httpAdminRoot: false,
  credentialSecret: false,
  telemetry: { enabled: false, updateNotification: false },
  externalModules: { autoInstall: false, palette: { allowInstall: false }, modules: { allowInstall: false } },
  logging: { console: { level: 'info', metrics: false, audit: false } },
};

/** Resolves when its broker has its subscription. */
async function run(folder: string, uiPort: number): Promise<ChildProcess> {
  const program = join(PLACE, 'node_modules/node-red/red.js');
  const words = ['--settings', join(folder, 'settings.cjs'), '--userDir', folder, '--port', String(uiPort)];
  const child = spawn(process.execPath, [program, ...words], { cwd: PLACE, stdio: ['ignore', 'pipe', 'inherit'] });
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (!/Connected to broker/.test(line)) continue;
    child.stdout.resume(); // nobody reads on, and it must not wait for that
    return child;
  }
  throw new Error(`Node-RED ended before it was ready:\n${said.join('\n')}`);
}
