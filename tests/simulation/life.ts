import { pino } from 'pino';
import { V7Generator } from 'uuidv7';
import { loadCodecs } from '../../adapters/codec/load-codecs.ts';
import { CommandDesk } from '../../adapters/mqtt/commands.ts';
import { Reader } from '../../adapters/mqtt/reader.ts';
import { Window } from '../../adapters/mqtt/window.ts';
import { loadCatalogue } from '../../config/catalogue.ts';
import { growingAlarmIds } from '../../gateway/desk/alarm-ids.ts';
import { definitionOf } from '../../gateway/desk/alarm-type.ts';
import { escalateOverdue } from '../../gateway/desk/deadlines.ts';
import type { AlarmDesk } from '../../gateway/desk/desk.ts';
import { Holding } from '../../gateway/desk/holding.ts';
import { SignalIntake } from '../../gateway/desk/intake.ts';
import { plainRules } from '../../gateway/desk/judge.ts';
import type { AlarmLanes } from '../../gateway/desk/lanes.ts';
import { openLanes } from '../../gateway/desk/open-desk.ts';
import { openAlarmDesk } from '../../gateway/desk/order-desk.ts';
import type { DeviceDirectory } from '../../gateway/domain/device.ts';
import type { HeldSignal } from '../../gateway/domain/entry.ts';
import type { Report } from '../../gateway/domain/signal.ts';
import { type Follower, runFollower } from '../../gateway/followers/follower.ts';
import { JournalUnavailable } from '../../gateway/journal/journal.ts';
import { PresenceMap } from '../../gateway/registry/presence.ts';
import { houseOf } from '../parts/codec-house.ts';
import type { Connection, Message, SimulatedBroker } from './broker.ts';
import type { Chance } from './chance.ts';
import { DEVICES } from './devices.ts';
import type { Disk } from './disk.ts';
import type { Effects } from './effects.ts';
import type { Ledger } from './ledger.ts';
import { LifeJournal } from './life-journal.ts';
import type { Timeline } from './timeline.ts';
import type { Weather } from './weather.ts';

const log = pino({ level: 'silent' });
const catalogue = loadCatalogue();
const codecs = await loadCodecs();
const RECONNECT_MAX_MS = 2_000;
const LOOK_FOR_OVERDUE_MS = 10_000;
/** Less often than the gateway does, for a look is a step. */
const SETTLE_EVERY_MS = 10_000;
/** So much that nobody is ever over it: floods have tests of their own. */
const NO_LIMIT = { perSecond: 1e9, burst: 1e9 };

export type Surroundings = Readonly<{
  disk: Disk;
  timeline: Timeline;
  chance: Chance;
  weather: Weather;
  broker: SimulatedBroker;
  ledger: Ledger;
  effects: Effects;
  /** How far this machine's clock is off, in milliseconds. */
  clockOffMs: number;
}>;

/** The gateway from one start to the next crash: its own parts, put together as `gateway.ts` does. */
export class Life {
  readonly #around: Surroundings;
  readonly journal: LifeJournal;
  readonly lanes: AlarmLanes;
  readonly intake: Intake;
  readonly desk: AlarmDesk;
  readonly followers: readonly Follower[];
  readonly #reader: Reader;
  readonly #window: Window<Origin>;
  #connection: Connection | undefined;
  isDead = false;

