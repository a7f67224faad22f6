import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

const NAMESPACE = process.getuid?.() === 0 ? ['--mount'] : ['--map-root-user', '--mount'];

/** Whether this machine lets us mount at all: a container without that right cannot run such a test. */
export const mayMount = (): boolean =>
  spawnSync('unshare', [...NAMESPACE, 'sh', '-c', 'mount -t tmpfs none /mnt']).status === 0;

/**
 * Runs a program in a mount namespace of its own, so that it may mount a small disk over `folder`, and answers the JSON
 * that it printed last. Root does so directly, anybody else through a user namespace (unshare, util-linux). What was
 * mounted is gone with the program.
 */
export async function runWithOwnMounts(program: string, folder: string): Promise<unknown> {
  const child = spawn('unshare', [...NAMESPACE, process.execPath, program, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (child.exitCode !== 0) throw new Error(`${program} ended with ${child.exitCode}: ${said}`);
  return JSON.parse(said.trim().split('\n').at(-1) ?? '');
}
