import { AlarmBook } from '../../gateway/alarms/book.ts';
import { decide } from '../../gateway/alarms/decide.ts';
import type { Decision, Occurrence } from '../../gateway/alarms/decider.ts';
import type { Alarm, AlarmDefinition } from '../../gateway/domain/alarm.ts';
import type { Device } from '../../gateway/domain/device.ts';
import type { AlarmEntry } from '../../gateway/domain/entry.ts';

/** Samples in the words of the field, for tests that read like the shift book. */
export const FENCE: Device = {
  id: 'yz-fence-k812',
  kind: 'railway',
  profile: 'fengsui',
  name: '周界主机 K812+300',
  region: '360902102000',
  place: { line: '沪昆线', km: 'K812+300', kmValue: 812_300, direction: 'down' },
  cameras: ['yz-cam-k812'],
  enabled: true,
  version: 1,
};

export const INTRUSION: AlarmDefinition = {
  code: 'railway.perimeter.intrusion',
  zh: '周界入侵',
  en: 'Perimeter intrusion',
  family: 'railway',
  severity: 2,
  kind: 'stateful',
  mergeWindowMs: 60_000,
  limitProfile: 'railway',
  linkages: [],
};
export const CLIMB: AlarmDefinition = { ...INTRUSION, code: 'railway.perimeter.climb', kind: 'pulse', severity: 2 };

/** Milliseconds of a time of day on the day of all samples. */
export const at = (time: string): number => Date.parse(`2026-11-24T${time}Z`);

let serial = 0;
/** An occurrence at a time of day; everything else as a fence would say it. */
export function occurrence(time: string, more: Partial<Occurrence> = {}): Occurrence {
  serial += 1;
  return {
    device: FENCE,
    definition: INTRUSION,
    limits: () => ({ acceptMs: 120_000, arriveMs: 1_200_000, closeMs: 7_200_000 }),
    identity: `signal-${serial}`,
    occurredAt: at(time),
    receivedAt: at(time) + 40,
    active: true,
    severity: undefined,
    value: undefined,
    text: undefined,
    place: undefined,
    isReplay: false,
    newAlarm: `alarm-${serial}`,
    ...more,
  };
}

/** A book that has heard these signals, each decided and folded as the gateway does. */
export function given(...signals: readonly Occurrence[]): AlarmBook {
  const book = new AlarmBook();
  for (const signal of signals) hear(book, signal);
  return book;
}

export function hear(book: AlarmBook, signal: Occurrence): Decision {
  const decision = decide(book.stateOf(signal.device.id), signal);
  if ('entries' in decision) for (const entry of decision.entries) book.apply(entry);
  return decision;
}

export const latest = (book: AlarmBook, type = INTRUSION.code): Alarm => {
  const alarm = book.stateOf(FENCE.id).open.get(type);
  if (alarm === undefined) throw new Error(`nothing of type ${type} is open`);
  return alarm;
};

export const DUTY = { name: '席 A', centre: '360900000000' };

/** An order's entry as a person gives it, for folding without a desk. */
export const byPerson = (alarm: Alarm) => ({ alarm: alarm.id, by: DUTY, note: undefined, doneAt: undefined });

export const entriesOf = (decision: Decision): readonly AlarmEntry[] => ('entries' in decision ? decision.entries : []);
