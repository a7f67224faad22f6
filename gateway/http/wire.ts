import type { Operator } from '../access/operator.ts';
import type * as domain from '../domain/alarm.ts';
import { type ArmingPlan, isArmed, isUnderway, type MaintenanceWindow } from '../domain/arming.ts';
import type { Device, Presence } from '../domain/device.ts';
import type { WallView } from '../domain/entry.ts';
import type * as patrol from '../domain/patrol.ts';
import { hoursText, whereText } from '../domain/rule-text.ts';
import { isEnded as isEndedOrder, type WorkOrder } from '../domain/work-order.ts';
import type { JournalQueries, Recorded } from '../journal/journal.ts';
import type {
  Alarm as AlarmOnWire,
  Evidence as EvidenceOnWire,
  HistoryItem as HistoryItemOnWire,
} from './contract/alarms.ts';
import type { Device as DeviceOnWire } from './contract/devices.ts';
import type { PatrolRound as RoundOnWire, PatrolTask as TaskOnWire } from './contract/patrol.ts';
import type { User as UserOnWire } from './contract/people.ts';
import type {
  ArmingPlan as ArmingPlanOnWire,
  MaintenanceWindow as MaintenanceWindowOnWire,
} from './contract/places.ts';
import { Wall as WallOnWire } from './contract/video.ts';
import type { WorkOrder as OrderOnWire } from './contract/work-orders.ts';

/*
 * From the words inside to the words of the wire: points in time become ISO 8601, and what is undefined stays away
 * (JSON leaves it out).
 */

export const toIso = (at: number): string => new Date(at).toISOString();
const maybeIso = (at: number | undefined): string | undefined => (at === undefined ? undefined : toIso(at));

export function toAlarm(alarm: domain.Alarm): AlarmOnWire {
  return {
    ...alarm,
    occurredAt: toIso(alarm.occurredAt),
    lastAt: toIso(alarm.lastAt),
    receivedAt: toIso(alarm.receivedAt),
    shelvedUntil: maybeIso(alarm.shelvedUntil),
    evidence: alarm.evidence.map(toEvidence),
    due: {
      accept: maybeIso(alarm.due.accept),
      arrive: maybeIso(alarm.due.arrive),
      close: maybeIso(alarm.due.close),
    },
    cameras: [...alarm.cameras],
    linkages: alarm.linkages?.map((mark) => ({ ...mark, until: maybeIso(mark.until) })),
  };
}

export const toEvidence = (item: domain.Evidence): EvidenceOnWire => ({
  ...item,
  at: toIso(item.at),
  from: maybeIso(item.from),
  to: maybeIso(item.to),
  removedAt: maybeIso(item.removedAt),
});

/** One entry as a line of an alarm's history; entries differ in what they carry. */
export function toHistoryItem({ seq, at, entry }: Recorded): HistoryItemOnWire {
  const item: HistoryItemOnWire = { seq, at: toIso(at), kind: entry.kind };
  if ('signal' in entry) item.signal = entry.signal;
  if ('by' in entry) Object.assign(item, { by: entry.by.name, centre: entry.by.centre });
  if ('note' in entry) Object.assign(item, { note: entry.note, doneAt: maybeIso(entry.doneAt) });
  if ('assignee' in entry) item.assignee = entry.assignee;
  if ('verdict' in entry) item.verdict = entry.verdict;
  if ('to' in entry) item.to = entry.to;
  if ('until' in entry) item.until = toIso(entry.until);
  if ('rule' in entry) Object.assign(item, { rule: entry.rule, step: entry.step });
  if (entry.kind === 'linkage-done') Object.assign(item, { result: entry.result, detail: entry.detail });
  if (entry.kind === 'repeated') Object.assign(item, { value: entry.seen.value, text: entry.seen.text });
  if (entry.kind === 'raised') Object.assign(item, { value: entry.raised.value, text: entry.raised.text });
  return item;
}

export function toDevice({ connection, ...device }: Device, presence: Presence): DeviceOnWire {
  return {
    ...device,
    place: { ...device.place },
    cameras: device.cameras === undefined ? undefined : [...device.cameras],
    types: device.types === undefined ? undefined : { ...device.types },
    tags: device.tags === undefined ? undefined : [...device.tags],
    aliases: device.aliases === undefined ? undefined : [...device.aliases],
    settings: device.settings === undefined ? undefined : { ...device.settings },
    connection: connection === undefined ? undefined : { url: connection.url, username: connection.username },
    online: presence.online,
    lastSeenAt: maybeIso(presence.lastSeenAt),
  };
}

