import type { Alarm, AlarmId } from '../domain/alarm.ts';
import type { AlarmEntry } from '../domain/entry.ts';
import { ladderOf } from '../domain/ladder.ts';
import type { Rule } from './decider.ts';
import { newAlarm } from './raising.ts';

/**
 * A graver step of the same happening takes over (升级接替): the milder alarms go behind it, as members of its incident,
 * and stay what people made of them; a milder step goes behind a graver one that is open. It is the same happening as
 * long as one of its steps is active. A red alarm that somebody has to answer is never behind a milder one.
 */
export const takingOver: Rule = (state, signal) => {
  const ladder = ladderOf(signal.definition.code);
  if (ladder === undefined) return undefined;
  const raised = newAlarm(signal);
  const known = ladder.flatMap((code) => state.open.get(code) ?? []);
  const members = openSteps(known);
  const head = headAmong(known, members);
  if (head !== undefined && raised.severity > head.severity) {
    return { entries: [raisedAs(signal.identity, raised, head.incident)] };
  }
  const incident = raised.incident ?? raised.id;
  const behind = members.filter((alarm) => incidentOf(alarm) !== incident);
  return {
    entries: [raisedAs(signal.identity, raised, incident), ...behind.map((alarm) => joined(alarm, raised, incident))],
  };
};

const incidentOf = ({ incident, id }: Alarm): AlarmId => incident ?? id;
const isOpen = ({ state }: Alarm): boolean => state !== 'resolved' && state !== 'closed';

/** What is open of a happening that goes on. */
function openSteps(known: readonly Alarm[]): readonly Alarm[] {
  const underWay = new Set(known.filter(({ condition }) => condition === 'active').map(incidentOf));
  return known.filter((alarm) => isOpen(alarm) && underWay.has(incidentOf(alarm)));
}

/** The gravest open step and its incident; undefined where people have done with the head, and so would not look there. */
function headAmong(known: readonly Alarm[], members: readonly Alarm[]) {
  const [gravest] = [...members].sort((a, b) => a.severity - b.severity);
  if (gravest === undefined) return undefined;
  const incident = incidentOf(gravest);
  const head = known.find(({ id }) => id === incident);
  return head === undefined || isOpen(head) ? { severity: gravest.severity, incident } : undefined;
}

const raisedAs = (signal: string, raised: Alarm, incident: AlarmId): AlarmEntry => ({
  kind: 'raised',
  signal,
  raised: { ...raised, incident },
});

/** Who does it, as the history shows. */
const BY = { name: '升级接替', centre: undefined };

const joined = ({ id }: Alarm, { title }: Alarm, incident: AlarmId): AlarmEntry => ({
  kind: 'incident-joined',
  alarm: id,
  incident,
  by: BY,
  note: `由更严重的“${title.zh}”接替 / taken over by “${title.en}”`,
  doneAt: undefined,
});
