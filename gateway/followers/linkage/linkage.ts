import { setTimeout as sleep } from 'node:timers/promises';
import type { Alarm, AlarmId } from '../../domain/alarm.ts';
import type { Device, DeviceId } from '../../domain/device.ts';
import type { AlarmEntry } from '../../domain/entry.ts';
import { isRepeatable, type LinkageOutcome, type LinkageRule, type LinkageStep, markOf } from '../../domain/linkage.ts';
import { failed, type Result } from '../../domain/result.ts';
import type { Recorded } from '../../journal/journal.ts';
import { type Follower, type FollowerPorts, runFollower } from '../follower.ts';
import { type ActFault, carryOut, isPossible, type LinkageReach } from './acts.ts';
import { Questions } from './expiry.ts';
import { rulesFor } from './matching.ts';
import { Turns } from './turns.ts';

/** Batches whose steps are under way while the cursor waits for them: a few hundred bytes each. */
const BATCHES_AT_ONCE = 4_096;
/** A door opened or a call made later than that answers to another moment. */
const ALARM_MAX_AGE_MS = 120_000;
/** Older alarms are not even noted as late: the log is being read from its beginning. */
const LATE_NOTED_MS = 86_400_000;
const DETAIL_MAX_CHARS = 300;
/** How often questions are looked at that nobody has answered. */
const SWEEP_MS = 500;

/** Alarms as they stand with what is on its way to the journal. */
export interface LinkageDesk {
  find(id: AlarmId): Alarm | undefined;
  /** Durable when it resolves. Throws JournalUnavailable. */
  commit(device: DeviceId, entries: readonly AlarmEntry[]): Promise<Alarm | undefined>;
}

export type LinkagePorts = Omit<FollowerPorts, 'name' | 'handle' | 'inFlightMax'> &
  Readonly<{
    rules: readonly LinkageRule[];
    findDevice(id: DeviceId): Device | undefined;
    desk: LinkageDesk;
    reach: LinkageReach;
    /** Alarms that are not closed, for the questions that a stop left open. */
    open(): Iterable<Alarm>;
    /** Resolves once devices can be asked. */
    ready: Promise<void>;
  }>;

/** Takes the steps that follow alarms. No step is taken twice for one alarm, whenever the gateway dies. */
export function takeLinkages(ports: LinkagePorts): Follower {
  const linking = new Linking(ports);
  const sweeping = setInterval(() => void linking.expire(), SWEEP_MS);
  ports.stop.addEventListener('abort', () => clearInterval(sweeping), { once: true });
  return runFollower({
    ...ports,
    name: 'linkage',
    inFlightMax: BATCHES_AT_ONCE,
    handle: async ({ entries }, stop) => {
      const asks = entries.filter((recorded) => linking.concerns(recorded));
      if (asks.length === 0) return;
      await Promise.race([ports.ready, aborted(stop)]);
      if (stop.aborted) throw new Error('stopped before the steps');
      await Promise.all(asks.map((recorded) => linking.follow(recorded, stop)));
    },
  });
}

const STARTERS: ReadonlySet<string> = new Set(['raised', 'repeated', 'regraded']);

class Linking {
  readonly #ports: LinkagePorts;
  readonly #turns = new Turns();
  readonly #questions = new Questions();
  /** Rules at work, so that a second entry of the same alarm waits for the first. Bounded by the batches under way. */
  readonly #working = new Map<AlarmId, Promise<void>>();

  constructor(ports: LinkagePorts) {
    this.#ports = ports;
    for (const { id, linkages = [] } of ports.open()) {
      for (const { rule, step, result, until } of linkages) {
        if (result === 'asked' && until !== undefined) this.#questions.ask({ alarm: id, rule, step, until });
      }
    }
  }

  /** What nobody has answered in time is over. */
  async expire(): Promise<void> {
    for (const question of this.#questions.over(this.#ports.now())) {
      const alarm = this.#ports.desk.find(question.alarm);
      if (alarm === undefined || markOf(alarm.linkages, question.rule, question.step)?.result !== 'asked') continue;
      try {
        await this.#done(alarm, question.rule, question.step, 'expired', undefined);
      } catch (error) {
        this.#ports.log.warn({ alarm: alarm.id, err: error }, 'a linkage question could not be ended, once more');
        this.#questions.ask(question);
      }
    }
  }

  /** Whether any step may follow: a storm repeats alarms of which no rule speaks. */
  concerns({ entry: { kind }, alarm }: Recorded): boolean {
    if (kind === 'linkage-confirmed') return true;
    return alarm !== undefined && STARTERS.has(kind) && this.#rulesFor(alarm).length > 0;
  }

