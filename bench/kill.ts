import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type RunningGateway, startGateway } from '../tests/parts/gateway.ts';
import { startMosquitto } from '../tests/parts/mosquitto.ts';
import type { Finishing } from './finishing.ts';
import { registerFences, UNHELD } from './gateway.ts';
import { startProgram } from './program.ts';
import { SignalCount } from './signal-count.ts';
import type { Bench } from './table.ts';

const DEVICES = 200;
const CONNECTIONS = 4;
const WINDOW = 500;
/** The journal has not grown for so long: what is not there now does not come any more. */
const QUIET_MS = 10_000;
const LOOK_EVERY_MS = 2;
/** A kill comes so long after a commit was seen at most: else it would always find the next batch just begun. */
const MOMENT_MAX_MS = 30;
/** The hasty gateway has lost something long before this. */
const HASTY = { signals: 20_000, kills: 4 };
export const HASTY_MAIN = join(import.meta.dirname, 'programs/hasty-gateway.ts');

/** `folder` keeps the journal and how far the run is; `until` is when it begins no more rounds. */
export type KillPlan = Readonly<{ signals: number; kills: number; main?: string; folder: string; until: number }>;
export type KillResult = Readonly<{ signals: number; kills: number; lost: number; doubled: number; ms: number }>;

const State = z.object({ signals: z.number(), kills: z.number(), roundsDone: z.number(), ms: z.number() });
type State = z.infer<typeof State>;

/**
 * Signals at QoS 1 through mosquitto while the gateway is killed at random moments: what is lost, what counts twice.
 * `--signals N --kills M --minutes B`; a run that reached its bound goes on from its last round when called again.
 */
export const kill: Bench = async (finishing) => {
  const { signals, kills, minutes } = options();
  const until = Date.now() + minutes * 60_000;
  const ours = await killRun({ signals, kills, until, folder: folderOf(`${signals}-${kills}`) }, finishing);
  const hasty = await killRun({ ...HASTY, main: HASTY_MAIN, until, folder: folderOf('hasty') }, finishing);
  if (ours.lost + ours.doubled > 0) throw new Error(`the gateway lost or doubled signals: ${told(ours)}`);
  if (hasty.lost === 0) throw new Error(`this run would not notice a gateway that answers too early: ${told(hasty)}`);
  return [{ what: 'SIGKILL · 烽燧 | 先应答后落盘 answers first', ours: told(ours), floor: told(hasty), ratio: '' }];
};

function options(): Readonly<{ signals: number; kills: number; minutes: number }> {
  const option = (value: string) => ({ type: 'string', default: value }) as const;
  const { values } = parseArgs({
    allowPositionals: true,
    options: { signals: option('100000'), kills: option('20'), minutes: option('60') },
  });
  const Whole = z.coerce.number().int().min(1);
  return z.object({ signals: Whole, kills: Whole, minutes: Whole }).parse(values);
}

const folderOf = (name: string): string => join(tmpdir(), `fengsui-bench-kill-${name}`);
const told = ({ signals, kills, lost, doubled, ms }: KillResult): string =>
  `${signals} 信号 signals, ${kills} 次 kills, ${Math.round(ms / 1000)} s: 丢 lost ${lost}, 重 doubled ${doubled}`;

/** One round a kill; after each the state is written, so that nothing is done again. */
export async function killRun(plan: KillPlan, finishing: Finishing): Promise<KillResult> {
  const { signals, kills, folder } = plan;
  const dataDir = join(folder, 'data');
  let state = stateOf(plan);
  const broker = await startMosquitto(async (end) => finishing.add(end));
  const options = {
    dataDir,
    env: UNHELD,
    mqttUrl: broker.url,
    ...(plan.main === undefined ? {} : { main: plan.main }),
  };
  let gateway = await startGateway(options, finishing.add);
  await gateway.signIn();
  if (state.roundsDone === 0) await registerFences(gateway, DEVICES);
  const count = new SignalCount(dataDir, signals);
  finishing.add(() => count.close());
  for (let round = state.roundsDone; round < kills; round += 1) {
    if (Date.now() > plan.until) throw new Error(`time is up after ${round} of ${kills} kills: call it again to go on`);
    const startedAt = Date.now();
    gateway = await killOnce(
      gateway,
      { first: at(plan, round), end: at(plan, round + 1), port: broker.port, count, finishing },
      () => startGateway(options, finishing.add),
    );
    state = { ...state, roundsDone: round + 1, ms: state.ms + Date.now() - startedAt };
    writeFileSync(stateFile(folder), JSON.stringify(state));
    process.stdout.write(
      `  ${round + 1}/${kills}: ${count.present} 在日志 in the journal, 重 doubled ${count.doubled}\n`,
    );
  }
  await gateway.stop();
  count.look();
  const result = { signals, kills, lost: signals - count.present, doubled: count.doubled, ms: state.ms };
  await finishing.finish();
  rmSync(folder, { recursive: true, force: true });
  return result;
}

/** The first signal of a round. */
const at = ({ signals, kills }: KillPlan, round: number): number => Math.floor((signals * round) / kills);
const stateFile = (folder: string): string => join(folder, 'state.json');

/** Where the run of before stopped, if it was the same; else an empty folder. */
function stateOf({ signals, kills, folder }: KillPlan): State {
  if (existsSync(stateFile(folder))) {
    const state = State.parse(JSON.parse(readFileSync(stateFile(folder), 'utf8')));
    if (state.signals === signals && state.kills === kills) return state;
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return { signals, kills, roundsDone: 0, ms: 0 };
}

type Round = Readonly<{ first: number; end: number; port: number; count: SignalCount; finishing: Finishing }>;

/** Sends a round's signals, kills somewhere among them, starts again and waits until the journal has what it gets. */
async function killOnce(
  gateway: RunningGateway,
  { first, end, port, count, finishing }: Round,
  restart: () => Promise<RunningGateway>,
): Promise<RunningGateway> {
  const total = end - first;
  const load = startProgram('publisher.ts', [port, total, CONNECTIONS, WINDOW, DEVICES, first].map(String), finishing);
  const sent = load.said('acknowledged');
  count.look();
  await grownTo(count, count.present + Math.floor(Math.random() * total));
  await sleep(Math.random() * MOMENT_MAX_MS);
  await gateway.kill('SIGKILL');
  const restarted = await restart();
  await sent;
  load.child.kill('SIGKILL'); // its sockets keep it
  await grownTo(count, end);
  return restarted;
}

/** Until so many signals are in the journal, or none has come for a while. */
async function grownTo(count: SignalCount, wanted: number): Promise<void> {
  let [seen, since] = [count.present, Date.now()];
  for (;;) {
    count.look();
    if (count.present >= wanted || Date.now() - since > QUIET_MS) return;
    if (count.present > seen) [seen, since] = [count.present, Date.now()];
    await sleep(LOOK_EVERY_MS);
  }
}
