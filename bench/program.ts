import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Finishing } from './finishing.ts';

/** A child that runs one file of `programs/` and tells what it sees by messages. */
export type Program = Readonly<{ child: ChildProcess; said: (name: string) => Promise<unknown> }>;

/** Starts a program; `said` resolves with the next message `[name, value]` of that name, or rejects when it ends first. */
export function startProgram(file: string, args: readonly string[], finishing: Finishing): Program {
  const child = fork(join(import.meta.dirname, 'programs', file), args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  finishing.add(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  const said = (name: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const listen = (message: unknown): void => {
        if (!Array.isArray(message) || message[0] !== name) return;
        child.off('message', listen);
        child.off('exit', ended);
        resolve(message[1]);
      };
      const ended = (code: number | null): void =>
        reject(new Error(`${file} ended with ${code} before it said ${name}`));
      child.on('message', listen);
      child.once('exit', ended);
    });
  return { child, said };
}
