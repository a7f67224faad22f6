import type { Alarm } from '../../../gateway/http/contract/alarms.ts';
import type { Severity } from '../severity/levels.ts';
import { isInTab, isShelved, type Tab } from './states.ts';

/** Alarms behind a head, and what devices said in them and in it. */
export type Members = Readonly<{ alarms: number; signals: number }>;
/** `at` is the moment by which something counts as shelved (挂起); absent: whatever was shelved still is. */
export type ListFilter = Readonly<{ tab: Tab; search: string; severities: readonly Severity[]; at?: number }>;

/** What stands on screen: `rows` as they were gathered, what waits, red above the scroll area. */
export type ListView = Readonly<{
  rows: readonly Alarm[];
  /** Rows that no longer fit the filter: greyed, in their place, until the list is gathered again. */
  left: ReadonlySet<string>;
  pending: readonly Alarm[];
  pinned: readonly Alarm[];
  /** Alarms of the tab that search and level filter hide. */
  hidden: number;
  /** What stands behind the head of its incident (事件), by the head. */
  members: ReadonlyMap<string, Members>;
}>;

/** Not accepted first, then by level, then the newest. */
export function byUrgency(a: Alarm, b: Alarm): number {
  const waiting = Number(b.state === 'new') - Number(a.state === 'new');
  return waiting || a.severity - b.severity || b.occurredAt.localeCompare(a.occurredAt) || b.id.localeCompare(a.id);
}

export function matches({ search, severities }: ListFilter, alarm: Alarm): boolean {
  if (severities.length > 0 && !severities.includes(alarm.severity)) return false;
  const wanted = search.trim().toLowerCase();
  return wanted === '' || textOf(alarm).includes(wanted);
}

function textOf({ title, place, device, type, assignee, text }: Alarm): string {
  const parts = [title.zh, title.en, place.name, place.line, place.km, device, type, assignee, text];
  return parts.join('\n').toLowerCase();
}

const isPinned = (alarm: Alarm): boolean => alarm.severity === 1 && alarm.state === 'new';

/** The order of ids that a fresh list has; unaccepted red is not in it, it has a place of its own. */
export function gather(alarms: readonly Alarm[], filter: ListFilter): readonly string[] {
  return fitting(alarms, filter)
    .filter((alarm) => !isPinned(alarm))
    .sort(byUrgency)
    .map(({ id }) => id);
}

function fitting(alarms: readonly Alarm[], filter: ListFilter): Alarm[] {
  const heads = headsIn(alarms, filter);
  return alarms.filter(
    (alarm) => isInTab(filter.tab, alarm, filter.at) && matches(filter, alarm) && !isBehind(heads, alarm),
  );
}

/**
 * Heads that others may stand behind. Where somebody searches, or looks at all or at what is shelved, every alarm
 * stands for itself; a head that is shelved hides nobody else.
 */
function headsIn(alarms: readonly Alarm[], { tab, search, at = 0 }: ListFilter): ReadonlySet<string> {
  if (tab === 'all' || tab === 'shelved' || search.trim() !== '') return new Set();
  const heads = alarms.filter(({ id, incident, state }) => incident === id && state !== 'closed');
  return new Set(heads.filter((head) => !isShelved(head, at)).map(({ id }) => id));
}

/** Without what stands behind the head of its incident: for screens that show few, and for counts that agree with rows. */
export function withoutMembers(alarms: readonly Alarm[], at = 0): readonly Alarm[] {
  const heads = headsIn(alarms, { tab: 'new', search: '', severities: [], at });
  return alarms.filter((alarm) => !isBehind(heads, alarm));
}

/** Red never stands behind another. */
const isBehind = (heads: ReadonlySet<string>, { id, incident, severity }: Alarm): boolean =>
  severity > 1 && incident !== undefined && incident !== id && heads.has(incident);

/** What a snapshot of ids shows of the alarms as they are now. Nothing in it moves; what is new waits. */
export function view(snapshot: readonly string[], alarms: readonly Alarm[], filter: ListFilter): ListView {
  const byId = new Map(alarms.map((alarm) => [alarm.id, alarm]));
  const fits = fitting(alarms, filter);
  const heads = headsIn(alarms, filter);
  const behind = alarms.filter((alarm) => isBehind(heads, alarm));
  const fitIds = new Set(fits.map(({ id }) => id));
  const shown = new Set(snapshot);
  const rows = snapshot.flatMap((id) => byId.get(id) ?? []);
  return {
    rows,
    left: new Set(rows.filter(({ id }) => !fitIds.has(id)).map(({ id }) => id)),
    pending: fits.filter((alarm) => !shown.has(alarm.id) && !isPinned(alarm)),
    pinned: fits.filter((alarm) => !shown.has(alarm.id) && isPinned(alarm)).sort(byUrgency),
    hidden:
      alarms.filter((alarm) => isInTab(filter.tab, alarm, filter.at) && !isBehind(heads, alarm)).length - fits.length,
    members: countBy(behind, byId),
  };
}

function countBy(behind: readonly Alarm[], byId: ReadonlyMap<string, Alarm>): ReadonlyMap<string, Members> {
  const members = new Map<string, Members>();
  for (const { incident = '', count } of behind) {
    const { alarms, signals } = members.get(incident) ?? { alarms: 0, signals: byId.get(incident)?.count ?? 0 };
    members.set(incident, { alarms: alarms + 1, signals: signals + count });
  }
  return members;
}