export const toArmingPlan = ({ where, hours, override, ...plan }: ArmingPlan, now: number): ArmingPlanOnWire => ({
  ...plan,
  where: whereText(where),
  hours: shownHours(hours),
  override: override === undefined ? undefined : { ...override, until: toIso(override.until) },
  armed: isArmed({ where, hours, override, ...plan }, now),
});

/** As it is written, with nothing left to a default. */
function shownHours(hours: ArmingPlan['hours']): ArmingPlanOnWire['hours'] {
  const { zone = '', spans, calendar } = hoursText(hours);
  const { restdays = [], workdays = [] } = calendar ?? {};
  return {
    zone,
    spans: spans.map(({ days = 'every', ...span }) => ({ days, ...span })),
    calendar: { restdays, workdays },
  };
}

export const toMaintenance = (window: MaintenanceWindow, now: number): MaintenanceWindowOnWire => ({
  ...window,
  where: whereText(window.where),
  from: toIso(window.from),
  until: toIso(window.until),
  underway: isUnderway(window, now),
});

export const toTask = ({ photos, place, ...task }: patrol.PatrolTask): TaskOnWire => ({
  ...task,
  place: { ...place },
  madeAt: toIso(task.madeAt),
  takenAt: maybeIso(task.takenAt),
  arrivedAt: maybeIso(task.arrivedAt),
  reportedAt: maybeIso(task.reportedAt),
  endedAt: maybeIso(task.endedAt),
  photos: photos.map((photo) => ({ ...photo, at: toIso(photo.at) })),
});

export const toRound = ({ points, late, lateMs, from, to, ...round }: patrol.PatrolRound): RoundOnWire => ({
  ...round,
  from: toIso(from),
  to: toIso(to),
  openedAt: toIso(round.openedAt),
  finishedAt: maybeIso(round.finishedAt),
  lateMin: Math.round(lateMs / 60_000),
  late: late === undefined ? undefined : { ...late, at: toIso(late.at) },
  points: points.map((point) => ({ ...point, place: { ...point.place }, passedAt: maybeIso(point.passedAt) })),
});

export const isOverdue = (order: WorkOrder, now: number): boolean =>
  !isEndedOrder(order) && order.state !== 'done' && order.dueAt !== undefined && order.dueAt < now;

export function toOrder(order: WorkOrder, now: number): OrderOnWire {
  const { seenSeq: _ours, place, steps, ...rest } = order;
  return {
    ...rest,
    place: { ...place },
    openedAt: toIso(order.openedAt),
    dueAt: maybeIso(order.dueAt),
    isOverdue: isOverdue(order, now),
    endedAt: maybeIso(order.endedAt),
    steps: steps.map((step) => ({ ...step, at: toIso(step.at) })),
  };
}

export const toUser = ({ username, displayName, role, scope }: Operator): UserOnWire => ({
  username,
  displayName,
  role,
  regions: [...scope.regions],
  lines: scope.lines === undefined ? undefined : [...scope.lines],
  compounds: scope.compounds === undefined ? undefined : [...scope.compounds],
});

export const toWall = ({ tiles, rotation, called, dismissed, ...wall }: WallView): WallOnWire => ({
  ...wall,
  tiles: [...tiles],
  ...(rotation === undefined ? {} : { rotation: { ...rotation, cameras: [...rotation.cameras] } }),
  ...(called === undefined ? {} : { called: [...called] }),
  ...(dismissed === undefined ? {} : { dismissed: [...dismissed] }),
});

/** A wall as the log holds it. The facts are found by prefix, so `lobby` brings `lobby-2` along. */
export function wallOf(queries: Pick<JournalQueries, 'facts'>, id: string): WallView | undefined {
  for (const { key, value } of queries.facts(`wall/${id}`)) if (key === `wall/${id}`) return WallOnWire.parse(value);
  return undefined;
}

type Given<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Without the keys whose value is undefined: inside, what is absent has no key. */
export function given<T extends object>(value: T): Given<T> {
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(entries) as Given<T>; // fromEntries forgets the keys' names; no key was added
}
