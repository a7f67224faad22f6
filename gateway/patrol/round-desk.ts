import type { Logger } from 'pino';
import type { Actor } from '../domain/actor.ts';
import { type BadValue, badValue } from '../domain/bad-value.ts';
import type { Device } from '../domain/device.ts';
import type { OtherEntry } from '../domain/entry.ts';
import { isEnded, type Lateness, type PatrolPlan, type PatrolRound, type PatrolTask } from '../domain/patrol.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { Intake } from '../domain/signal.ts';
import { type Journal, JournalUnavailable } from '../journal/journal.ts';
import type { RoundBook } from './round-book.ts';
import { alarmChange, isGivenUp, latenessOf, openRound, passed, shiftsAt } from './rounds.ts';
import type { TaskBook } from './task-book.ts';

export type RoundPorts = Readonly<{
  plans: readonly PatrolPlan[];
  rounds: RoundBook;
  tasks: TaskBook;
  journal: Pick<Journal, 'append'>;
  intake: Pick<Intake, 'accept'>;
  now: () => number;
  log: Logger;
}>;

/** What a phone says about a check-point. Metres from it by its own statement; undefined where it does not know. */
export type Passing = Readonly<{
  distanceM: number | undefined;
  reason: string | undefined;
  doneAt: number | undefined;
  by: Actor;
}>;
export type PassingFault =
  | Readonly<{ kind: 'unknown-round' | 'unknown-point' }>
  /** Somebody else has the round. */
  | Readonly<{ kind: 'not-holder'; present: PatrolTask }>
  | Readonly<{ kind: 'bad-value'; fault: BadValue }>;

/** The alarm type of a late round. */
export const LATE = 'railway.patrol.late';
const LOOK_EVERY_MS = 5_000;
const CLOCK: Actor = { name: 'patrol', centre: undefined };
const WHY: Readonly<Record<Lateness, string>> = {
  'late-start': '未按时开始 / not begun in time',
  'missed-check-point': '巡更点未按时到位 / a check-point was not passed in time',
  unfinished: '未按时完成 / not finished in time',
};

/**
 * Opens the rounds of the plans as their time comes, takes check-points, and lets a late round be an alarm on its section.
 * The round is in the log before anything follows from it, and the alarm's signal carries the round's id: after a crash
 * between the two the same signal is said again, which the heart knows as the same.
 */
export class RoundDesk {
  readonly #ports: RoundPorts;
  readonly #posts: ReadonlyMap<string, Device>;
  #looking: Promise<void> = Promise.resolve();

  constructor(ports: RoundPorts) {
    this.#ports = ports;
    this.#posts = new Map(ports.plans.map((plan) => [postOf(plan.id), postDevice(plan)]));
  }

  find = (id: string): PatrolRound | undefined => this.#ports.rounds.find(id);
  all = (): readonly PatrolRound[] => this.#ports.rounds.all();
  /** The plan as the device that its late rounds are alarms of: the registry knows devices only. */
  post = (id: string): Device | undefined => this.#posts.get(id);

  /** Looks every few seconds, and then at what `also` sees to. Answers the way to stop. */
  start(also: () => Promise<void>): () => Promise<void> {
    const look = (): void => void this.#inTurn(() => this.look().then(also));
    const timer = setInterval(look, LOOK_EVERY_MS);
    look();
    return () => {
      clearInterval(timer);
      return this.#looking;
    };
  }