  /** After what is under way for the same alarm: a step that has started here must not look like one of a dead gateway. */
  async follow(recorded: Recorded, stop: AbortSignal): Promise<void> {
    const { alarm } = recorded;
    if (alarm === undefined) return;
    const before = this.#working.get(alarm.id) ?? Promise.resolve();
    const work = before.catch(() => undefined).then(() => this.#take(recorded, alarm, stop)); // its own batch tells of it
    this.#working.set(alarm.id, work);
    try {
      await work;
    } finally {
      if (this.#working.get(alarm.id) === work) this.#working.delete(alarm.id);
    }
  }

  async #take({ entry, at }: Recorded, alarm: Alarm, stop: AbortSignal): Promise<void> {
    if (this.#ports.now() - at > LATE_NOTED_MS) return;
    if (entry.kind === 'linkage-confirmed') return this.#confirmed(entry.rule, entry.step, alarm, at, stop);
    for (const rule of this.#rulesFor(alarm)) {
      for (const step of rule.steps) await this.#step(rule, step, alarm.id, at, stop);
    }
  }

  #rulesFor(alarm: Alarm): readonly LinkageRule[] {
    const { rules, findDevice } = this.#ports;
    const device = rules.length === 0 ? undefined : findDevice(alarm.device);
    return device === undefined ? [] : rulesFor(rules, alarm, device);
  }

  async #confirmed(ruleId: string, stepId: string, alarm: Alarm, at: number, stop: AbortSignal): Promise<void> {
    const rule = this.#ports.rules.find(({ id }) => id === ruleId);
    const step = rule?.steps.find(({ id }) => id === stepId);
    if (rule !== undefined && step !== undefined) return this.#step(rule, step, alarm.id, at, stop);
    await this.#done(alarm, ruleId, stepId, 'failed', 'the rule is gone');
  }

  async #step(rule: LinkageRule, step: LinkageStep, id: AlarmId, at: number, stop: AbortSignal): Promise<void> {
    const { desk, now } = this.#ports;
    const alarm = desk.find(id);
    if (alarm === undefined) return;
    const names = { alarm: id, rule: rule.id, step: step.id };
    const result = markOf(alarm.linkages, rule.id, step.id)?.result;
    const isLate = now() - at > ALARM_MAX_AGE_MS;
    if (result === 'started') {
      if (isLate || !isRepeatable(step.act)) return this.#done(alarm, rule.id, step.id, 'unknown', undefined);
    } else if (result !== undefined && result !== 'confirmed') return;
    else if (step.ifPossible && !isPossible(this.#ports.reach, step.act, alarm)) return;
    else if (isLate) return this.#done(alarm, rule.id, step.id, 'late', undefined);
    else if (result === undefined && step.isDangerous && rule.ask !== 'never') {
      const until = now() + step.askMs;
      await desk.commit(alarm.device, [{ kind: 'linkage-asked', ...names, until }]);
      this.#questions.ask({ ...names, until });
      return;
    } else await desk.commit(alarm.device, [{ kind: 'linkage-started', ...names }]);
    const done = await this.#turns.run(deviceOf(step, alarm), () => this.#inTime(rule, step, alarm, stop));
    await this.#done(alarm, rule.id, step.id, done.ok ? 'ok' : 'failed', done.ok ? done.value : done.error);
  }

  /** Answers within the step's limit also when the other side does not. */
  async #inTime(
    rule: LinkageRule,
    { id, act, withinMs }: LinkageStep,
    alarm: Alarm,
    stop: AbortSignal,
  ): Promise<Result<string, ActFault>> {
    const over = new AbortController();
    const giveUp = AbortSignal.any([stop, over.signal]);
    const key = `${alarm.id}/${rule.id}/${id}`;
    const late = sleep(withinMs, failed(`no answer in ${withinMs} ms`), { signal: giveUp });
    const act$ = carryOut(this.#ports.reach, act, alarm, { key, withinMs, stop: giveUp });
    try {
      return await Promise.race([act$, late]);
    } catch (error) {
      if (stop.aborted) throw error; // no word on the step: judged after the start
      return failed(error instanceof Error ? error.message : String(error));
    } finally {
      over.abort();
      await Promise.allSettled([late]);
      act$.catch(() => undefined); // its answer came too late to count
    }
  }

  async #done(
    { id, device }: Alarm,
    rule: string,
    step: string,
    result: LinkageOutcome,
    detail: string | undefined,
  ): Promise<void> {
    const { desk, log } = this.#ports;
    if (result !== 'ok') log.warn({ alarm: id, rule, step, result, detail }, 'linkage step not done');
    const cut = detail?.slice(0, DETAIL_MAX_CHARS);
    await desk.commit(device, [{ kind: 'linkage-done', alarm: id, rule, step, result, detail: cut }]);
  }
}

/** Steps on the same thing take turns. */
const deviceOf = ({ act }: LinkageStep, alarm: Alarm): string => {
  if (act.do === 'command') return act.device;
  return act.do === 'webhook' ? act.target : `${act.do} ${alarm.cameras[0] ?? alarm.device}`;
};

const aborted = (stop: AbortSignal): Promise<void> =>
  stop.aborted
    ? Promise.resolve()
    : new Promise((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }));
