import { pino } from 'pino';
import { V7Generator } from 'uuidv7';
import { ALARM_ACTIONS, type AlarmOrder } from '../../gateway/alarms/command.ts';
import { growingAlarmIds } from '../../gateway/desk/alarm-ids.ts';
import { escalateOverdue } from '../../gateway/desk/deadlines.ts';
import type { AlarmDesk } from '../../gateway/desk/desk.ts';
import { SignalIntake } from '../../gateway/desk/intake.ts';
import type { AlarmLanes } from '../../gateway/desk/lanes.ts';
import { openLanes } from '../../gateway/desk/open-desk.ts';
import { openAlarmDesk } from '../../gateway/desk/order-desk.ts';
import { type Alarm, type AlarmDefinition, VERDICTS } from '../../gateway/domain/alarm.ts';
import type { Report, Signal } from '../../gateway/domain/signal.ts';
import { type JournalQueries, JournalUnavailable } from '../../gateway/journal/journal.ts';
import { PresenceMap } from '../../gateway/registry/presence.ts';
import { at, CLIMB, DUTY, FENCE, INTRUSION } from '../parts/alarm-samples.ts';
import { Chance } from './chance.ts';
import { Disk } from './disk.ts';
import { HandJournal } from './hand-journal.ts';
import { expectThat, isSame, LogLaws } from './log-laws.ts';

const log = pino({ level: 'silent' });
const own = (code: string): AlarmDefinition => ({ ...INTRUSION, code, severity: 4 });
const DEFINITIONS = [INTRUSION, CLIMB, own('device.offline'), own('device.clock.off'), own('device.flapping')];
const DEVICES = [FENCE, { ...FENCE, id: 'yz-fence-k813' }] as const;
const LIMITS = { acceptMs: 60_000, arriveMs: 600_000, closeMs: 3_600_000 };
/** Old screens and old messages that come again. */
const REMEMBERED_MAX = 12;

type Life = Readonly<{
  journal: HandJournal;
  queries: JournalQueries;
  lanes: AlarmLanes;
  intake: SignalIntake;
  desk: AlarmDesk;
}>;
type Ordered = { readonly alarm: string; readonly version: number; answer: 'done' | 'refused' | undefined };

export type Told = Readonly<{ steps: number; entries: number; alarms: number; orders: number; crashes: number }>;

/**
 * A few dozen happenings around two devices, in an order that the seed gives: signals new and repeated, orders from old
 * screens, timers, a disk that stores, answers late and refuses, a gateway that dies and starts again. The real intake,
 * lanes, book and desk over a disk in memory. Throws at the first law that is broken; the same seed is the same story.
 */
export async function liveThrough(seed: number): Promise<Told> {
  const story = new Story(seed);
  try {
    return await story.live();
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new Error(`seed ${seed}: ${said}\n${story.told.join('\n')}`, { cause: error });
  }
}

class Story {
  readonly told: string[] = [];
  readonly #chance: Chance;
  readonly #disk = new Disk();
  readonly #laws = new LogLaws(this.#disk, () => false);
  readonly #said: Report[] = [];
  readonly #screens: Alarm[] = [];
  readonly #orders: Ordered[] = [];
  #now = at('08:00:00');
  #life: Life;
  #checked = 0;
  #steps = 0;
  #crashes = 0;
  #fault: unknown;

  constructor(seed: number) {
    this.#chance = new Chance(seed);
    this.#life = this.#start();
  }

  async live(): Promise<Told> {
    for (let left = this.#chance.between(8, 40); left > 0; left -= 1) {
      this.#step();
      await this.#settle();
    }
    await this.#rest();
    this.#life = this.#start();
    this.#expectBook();
    const { entries } = this.#disk;
    const [steps, alarms, orders, crashes] = [this.#steps, this.#laws.alarms, this.#orders.length, this.#crashes];
    return { steps, entries: entries.length, alarms, orders, crashes };
  }

  #step(): void {
    const { journal } = this.#life;
    const count = this.#chance.between(1, 4);
    this.#steps += 1;
    this.#now += this.#chance.pick([0, 1, 20, 1_000, 40_000]);
    const what = this.#chance.between(1, 100);
    if (what <= 38) this.#say();
    else if (what <= 60) this.#order();
    else if (what <= 64) this.#timer();
    else if (what <= 76) this.#note('store', () => journal.store(count));
    else if (what <= 88) this.#note('answer', () => journal.answer());
    else if (what <= 93) this.#note('refuse', () => journal.refuse(count));
    else if (what <= 97) this.#crash(count);
    else this.#note('clock', () => (this.#now += this.#chance.pick([-7_200_000, -1, 7_200_000])));
  }

  /** Everything that has been said and ordered is decided, stored and answered; then the book is what the disk holds. */
  async #rest(): Promise<void> {
    this.#life.intake.settle().catch(this.#unlessRefused);
    await this.#settle(); // what is decided in one turn goes to the journal at its end
    for (let left = 50; left > 0 && !this.#life.journal.isIdle; left -= 1) {
      this.#life.journal.store(100);
      this.#life.journal.answer();
      await this.#settle();
    }
    expectThat(this.#life.journal.isIdle, 'it does not come to rest');
    this.#expectBook();
  }

  /** All that follows from a step has happened; then the laws of the log are looked at. */
  async #settle(): Promise<void> {
    await new Promise(setImmediate);
    if (this.#fault !== undefined) throw this.#fault;
    this.#laws.check();
    this.#checkOrders();
  }

