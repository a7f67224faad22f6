import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import packets from 'mqtt-packet';
import { freePort } from './free-port.ts';

/** Where Debian's package puts it; it is in no ordinary user's path. */
const MOSQUITTO = '/usr/sbin/mosquitto';
const CONF = new URL('../../config/mosquitto/mosquitto.conf', import.meta.url);

type Cleanup = (fn: () => Promise<void>) => void;

export type Mosquitto = Readonly<{
  url: string;
  port: number;
  folder: string;
  /** Ends it: SIGTERM lets it write its sessions, SIGKILL does not. */
  kill(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Starts it again on the same port and folder. */
  restart(): Promise<void>;
}>;

/** The real broker with the configuration that we ship, on a free port, in a folder of its own. `extra`: more lines. */
export async function startMosquitto(onTestFinished: Cleanup, extra: readonly string[] = []): Promise<Mosquitto> {
  const [port, folder] = [await freePort(), await mkdtemp(join(tmpdir(), 'fengsui-mosquitto-'))];
  const conf = join(folder, 'mosquitto.conf');
  await writeFile(conf, await shippedConf(port, folder, extra));
  let running = await run(conf, port);
  const kill = async (signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> => {
    if (running.exitCode !== null || running.signalCode !== null) return;
    const exited = once(running, 'exit');
    running.kill(signal);
    await exited;
  };
  onTestFinished(async () => {
    await kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });
  const restart = async (): Promise<void> => {
    await kill();
    running = await run(conf, port);
  };
  return { url: `mqtt://127.0.0.1:${port}`, port, folder, kill, restart };
}

async function shippedConf(port: number, folder: string, extra: readonly string[]): Promise<string> {
  const shipped = await readFile(CONF, 'utf8');
  const own = shipped
    .replace('listener 1883 127.0.0.1', `listener ${port} 127.0.0.1`)
    .replace('persistence_location /var/lib/mosquitto/', `persistence_location ${folder}/`);
  // started by root it would become the user mosquitto, who may not write here
  return [own, `user ${userInfo().username}`, ...extra, ''].join('\n');
}

async function run(conf: string, port: number): Promise<ChildProcess> {
  const child = spawn(MOSQUITTO, ['-c', conf], { stdio: ['ignore', 'ignore', 'pipe'] });
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    said.push(line);
    if (/ running$/.test(line)) break;
  }
  if (!/ running$/.test(said.at(-1) ?? '')) throw new Error(`mosquitto does not start: ${said.join('; ')}`);
  child.stderr.resume();
  await answered(port); // a signal that comes between that line and its main loop would be forgotten
  return child;
}

/** Resolves when the broker has answered a CONNECT, yes or no. */
async function answered(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.write(
    packets.generate({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      clientId: 'probe',
      keepalive: 5,
    }),
  );
  await once(socket, 'data');
  socket.destroy();
}
