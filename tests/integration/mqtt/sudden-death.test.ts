import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { startMosquitto } from '../../parts/mosquitto.ts';
import { NEVER_AGAIN } from '../../parts/never-again.ts';
import { connectDevice, EVENT, event, startAdapter } from './parts.ts';

const PROGRAM = fileURLToPath(new URL('adapter-process.ts', import.meta.url));

/** The adapter in a process of its own. `line` resolves with the first line that starts so. */
function spawnAdapter(onTestFinished: (fn: () => Promise<void>) => void, mode: string, url: string) {
  const child: ChildProcess = spawn(process.execPath, [PROGRAM, mode, url], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      for (const told of waiting) told();
    });
  }
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  onTestFinished(kill);
  const line = async (start: string): Promise<string> => {
    for (;;) {
      const found = lines.find((one) => one.startsWith(start));
      if (found !== undefined) return found.slice(start.length);
      await new Promise<void>((resolve) => waiting.add(resolve));
    }
  };
  return { line, lines, kill };
}

it(
  'gives a message that a killed gateway had not journaled to the next one, from mosquitto',
  NEVER_AGAIN,
  async ({ onTestFinished }) => {
    const broker = await startMosquitto(onTestFinished);
    const doomed = spawnAdapter(onTestFinished, 'stalled', broker.url);
    await doomed.line('ready ');
    const device = await connectDevice(onTestFinished, broker.url);
    await device.publishAsync(EVENT, event('intrusion'), { qos: 1 });
    await doomed.line('given intrusion');
    await doomed.kill();
    await device.publishAsync(EVENT, event('meanwhile'), { qos: 1 });
    const { intake } = await startAdapter(onTestFinished, { url: broker.url });
    await intake.until(() => intake.accepted.length === 2);
    expect(intake.accepted).toMatchObject([{ id: 'intrusion' }, { id: 'meanwhile' }]);
  },
);

it(
  'loses nothing that it acknowledged to mosquitto, however often it is killed in the middle',
  NEVER_AGAIN,
  async ({ onTestFinished }) => {
    const broker = await startMosquitto(onTestFinished);
    const device = await connectDevice(onTestFinished, broker.url);
    const taken = new Set<string>();
    const collect = (lines: readonly string[]): void => {
      for (const line of lines) if (line.startsWith('took ')) for (const id of line.slice(5).split(' ')) taken.add(id);
    };
    const first = spawnAdapter(onTestFinished, 'taking', broker.url);
    await first.line('ready '); // its subscription makes the session
    await first.kill();
    for (let round = 0; round < 4; round++) {
      const doomed = spawnAdapter(onTestFinished, 'taking', broker.url);
      await doomed.line('ready ');
      const published = Promise.all(
        Array.from({ length: 400 }, (_, index) => device.publishAsync(EVENT, event(`${round}-${index}`), { qos: 1 })),
      );
      await doomed.line('took ');
      await doomed.kill();
      await published;
      collect(doomed.lines);
    }
    const { intake } = await startAdapter(onTestFinished, { url: broker.url });
    await intake.until(() => {
      for (const report of intake.accepted) if (report.kind === 'signal') taken.add(report.id ?? '');
      return taken.size === 1_600;
    });
  },
);

it(
  'leaves a message with the device when the embedded broker dies before the journal has it',
  NEVER_AGAIN,
  async ({ onTestFinished }) => {
    const doomed = spawnAdapter(onTestFinished, 'stalled', 'embedded');
    const url = await doomed.line('ready ');
    const device = await connectDevice(onTestFinished, url);
    const published = device.publishAsync(EVENT, event('intrusion'), { qos: 1 });
    await doomed.line('given intrusion');
    await doomed.kill();
    const { intake } = await startAdapter(onTestFinished, { port: Number(new URL(url).port) });
    await published;
    expect(intake.accepted).toMatchObject([{ id: 'intrusion' }]);
  },
);