  #say(): void {
    const isAgain = this.#said.length > 0 && this.#chance.is(0.25);
    const report = isAgain ? this.#chance.pick(this.#said) : this.#newReport();
    if (!isAgain) remember(this.#said, report);
    const reports = this.#chance.is(0.2) ? [report, this.#newReport()] : [report];
    this.#note(`${isAgain ? 'again' : 'say'} ${JSON.stringify(reports)}`, () => {
      this.#life.intake.accept(reports).catch(this.#unlessRefused);
    });
  }

  #newReport(): Report {
    const { id: device } = this.#chance.pick(DEVICES);
    if (this.#chance.is(0.1)) return { kind: 'status', device, online: this.#chance.is(0.5), at: this.#now };
    const { code, kind } = this.#chance.pick([INTRUSION, INTRUSION, CLIMB] as const);
    const lateMs = this.#chance.pick([0, 0, 0, 500, 90_000, 3_900_000, -200_000]);
    const signal: Signal = { kind: 'signal', device, type: code, at: this.#now - lateMs };
    return {
      ...signal,
      ...(this.#chance.is(0.5) ? { id: `m${this.#steps}-${this.#chance.between(0, 999_999)}` } : {}),
      ...(kind === 'pulse' ? {} : { active: this.#chance.is(0.6) }),
      ...(this.#chance.is(0.2) ? { severity: this.#chance.pick([1, 2, 3, 4] as const) } : {}),
      ...(this.#chance.is(0.1) ? { isReplay: true } : {}),
    };
  }

  /** From a screen that may be old: a version that was, or is about to be. */
  #order(): void {
    const alarms = [...this.#disk.alarms.keys()];
    if (alarms.length === 0) return;
    const fresh = this.#life.lanes.find(this.#chance.pick(alarms));
    if (fresh !== undefined) remember(this.#screens, fresh);
    const seen = this.#chance.is(0.7) ? fresh : this.#chance.pick(this.#screens);
    if (seen === undefined) return;
    const action = this.#chance.pick(ALARM_ACTIONS);
    const ordered: Ordered = { alarm: seen.id, version: seen.version, answer: undefined };
    const number = this.#orders.push(ordered) - 1;
    const order: AlarmOrder = {
      action,
      version: seen.version,
      by: DUTY,
      note: `#${number}`,
      assignee: '彬江一队',
      verdict: this.#chance.pick(VERDICTS),
      until: this.#now + 60_000,
      to: '360900000000',
      doneAt: undefined,
    };
    this.#note(`order ${action} ${seen.id} at version ${seen.version}`, () => {
      this.#life.desk
        .carryOut(seen.id, order)
        .then(({ ok }) => (ordered.answer = ok ? 'done' : 'refused'), this.#unlessRefused);
    });
  }

  #timer(): void {
    const { lanes, queries, intake } = this.#life;
    this.#note('timer', () => {
      escalateOverdue({ lanes, queries, now: () => this.#now, log }).catch(this.#unlessRefused);
      intake.settle().catch(this.#unlessRefused);
    });
  }

  /** What was under way is never answered; a batch that the writer had begun may be there whole. */
  #crash(count: number): void {
    this.#note('crash', () => {
      if (this.#chance.is(0.5)) this.#life.journal.store(count);
      this.#crashes += 1;
      this.#life = this.#start();
    });
  }

  #start(): Life {
    const now = (): number => this.#now;
    const journal = new HandJournal(this.#disk, now);
    const queries = this.#disk.queries(journal.head);
    const lanes = openLanes(journal, queries);
    const ids = new V7Generator({ nextUint32: this.#chance.nextUint32 });
    const rate = this.#chance.pick([2, 1e9]);
    const intake = new SignalIntake({
      lanes,
      journal,
      findDevice: (id) => DEVICES.find((device) => device.id === id),
      definitionOf: (_device, word) => DEFINITIONS.find(({ code }) => code === word),
      limitsOf: () => LIMITS,
      presence: new PresenceMap(),
      count: () => undefined,
      newAlarmId: growingAlarmIds(queries, now, ids),
      now,
      clockAllowanceMs: 120_000,
      deviceRate: { perSecond: rate, burst: rate },
      log,
    });
    return { journal, queries, lanes, intake, desk: openAlarmDesk(lanes, now) };
  }

  /** An order stands on the version that its giver saw: what came between would have been overwritten unseen. */
  #checkOrders(): void {
    for (const { seq, entry, alarm } of this.#disk.entries.slice(this.#checked)) {
      this.#checked = seq;
      const number = 'note' in entry && entry.note !== undefined ? Number(entry.note.slice(1)) : undefined;
      const ordered = number === undefined ? undefined : this.#orders[number];
      if (ordered === undefined) continue;
      const stands = alarm?.id === ordered.alarm && alarm.version === ordered.version + 1;
      expectThat(stands, `entry ${seq} overwrites: ordered at version ${ordered.version}, stored as ${alarm?.version}`);
      expectThat(ordered.answer !== 'refused', `entry ${seq} is an order that was refused`);
    }
  }

  #expectBook(): void {
    for (const alarm of this.#disk.alarms.values()) {
      const held = this.#life.lanes.find(alarm.id);
      expectThat(isSame(held, alarm), `the book does not hold ${alarm.id} as the disk does`);
    }
    const notes = new Set(this.#disk.entries.flatMap(({ entry }) => ('note' in entry ? [entry.note] : [])));
    for (const [number, { answer }] of this.#orders.entries()) {
      expectThat(
        notes.has(`#${number}`) || answer !== 'done',
        `order ${number} was carried out and is not on the disk`,
      );
    }
  }

  readonly #unlessRefused = (error: unknown): void => {
    if (!(error instanceof JournalUnavailable)) this.#fault ??= error;
  };

  #note(text: string, act: () => void): void {
    this.told.push(text);
    act();
  }
}

function remember<T>(list: T[], one: T): void {
  list.push(one);
  if (list.length > REMEMBERED_MAX) list.shift();
}
