import { createHash } from 'node:crypto';
import { SimulatedBroker } from './broker.ts';
import { Chance } from './chance.ts';
import { DEVICES, SimulatedDevice } from './devices.ts';
import { Disk } from './disk.ts';
import { Effects } from './effects.ts';
import { expectAtRest, expectSameBook } from './evening.ts';
import { Ledger } from './ledger.ts';
import { Life, type Surroundings } from './life.ts';
import { expectThat, LogLaws } from './log-laws.ts';
import { SimulatedOperator } from './operator.ts';
import { SimulatedPuller } from './puller.ts';
import { Timeline } from './timeline.ts';
import { clearUp, drawWeather } from './weather.ts';

const STARTS_AT = Date.UTC(2026, 10, 24, 8);
/** Steps of a day with its faults, and those in which it must then come to rest. */
const STEPS = 700;
const REST_WITHIN_STEPS = 40_000;

export type DayReport = Readonly<{
  log: string;
  entries: number;
  promises: number;
  crashes: number;
  alarms: number;
  steps: number;
}>;

/** One simulated day. The same seed is the same day, step by step. Throws at the first broken law, with the way there. */
export async function liveDay(seed: number): Promise<DayReport> {
  const day = new Day(seed);
  try {
    return await day.live();
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new Error(`seed ${seed}, step ${day.timeline.steps}: ${said}\n${day.timeline.trace.join('\n')}`, {
      cause: error,
    });
  }
}

class Day {
  readonly timeline = new Timeline(STARTS_AT);
  readonly #chance: Chance;
  readonly #around: Surroundings;
  readonly #devices: readonly SimulatedDevice[];
  readonly #pullers: readonly SimulatedPuller[];
  readonly #laws: LogLaws;
  #life: Life | undefined;
  #isOver = false;
  #isClockSteady = true;
  #crashes = 0;

  constructor(seed: number) {
    const chance = new Chance(seed);
    this.#chance = chance;
    const [weather, disk] = [drawWeather(chance), new Disk()];
    const ledger = new Ledger(disk);
    const broker = new SimulatedBroker(weather, chance, () => undefined);
    const effects = new Effects(weather, chance, (text) => ledger.broken(new Error(text)));
    const { timeline } = this;
    const isSteady = (id: string) =>
      this.#isClockSteady && this.#devices.find((device) => device.id === id)?.isClockSteady === true;
    this.#laws = new LogLaws(disk, isSteady);
    this.#around = {
      disk,
      timeline,
      chance,
      weather,
      broker,
      ledger,
      effects,
      clockOffMs: 0,
    };
    const [isOver, life] = [() => this.#isOver, () => this.#life];
    let number = 0;
    const ports = { timeline, chance, weather, broker, isOver, number: () => (number += 1) };
    this.#devices = DEVICES.map((device) => new SimulatedDevice(device, ports));
    const pulling = { timeline, chance, ledger, paceMs: weather.paceMs, life, isOver };
    this.#pullers = DEVICES.slice(0, 2).map(({ id }) => new SimulatedPuller(id, pulling));
  }

  async live(): Promise<DayReport> {
    this.#begin();
    while (this.timeline.steps < STEPS) await this.#step();
    await this.#evening();
    const { disk, ledger } = this.#around;
    const [entries, steps] = [disk.entries.length, this.timeline.steps];
    const log = createHash('sha256').update(JSON.stringify(disk.entries)).digest('hex');
    return { log, entries, promises: ledger.promises, crashes: this.#crashes, alarms: this.#laws.alarms, steps };
  }

  #begin(): void {
    for (const device of this.#devices) device.live();
    for (const puller of this.#pullers) puller.pull();
    for (const name of ['刘工', '陈工']) this.#staff(name);
    this.#disturb();
    this.#start();
  }

  async #step(): Promise<void> {
    const { weather, ledger } = this.#around;
    if (this.#life !== undefined && this.#chance.is(weather.crash)) this.#crash();
    expectThat(await this.timeline.step(), 'nothing happens any more');
    this.#laws.check();
    if (ledger.fault !== undefined) throw ledger.fault;
    if (this.#life?.isIdle === true && this.#chance.is(0.05)) expectSameBook(this.#life, this.#laws);
  }

  /** No more faults and nothing new: all comes to rest, and is then what it should be; once more after a restart. */
  async #evening(): Promise<void> {
    this.#isOver = true;
    clearUp(this.#around.weather);
    await this.#untilRest();
    this.#expectAtRest();
    this.#crash();
    await this.#untilRest();
    this.#expectAtRest();
  }

  #expectAtRest(): void {
    const world = { ...this.#around, isClockSteady: this.#isClockSteady };
    if (this.#life !== undefined) expectAtRest(this.#life, this.#laws, world, this.#devices);
  }

  async #untilRest(): Promise<void> {
    for (let left = REST_WITHIN_STEPS; !this.#isAtRest(); left -= 1) {
      expectThat(left > 0, 'it does not come to rest');
      await this.#step();
    }
  }

  #isAtRest(): boolean {
    const { broker, disk, effects } = this.#around;
    return (
      this.#life?.isIdle === true &&
      ![...disk.facts.keys()].some((key) => key.startsWith('held/')) &&
      broker.kept === 0 &&
      this.#devices.every(({ hasAllSent }) => hasAllSent) &&
      this.#pullers.every(({ isAtRest }) => isAtRest) &&
      effects.names.every((name) => disk.cursors.get(name) === disk.entries.length)
    );
  }

  #start = (): void => {
    const { weather } = this.#around;
    const clockOffMs = this.#chance.is(weather.clockJumps) ? this.#chance.between(-7_200_000, 7_200_000) : 0;
    if (clockOffMs !== 0) this.#isClockSteady = false;
    this.#life = new Life({ ...this.#around, clockOffMs });
    for (const puller of this.#pullers) puller.giveAgain();
  };

  #crash(): void {
    this.timeline.note('crash');
    this.#crashes += 1;
    this.#life?.die();
    this.#life = undefined;
    for (const puller of this.#pullers) puller.onCrash();
    this.timeline.after(this.#chance.between(1, 3_000), 'start', this.#start);
  }

  #staff(name: string): void {
    const { disk, ledger, weather } = this.#around;
    const now = () => this.timeline.now;
    const operator = new SimulatedOperator(name, { disk, chance: this.#chance, ledger, now });
    const act = (): void => {
      if (this.#isOver) return;
      if (this.#life !== undefined) operator.act(this.#life);
      this.timeline.after(this.#chance.between(1, weather.paceMs * 2), name, act);
    };
    this.timeline.after(this.#chance.between(1, weather.paceMs), name, act);
  }

  /** The disk fills and is freed again, the broker goes and comes back. */
  #disturb(): void {
    const { weather, broker } = this.#around;
    const change = (): void => {
      if (this.#isOver) return;
      if (weather.isDiskFull || weather.isBrokerAway)
        Object.assign(weather, { isDiskFull: false, isBrokerAway: false });
      else if (this.#chance.is(0.3)) broker.goAway();
      else weather.isDiskFull = this.#chance.is(0.5);
      this.timeline.after(this.#chance.between(20, weather.paceMs * 8), 'weather', change);
    };
    this.timeline.after(this.#chance.between(20, weather.paceMs * 20), 'weather', change);
  }
}
