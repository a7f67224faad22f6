import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { Session } from '../gateway/http/contract/people.ts';
import { freePort } from '../tests/parts/free-port.ts';
import { type RunningGateway, startGateway } from '../tests/parts/gateway.ts';
import { temporaryFolder } from '../tests/parts/temporary-folder.ts';
import { CITY, type City } from './city.ts';
import type { Finishing } from './finishing.ts';
import { UNHELD } from './gateway.ts';
import { loadOf, treeOf } from './process-load.ts';
import { type Program, startProgram } from './program.ts';
import { ask, type Faults, faultsOf, type Heard, ScreenProcesses, Span, screensOf } from './screen-audience.ts';

/** Signals a second, and how many of them appear on the feed: the others are telemetry, repetitions, signs of life. */
export const PACE = { perSecond: 1_000, changes: 100 };
export const WARM_UP_MS = 3_000;
export const MEASURE_MS = 20_000;
const IDLE_MS = 3_000;
/** How long screens are away; also before the gateway is killed, and after it is back. */
const AWAY_MS = 3_000;
const LIVE_AGAIN_MS = 3_000;
const CPU_SECONDS = 'fengsui_process_cpu_seconds_total';
const LONGEST_TURN_SECONDS = 'fengsui_nodejs_eventloop_lag_max_seconds';
const TURN_P99_SECONDS = 'fengsui_nodejs_eventloop_lag_p99_seconds';

const Joined = z.array(z.object({ ms: z.number() }));
const Returned = z.object({ firstMs: z.number(), lastMs: z.number(), refusals: z.number() });
type Returned = z.infer<typeof Returned>;

export type Load = Readonly<{ cpuPercent: number; memoryMib: number }>;
export type Joining = Readonly<{ ms: number; alone: Load; all: Load }>;
export type Living = Readonly<{ heard: Heard; faults: Faults; load: Load; turnP99Ms: number }>;
/** One half comes back, the other hears the live feed meanwhile. */
export type HalfBack = Readonly<{ lastMs: number; othersP99Ms: number }>;
export type Back = Returned &
  Readonly<{ entries: number; peakMib: number; longestTurnMs: number; cpuMs: number; faults: Faults; reloads: number }>;

/** A gateway with a city's sensors and screens, whose folder and ports stay the same when it is started again. */
export class CityOnGateway {
  readonly #city: City;
  readonly #journal: string;
  readonly #start: () => Promise<RunningGateway>;
  readonly #sensors: Program;
  readonly #screens: ScreenProcesses;
  #gateway: RunningGateway;
  #since = 0;

  static async open(city: City, finishing: Finishing): Promise<CityOnGateway> {
    const dataDir = await temporaryFolder(finishing.add);
    const env = { ...UNHELD, FENGSUI_HTTP_PORT: String(await freePort()), FENGSUI_MQTT_PORT: String(await freePort()) };
    const start = () => startGateway({ dataDir, env }, finishing.add);
    const opened = new CityOnGateway(city, join(dataDir, 'journal.sqlite'), start, await start(), finishing);
    await opened.#register();
    return opened;
  }

  private constructor(
    city: City,
    journal: string,
    start: () => Promise<RunningGateway>,
    gateway: RunningGateway,
    finishing: Finishing,
  ) {
    this.#city = city;
    this.#journal = journal;
    this.#start = start;
    this.#gateway = gateway;
    this.#sensors = startProgram('sensors.ts', [], finishing);
    this.#screens = new ScreenProcesses('screens.ts', finishing);
  }