  constructor(around: Surroundings) {
    this.#around = around;
    const { disk, timeline, chance, weather } = around;
    const now = (): number => timeline.now + around.clockOffMs;
    this.journal = new LifeJournal({ disk, timeline, chance, weather, now });
    this.lanes = openLanes(this.journal, this.journal.queries);
    this.desk = openAlarmDesk(this.lanes, now);
    const intake = this.#openIntake(now);
    this.intake = around.ledger.watching(intake);
    this.#reader = new Reader({
      codecs,
      house: houseOf(DIRECTORY.find),
      directory: DIRECTORY,
      commands: new CommandDesk({ directory: DIRECTORY, now, publish: () => undefined }),
      log,
      now,
    });
    this.#window = new Window({
      intake: this.intake,
      acknowledge: (origins) => this.#acknowledge(origins),
      refuse: (origins) => this.#refuse(origins),
      readOn: () => this.#readOn(),
    });
    this.followers = around.effects.names.map((name) => this.#follow(name, now));
    this.#connectLater();
    this.#lookForOverdue(now);
    this.#settleLater(intake);
  }

  /** Killed: nothing of it goes on, and what it had not written is gone. */
  die(): void {
    this.isDead = true;
    this.journal.die();
    this.#connection?.close();
    for (const owner of [this, this.journal]) this.#around.timeline.forget(owner);
  }

  get isIdle(): boolean {
    return this.journal.isIdle && this.#window.waiting === 0;
  }

  #openIntake(now: () => number): SignalIntake {
    const presence = new PresenceMap();
    for (const { key, value } of this.journal.queries.facts('status/')) {
      presence.setOnline(key.slice('status/'.length), (value as { online: boolean }).online);
    }
    const heldOf = (prefix: string) =>
      [...this.journal.queries.facts(`held/${prefix}`)].map(({ value }) => value as HeldSignal); // written by us
    return new SignalIntake({
      rules: { ...plainRules(), holding: new Holding(heldOf(''), (device) => heldOf(`${device}/`)) },
      lanes: this.lanes,
      journal: this.journal,
      findDevice: DIRECTORY.find,
      definitionOf: (device, word) => definitionOf(catalogue, device, word),
      limitsOf: catalogue.limits,
      presence,
      count: this.#around.ledger.count,
      newAlarmId: growingAlarmIds(
        this.journal.queries,
        now,
        new V7Generator({ nextUint32: this.#around.chance.nextUint32 }),
      ),
      now,
      clockAllowanceMs: 120_000,
      deviceRate: NO_LIMIT,
      log,
    });
  }

  #follow(name: string, now: () => number): Follower {
    const { timeline, chance, effects } = this.#around;
    return runFollower({
      name,
      journal: this.journal,
      cursors: this.journal.cursors,
      handle: (batch) => effects.carryOut(name, batch, (ms) => timeline.wait(ms, `${name} works`, this)),
      log,
      stop: new AbortController().signal, // it is killed, never told to stop
      now,
      random: chance.next,
      sleep: (ms) => timeline.wait(ms, `${name} waits`, this),
      inFlightMax: effects.inFlightMaxOf(name),
    });
  }

  #connectLater(): void {
    const { timeline, chance } = this.#around;
    timeline.after(chance.between(1, RECONNECT_MAX_MS), 'connect', () => this.#connect(), this);
  }

  #connect(): void {
    this.#connection = this.#around.broker.connect();
    if (this.#connection === undefined) this.#connectLater();
    else this.#readLater(this.#connection);
  }

  #readLater(connection: Connection): void {
    const { timeline, chance, broker } = this.#around;
    // with nothing there the next look may come late: a look is a step, and steps are what a day is short of
    timeline.after(chance.between(1, broker.kept > 0 ? 40 : 1_000), 'read', () => this.#readSome(connection), this);
  }

  /** What came in one piece of the stream. A connection that the broker or we have closed is opened again. */
  #readSome(connection: Connection): void {
    const { broker, chance } = this.#around;
    if (connection.isClosed) {
      this.#window.drop((origin) => origin.connection.isClosed);
      this.#connectLater();
      return;
    }
    for (let left = chance.between(1, 12); left > 0 && !this.#window.isHeld; left -= 1) {
      const message = broker.next(connection);
      if (message === undefined) break;
      const reports = this.#reader.read(message.topic, Buffer.from(message.payload), false);
      this.#window.add({ reports, origin: { connection, message, reports }, bytes: message.payload.length });
    }
    this.#readLater(connection);
  }

  #readOn(): void {
    // the next piece is looked at anyway
  }

  #acknowledge(origins: readonly Origin[]): void {
    if (this.isDead) return;
    for (const { connection, message, reports } of origins) {
      if (!connection.isClosed) this.#around.ledger.promised(message.payload, reports);
      this.#around.broker.acknowledge(connection, message);
    }
  }

  #refuse(origins: readonly Origin[]): void {
    for (const { connection } of origins) connection.close();
  }

  /** What waits of devices that talk too much, or whether it lasts. */
  #settleLater(intake: SignalIntake): void {
    const settle = (): void => {
      intake.settle().catch((error: unknown) => {
        if (!(error instanceof JournalUnavailable)) this.#around.ledger.broken(error);
      });
      this.#settleLater(intake);
    };
    this.#around.timeline.after(SETTLE_EVERY_MS, 'settle', settle, this);
  }

  #lookForOverdue(now: () => number): void {
    const look = (): void => {
      escalateOverdue({ lanes: this.lanes, queries: this.journal.queries, now, log }).catch((error: unknown) => {
        if (!(error instanceof JournalUnavailable)) this.#around.ledger.broken(error);
      });
      this.#lookForOverdue(now);
    };
    this.#around.timeline.after(LOOK_FOR_OVERDUE_MS, 'look for overdue', look, this);
  }
}

type Intake = Readonly<{ accept(reports: readonly Report[]): Promise<void> }>;
type Origin = Readonly<{ connection: Connection; message: Message; reports: readonly Report[] }>;

const DIRECTORY: DeviceDirectory = {
  find: (id) => DEVICES.find((device) => device.id === id),
  byProfile: (profile) => DEVICES.filter((device) => device.profile === profile),
  onChange: () => () => undefined,
};
