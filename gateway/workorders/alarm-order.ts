import type { Alarm } from '../domain/alarm.ts';
import { isEnded, stepOf, stepped, type WorkOrder } from '../domain/work-order.ts';
import type { Recorded } from '../journal/journal.ts';

/** A fault that comes back within so long is the same repair: its order is taken up again. */
export const SAME_FAULT_MS = 24 * 3_600_000;
/** A signal for a trial is nothing to repair. */
const TRIAL = 'device.test';
const GATEWAY = { name: 'gateway', centre: undefined };

/**
 * Whether an alarm is for the maintainer and not for the duty officer, by the catalogue's rule: the health of a device,
 * of severity 3 or 4 (docs/decisions/0047).
 */
export const isForMaintainer = ({ type, severity }: Pick<Alarm, 'type' | 'severity'>): boolean =>
  type.startsWith('device.') && type !== TRIAL && severity >= 3;

type Asked = Readonly<{
  recorded: Recorded;
  alarm: Alarm;
  /** The latest order of this device and fault. */
  latest: WorkOrder | undefined;
  deviceName: string;
  newId: () => string;
}>;

/**
 * The order as an entry of an alarm leaves it; undefined where nothing follows. One device and fault have one order at
 * a time. One that nobody has touched ends with its fault, and goes on when the fault is back within a day; one that
 * people ended is not opened again by a fault that never went away.
 */
export function orderAfter(asked: Asked): WorkOrder | undefined {
  const { latest, recorded } = asked;
  if (latest !== undefined && latest.seenSeq >= recorded.seq) return undefined;
  switch (recorded.entry.kind) {
    case 'raised':
    case 'repeated':
    case 'reopened':
      return begun(asked);
    case 'cleared':
      return cleared(asked);
    default:
      return undefined;
  }
}

function begun({ recorded, alarm, latest, deviceName, newId }: Asked): WorkOrder | undefined {
  const { seq, at, entry } = recorded;
  const isThere = latest?.isActive === true && latest.alarm === alarm.id;
  if (isThere && (entry.kind === 'repeated' || isEnded(latest))) return undefined;
  if (latest === undefined || !isSameRepair(latest, at)) return opened(alarm, deviceName, recorded, newId());
  const told = { alarm: alarm.id, isActive: alarm.condition === 'active', severity: alarm.severity, seenSeq: seq };
  const again = { ...told, times: latest.times + 1, ...(isEnded(latest) ? TAKEN_UP : {}) };
  return stepped(latest, again, stepOf('again', at, GATEWAY));
}

function cleared({ recorded: { seq, at }, alarm, latest }: Asked): WorkOrder | undefined {
  if (latest?.alarm !== alarm.id || !latest.isActive) return undefined;
  const over = { isActive: false, seenSeq: seq };
  if (isEnded(latest)) return { ...latest, ...over, version: latest.version + 1 };
  const ended = latest.state === 'open' ? ({ state: 'recovered', endedAt: at } as const) : {};
  return stepped(latest, { ...over, ...ended }, stepOf('cleared', at, GATEWAY));
}

const TAKEN_UP = { state: 'open', endedAt: undefined } as const;

const isSameRepair = (order: WorkOrder, now: number): boolean =>
  !isEnded(order) || (order.state === 'recovered' && now - (order.endedAt ?? 0) <= SAME_FAULT_MS);

const opened = (alarm: Alarm, deviceName: string, { seq, at }: Recorded, id: string): WorkOrder => ({
  id,
  device: alarm.device,
  deviceName,
  fault: alarm.type,
  title: alarm.title,
  severity: alarm.severity,
  region: alarm.region,
  compound: alarm.compound,
  place: alarm.place,
  state: 'open',
  assignee: undefined,
  alarm: alarm.id,
  times: 1,
  isActive: alarm.condition === 'active',
  openedAt: at,
  dueAt: alarm.due.close,
  endedAt: undefined,
  steps: [stepOf('opened', at, GATEWAY)],
  seenSeq: seq,
  version: 1,
});