  /** One after the other, so that no alarm is begun twice; what the journal does not take is looked at again. */
  #inTurn(act: () => Promise<void>): Promise<void> {
    this.#looking = this.#looking.then(act).catch((error: unknown) => {
      if (!(error instanceof JournalUnavailable)) throw error;
      this.#ports.log.error({ err: error }, 'patrol rounds wait for the journal');
    });
    return this.#looking;
  }

  /** Everything that is due now. Throws JournalUnavailable: it is looked at again. */
  async look(): Promise<void> {
    const now = this.#ports.now();
    for (const plan of this.#ports.plans) await this.#open(plan, now);
    for (const { id } of this.#ports.rounds.underWay()) await this.#follow(id, now);
    await this.#forgetOld(now);
  }

  /** Takes a check-point. The one who has the round's task may, and whoever begins one that nobody has taken. */
  async pass(id: string, index: number, passing: Passing): Promise<Result<PatrolRound, PassingFault>> {
    const { rounds, tasks, now } = this.#ports;
    const round = rounds.find(id);
    if (round === undefined) return failed({ kind: 'unknown-round' });
    const point = round.points[index];
    if (point === undefined) return failed({ kind: 'unknown-point' });
    const task = tasks.find(round.task);
    if (task?.holder !== undefined && task.holder !== passing.by.name && !isEnded(task))
      return failed({ kind: 'not-holder', present: task });
    if (point.passedAt !== undefined) return ok(round); // said again
    const fault = farFault(round, passing);
    if (fault !== undefined) return failed({ kind: 'bad-value', fault });
    const at = passing.doneAt ?? now();
    const after = passed(round, index, { passedAt: at, distanceM: passing.distanceM, reason: passing.reason });
    await this.#put(after, passing.by, begun(task, passing, at));
    await this.#inTurn(() => this.#follow(id, now()));
    return ok(rounds.find(id) ?? after);
  }

  async #open(plan: PatrolPlan, now: number): Promise<void> {
    for (const shift of shiftsAt(plan, now)) {
      if (this.#ports.rounds.find(shift.id) !== undefined) continue;
      const { round, task } = openRound(plan, shift, now);
      await this.#put(round, CLOCK, [task]);
    }
  }

  /** One that is given up late is an alarm first, though it be over at once: nobody walked it. */
  async #follow(id: string, now: number): Promise<void> {
    const { rounds, plans } = this.#ports;
    const round = rounds.find(id);
    if (round === undefined) return;
    if (alarmChange(round, now) === 'begin') await this.#begin(round, now);
    const plan = plans.find((one) => one.id === round.plan);
    const next = plan === undefined ? undefined : shiftsAt(plan, now).at(-1);
    if (isGivenUp(rounds.find(id) ?? round, next, now)) await this.#giveUp(id, now);
    const last = rounds.find(id) ?? round;
    if (alarmChange(last, now) === 'end') await this.#end(last, now);
  }

  async #giveUp(id: string, now: number): Promise<void> {
    const { rounds, tasks } = this.#ports;
    const round = rounds.find(id);
    if (round === undefined) return;
    const task = tasks.find(round.task);
    const ended = task === undefined || isEnded(task) ? [] : [givenUp(task, now)];
    await this.#put({ ...round, state: 'missed', version: round.version + 1 }, CLOCK, ended);
  }

  async #begin(round: PatrolRound, now: number): Promise<void> {
    const why = latenessOf(round, now);
    if (why === undefined) return;
    await this.#say(round, true, now, WHY[why]);
    await this.#put({ ...this.#latest(round), late: { why, at: now, isOver: false } }, CLOCK);
  }

  async #end(round: PatrolRound, now: number): Promise<void> {
    const words =
      round.state === 'finished' ? '巡护已完成 / the round was finished' : '班次已结束，未完成 / given up unfinished';
    await this.#say(round, false, now, words);
    const latest = this.#latest(round);
    if (latest.late !== undefined) await this.#put({ ...latest, late: { ...latest.late, isOver: true } }, CLOCK);
  }

  /** What was taken while the heart was asked must not be undone by what follows. */
  #latest(round: PatrolRound): PatrolRound {
    const latest = this.#ports.rounds.find(round.id) ?? round;
    return { ...latest, version: latest.version + 1 };
  }

  #say({ id, plan, title }: PatrolRound, active: boolean, at: number, words: string): Promise<void> {
    const identity = `${id}.${active ? 'late' : 'over'}`;
    const text = `${title.zh} ${id}: ${words}`;
    return this.#ports.intake.accept([
      { kind: 'signal', device: postOf(plan), type: LATE, id: identity, active, at, text },
    ]);
  }

  async #put(round: PatrolRound, by: Actor, tasks: readonly PatrolTask[] = []): Promise<void> {
    const entries: OtherEntry[] = [{ kind: 'patrol-round-put', round, by }];
    for (const task of tasks) entries.push({ kind: 'patrol-task-put', task, by, note: undefined, doneAt: undefined });
    const undo = [this.#ports.rounds.fold(round), this.#ports.tasks.fold(tasks)];
    try {
      await this.#append(entries);
    } catch (error) {
      for (const takeBack of undo) takeBack();
      throw error;
    }
  }

  async #forgetOld(now: number): Promise<void> {
    const over = this.#ports.rounds.over(now);
    if (over.length === 0) return;
    await this.#append(over.map(({ id }) => ({ kind: 'patrol-round-removed', round: id })));
    for (const { id } of over) this.#ports.rounds.remove(id);
  }

  async #append(entries: readonly OtherEntry[]): Promise<void> {
    const [answer] = await this.#ports.journal.append([
      {
        subject: 'patrol/rounds',
        expectedVersion: undefined,
        entries: entries.map((entry) => ({ entry, alarm: undefined })),
      },
    ]);
    if (answer?.ok !== true) throw new JournalUnavailable('the round was not stored');
  }
}

const postOf = (plan: string): string => `patrol:${plan}`;

const postDevice = ({ id, zh, en, region, line, checkPoints }: PatrolPlan): Device => ({
  id: postOf(id),
  kind: 'railway',
  profile: 'fengsui',
  name: `${zh} / ${en}`,
  region,
  place: { ...checkPoints[0]?.place, line },
  enabled: true,
  version: 0,
});

function farFault({ withinM }: PatrolRound, { distanceM, reason }: Passing): BadValue | undefined {
  if (reason !== undefined && reason !== '') return undefined;
  const expected = `within ${withinM} m, or a reason`;
  if (distanceM === undefined) return badValue('missing-field', 'reason', '', `a position ${expected}`);
  return distanceM <= withinM ? undefined : badValue('out-of-range', 'distanceM', `${distanceM}`, expected);
}

/** With the first check-point the one who passes it has the round, and is there. */
function begun(task: PatrolTask | undefined, { by, distanceM }: Passing, at: number): readonly PatrolTask[] {
  if (task?.state !== 'offered' && task?.state !== 'taken') return [];
  const taken = { holder: by.name, takenAt: task.takenAt ?? at };
  return [{ ...task, ...taken, state: 'arrived', arrivedAt: at, arrivedM: distanceM, version: task.version + 1 }];
}

const givenUp = (task: PatrolTask, now: number): PatrolTask => ({
  ...task,
  state: 'cancelled',
  endedAt: now,
  note: '班次已结束，未完成 / given up unfinished',
  version: task.version + 1,
});
