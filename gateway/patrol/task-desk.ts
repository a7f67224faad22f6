import type { AlarmOrder } from '../alarms/command.ts';
import type { AlarmDesk, Beside, BesideOrders } from '../desk/desk.ts';
import type { Actor } from '../domain/actor.ts';
import type { Alarm, AlarmId } from '../domain/alarm.ts';
import { type BadValue, badValue } from '../domain/bad-value.ts';
import type { AlarmEntry, OtherEntry } from '../domain/entry.ts';
import type { PatrolTask, TaskId, TaskPhoto } from '../domain/patrol.ts';
import type { Place } from '../domain/place.ts';
import { failed, type Result } from '../domain/result.ts';
import { type Journal, JournalUnavailable, type Write } from '../journal/journal.ts';
import { tasksAfter } from './alarm-task.ts';
import type { TaskBook } from './task-book.ts';
import { decideTask, type TaskFault, type TaskOrder } from './task-order.ts';

export type TaskDeskPorts = Readonly<{
  journal: Pick<Journal, 'append'>;
  book: TaskBook;
  /** Undefined until the desk stands, which asks us what goes beside its orders. */
  desk: () => Pick<AlarmDesk, 'find' | 'carryOut'>;
  /** A place with its coordinates where they follow from its post, and its patrol section. */
  located: (place: Place) => Readonly<{ place: Place; section: string | undefined }>;
  /** Check-points of its round that nobody has passed yet. */
  leftOf: (task: PatrolTask) => number;
  newId: () => TaskId;
  now: () => number;
}>;

const CLOCK: Actor = { name: 'patrol', centre: undefined };
/** Photos of one task. */
export const PHOTOS_MAX = 20;

/**
 * People's acts on tasks: decided, folded into the book at once so that of two phones one wins, and answered for when
 * they are durable. What the disk refuses is taken back. A task of an alarm carries the alarm along in the same write.
 */
export class TaskDesk implements BesideOrders {
  readonly #ports: TaskDeskPorts;

  constructor(ports: TaskDeskPorts) {
    this.#ports = ports;
  }

  find = (id: TaskId): PatrolTask | undefined => this.#ports.book.find(id);
  all = (): readonly PatrolTask[] => this.#ports.book.all();

  /** Throws JournalUnavailable. Scope and permission are the caller's to check. */
  async carryOut(id: TaskId, order: TaskOrder): Promise<Result<PatrolTask, TaskFault>> {
    const { book, now } = this.#ports;
    const task = book.find(id);
    if (task === undefined) return failed({ kind: 'unknown-task' });
    const decided = decideTask(task, order, now());
    if (!decided.ok) return decided;
    const fault = this.#leftFault(task, order);
    if (fault !== undefined) return failed({ kind: 'bad-value', fault });
    await this.#store(decided.value, order);
    return decided;
  }

  /** Throws JournalUnavailable. The same photo twice is one. */
  async addPhoto(id: TaskId, photo: TaskPhoto, by: Actor): Promise<PatrolTask | undefined> {
    const { book } = this.#ports;
    const task = book.find(id);
    if (task === undefined || task.photos.some(({ sha256 }) => sha256 === photo.sha256)) return task;
    const after = { ...task, photos: [...task.photos, photo].slice(-PHOTOS_MAX), version: task.version + 1 };
    await this.#append([putOf(after, by)], book.fold([after]));
    return after;
  }

  /** What an order about an alarm brings along: the task that it makes, changes or ends. */
  of(alarm: Alarm, entry: AlarmEntry): Beside | undefined {
    const { book, now, newId, located } = this.#ports;
    const asked = { alarm, entry, open: book.openOf(alarm.id), now: now(), newId };
    const after = tasksAfter(asked).map((task) => ({ ...task, ...located(task.place) }));
    if (after.length === 0) return undefined;
    const by = 'by' in entry ? entry.by : CLOCK;
    return { entries: after.map((task) => putOf(task, by)), undo: book.fold(after) };
  }

  /** Lets ended tasks go whose time is over; the log keeps their entries. Throws JournalUnavailable. */
  async forgetOld(): Promise<void> {
    const over = this.#ports.book.over(this.#ports.now());
    if (over.length === 0) return;
    const entries = over.map(({ id }): OtherEntry => ({ kind: 'patrol-task-removed', task: id }));
    await this.#append(entries, () => undefined);
    for (const { id } of over) this.#ports.book.remove(id);
  }

  #leftFault(task: PatrolTask, { action, note }: TaskOrder): BadValue | undefined {
    const left = action === 'done' ? this.#ports.leftOf(task) : 0;
    if (left === 0 || (note !== undefined && note !== '')) return undefined;
    return badValue('missing-field', 'note', '', `why ${left} check-points were not passed`);
  }

  async #store(after: PatrolTask, order: TaskOrder): Promise<void> {
    const { book } = this.#ports;
    const entries = [putOf(after, order.by, order)];
    const undo = book.fold([after]);
    const alarm =
      after.origin.kind === 'alarm' ? await this.#carryAlarm(after.origin.alarm, order, { entries, undo }) : false;
    if (!alarm) await this.#append(entries, undo);
  }

  /** The alarm goes along where the step is one of its own, in one write with the task. False: it stays as it is. */
  async #carryAlarm(id: AlarmId, order: TaskOrder, beside: Beside): Promise<boolean> {
    const desk = this.#ports.desk();
    const alarm = desk.find(id);
    const step = alarm === undefined ? undefined : alarmOrderOf(alarm, order);
    if (step === undefined) return false;
    const done = await desk.carryOut(id, step, beside);
    return done.ok;
  }

  async #append(entries: readonly OtherEntry[], undo: () => void): Promise<void> {
    const write: Write = {
      subject: 'patrol/tasks',
      expectedVersion: undefined,
      entries: entries.map((entry) => ({ entry, alarm: undefined })),
    };
    try {
      const [answer] = await this.#ports.journal.append([write]);
      if (answer?.ok !== true) throw new JournalUnavailable('the task was not stored');
    } catch (error) {
      undo();
      throw error;
    }
  }
}

const putOf = (task: PatrolTask, by: Actor, order?: TaskOrder): OtherEntry => ({
  kind: 'patrol-task-put',
  task,
  by,
  note: order?.note,
  doneAt: order?.doneAt,
});

/** Words in the alarm's history for steps that are none of its own states. */
const WORDS: Partial<Record<TaskOrder['action'], string>> = {
  take: '接单 / Task taken',
  release: '放回任务 / Task given back',
  cancel: '取消任务 / Task cancelled',
};
const OVER = ['resolved', 'closed'];

/** The order to the alarm that goes with one to its task; undefined where there is none. */
function alarmOrderOf(alarm: Alarm, { action, by, note, doneAt, verdict }: TaskOrder): AlarmOrder | undefined {
  const none = { assignee: undefined, until: undefined, to: undefined };
  const order = { ...none, version: alarm.version, by, note, doneAt, verdict };
  if (OVER.includes(alarm.state)) return undefined;
  if (action === 'arrive') return { ...order, action: alarm.state === 'new' ? 'acknowledge' : 'arrive' };
  if (action === 'done' && verdict !== undefined) return { ...order, action: 'resolve' };
  const words = [WORDS[action], note].filter((one) => one !== undefined).join(': ');
  return words === '' ? undefined : { ...order, action: 'comment', note: words };
}