  /** All sensors are there, and each has an open alarm that what follows is merged into. */
  async #register(): Promise<void> {
    await this.#gateway.signIn();
    for (const { id, region } of this.#city.sensors) {
      const body = { kind: 'sensor', profile: 'fengsui', name: id, region, place: {} };
      await this.#gateway.call('PUT', `/api/v1/devices/${id}`, body);
    }
    const sensors = this.#city.sensors.map((sensor) => ({ ...sensor, channels: [] }));
    await ask(this.#sensors, 'gateway', { url: this.#gateway.mqttUrl, sensors });
    await ask(this.#sensors, 'say', { perSecond: 1_000, changes: 1_000, ms: 500 });
  }

  async joinScreens(): Promise<Joining> {
    const tokens = await this.#tokens();
    this.#since = await headOf(this.#gateway);
    const alone = await this.#loadFor(IDLE_MS);
    const plan = screensOf(this.#city.groups, ({ account, screens: _, ...wish }, group) => ({
      group,
      token: tokens.get(account) ?? '',
      wish,
    }));
    const joined = Joined.parse(await this.#screens.open({ url: this.#gateway.url, since: this.#since }, plan));
    return { ms: Math.max(...joined.map(({ ms }) => ms)), alone, all: await this.#loadFor(IDLE_MS) };
  }

  /** An account for the city and one for each county; the screens of a scope share its session. */
  async #tokens(): Promise<ReadonlyMap<string, string>> {
    const tokens = new Map<string, string>();
    for (const region of [CITY, ...this.#city.counties]) {
      const signIn = { username: `seat-${region}`, password: 'a password of the bench' };
      await this.#gateway.call('POST', '/api/v1/users', { ...signIn, role: 'dispatcher', regions: [region] });
      tokens.set(region, Session.parse(await this.#gateway.call('POST', '/api/v1/session', signIn)).token);
    }
    return tokens;
  }

  async live(): Promise<Living> {
    await ask(this.#sensors, 'say', { ...PACE, ms: WARM_UP_MS });
    const saying = ask(this.#sensors, 'say', { ...PACE, ms: MEASURE_MS });
    await metrics(this.#gateway); // the next scrape tells of the time from here on
    const load = await this.#loadFor(MEASURE_MS);
    const turnP99Ms = (await metrics(this.#gateway))(TURN_P99_SECONDS) * 1000;
    const heard = await this.#heard(Span.parse(await saying));
    return { heard, faults: this.#faults(heard), load, turnP99Ms };
  }

  async halfComesBack(): Promise<HalfBack> {
    await ask(this.#sensors, 'stay', PACE);
    await this.#screens.all('cut', { every: 2 });
    await sleep(AWAY_MS);
    await ask(this.#sensors, 'stop');
    await ask(this.#sensors, 'stay', PACE);
    const { lastMs } = await this.#comeBack();
    const heard = await this.#heard(await this.#stopSaying());
    return { lastMs, othersP99Ms: heard.delayMs(0.99) };
  }

  /** All are cut off; the gateway is killed and started; all come back at once. Things happen all the while. */
  async allComeBack(): Promise<Back> {
    const head = await headOf(this.#gateway);
    await ask(this.#sensors, 'stay', PACE);
    await this.#screens.all('cut', { every: 1 });
    await sleep(AWAY_MS);
    await this.#gateway.kill('SIGKILL');
    this.#gateway = await this.#start();
    await sleep(AWAY_MS);
    const entries = (await headOf(this.#gateway)) - head;
    const before = await metrics(this.#gateway);
    const returned = await this.#comeBack();
    const after = await metrics(this.#gateway);
    const peakMib = peakMibOf(this.#gateway.pid);
    await sleep(LIVE_AGAIN_MS);
    const heard = await this.#heard(await this.#stopSaying());
    return {
      ...returned,
      entries,
      peakMib,
      longestTurnMs: after(LONGEST_TURN_SECONDS) * 1000,
      cpuMs: (after(CPU_SECONDS) - before(CPU_SECONDS)) * 1000,
      faults: this.#faults(heard),
      reloads: heard.reloads,
    };
  }

  async end(): Promise<void> {
    this.#screens.end();
    this.#sensors.child.kill('SIGKILL');
    await this.#gateway.stop();
  }

  #loadFor = (ms: number): Promise<Load> => loadOf(treeOf(this.#gateway.pid), ms);
  #faults = (heard: Heard): Faults => faultsOf(heard, this.#city, this.#journal, this.#since);
  /** All that was said is acknowledged, and so in the journal. */
  #heard = async (span: Span): Promise<Heard> => this.#screens.heard(span, await headOf(this.#gateway));
  #stopSaying = async (): Promise<Span> => Span.parse(await ask(this.#sensors, 'stop'));

  async #comeBack(): Promise<Returned> {
    const returned = z.array(Returned).parse(await this.#screens.all('back'));
    return {
      firstMs: Math.min(...returned.map(({ firstMs }) => firstMs)),
      lastMs: Math.max(...returned.map(({ lastMs }) => lastMs)),
      refusals: returned.reduce((sum, { refusals }) => sum + refusals, 0),
    };
  }
}

/** Series of one scrape: some of them tell of the time since the one before. */
async function metrics({ url }: RunningGateway): Promise<(name: string) => number> {
  const text = await (await fetch(new URL('/metrics', url))).text();
  return (name) => {
    const value = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'm').exec(text)?.[1];
    if (value === undefined) throw new Error(`/metrics does not tell ${name}`);
    return Number(value);
  };
}
const headOf = async (gateway: RunningGateway): Promise<number> => (await metrics(gateway))('fengsui_journal_head');

/** The most memory that a process has had (VmHWM of proc(5)), in MiB. */
function peakMibOf(pid: number): number {
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) / 1024;
}
