import { dirname, join, resolve } from 'node:path';
import { argv, exit, stderr } from 'node:process';
import { fileURLToPath } from 'node:url';
import { readyConsole } from './console.mjs';
import { readyPackages } from './packages.mjs';
import { runCommand } from './run-command.mjs';
import { environmentOf, readyRuntime } from './runtime.mjs';
import { CannotSetUp } from './say.mjs';
import { readySystem } from './system.mjs';
import { TASKS } from './tasks.mjs';
import { runTests } from './tests.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Makes the machine ready for a task, starts it and ends as it ended. @param {string[]} words */
async function run([name = '', ...args]) {
  const task = TASKS[name];
  if (task === undefined) {
    const lines = Object.entries(TASKS).map(([key, { about }]) => `  ${key.padEnd(13)} ${about}\n`);
    stderr.write(`用法 / usage: node setup/run.mjs TASK [ARGUMENTS]\n${lines.join('')}`);
    return 2;
  }
  const env = environmentOf(await readyRuntime(root));
  await readyPackages(root, env);
  await readySystem(task.system, env);
  if (task.console) await readyConsole(root, env);
  if (name === 'test') return await runTests(root, env, args);
  if (task.program === undefined) return 0;
  // npm runs us in the project's folder; a file is meant from where the person stands.
  const isFile = (/** @type {number} */ at) => task.takesFiles || task.fileOptions?.includes(args[at - 1] ?? '');
  const given = args.map((arg, at) => (isFile(at) ? resolve(process.env['INIT_CWD'] ?? root, arg) : arg));
  return await runCommand('node', [join(root, task.program), ...(task.words ?? []), ...given], { cwd: root, env });
}

run(argv.slice(2)).then(
  (code) => exit(code),
  (error) => {
    if (!(error instanceof CannotSetUp)) throw error;
    stderr.write(`烽燧 · ${error.message}\n`);
    exit(1);
  },
);
