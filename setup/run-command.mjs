import { spawn } from 'node:child_process';

/** A command that its caller waits for; a process that a signal ended counts as 128 + its number. */
const SIGNAL_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGKILL: 137 };

/**
 * Runs a command on this terminal and answers its exit code. A stop of this process is handed on; Ctrl-C reaches the
 * command by itself where there is a terminal, and twice would be once too often.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env: NodeJS.ProcessEnv, cwd: string, quiet?: boolean }} options quiet: its output goes to standard error
 * @returns {Promise<number>}
 */
export function runCommand(command, args, { env, cwd, quiet = false }) {
  const stdout = quiet ? process.stderr : 'inherit';
  const child = spawn(command, args, { env, cwd, stdio: ['inherit', stdout, 'inherit'] });
  const handOn = (/** @type {NodeJS.Signals} */ signal) => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  for (const signal of signals) process.on(signal, handOn);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? SIGNAL_CODES[signal ?? 'SIGKILL'] ?? 1));
  }).finally(() => {
    for (const signal of signals) process.off(signal, handOn);
  });
}
