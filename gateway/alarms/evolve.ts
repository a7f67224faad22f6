import type { Alarm, Evidence } from '../domain/alarm.ts';
import type { AlarmEntry } from '../domain/entry.ts';
import type { LinkageMark } from '../domain/linkage.ts';

type LaterEntry = Exclude<AlarmEntry, { kind: 'raised' }>;

/** The alarm as an entry leaves it. The only place where an alarm changes, live and on replay. */
export function evolve(was: Alarm | undefined, entry: AlarmEntry): Alarm {
  if (entry.kind === 'raised') return entry.raised;
  if (was === undefined) throw new Error(`the entry ${entry.kind} speaks of the alarm ${entry.alarm}, never raised`);
  return { ...was, ...changeBy(was, entry), version: was.version + 1 };
}

function changeBy(was: Alarm, entry: LaterEntry): Partial<Alarm> {
  switch (entry.kind) {
    case 'repeated':
      return {
        count: was.count + 1,
        lastAt: entry.seen.lastAt,
        condition: entry.seen.isActive ? 'active' : was.condition,
        severity: entry.seen.severity,
        value: entry.seen.value ?? was.value,
        text: entry.seen.text ?? was.text,
      };
    case 'cleared':
      return { condition: 'cleared', lastAt: entry.lastAt };
    case 'acknowledged':
      return { state: 'acknowledged', shelvedUntil: undefined };
    case 'dispatched':
      return { state: 'dispatched', assignee: entry.assignee };
    case 'arrived':
    case 'handled':
      return { state: 'handling' };
    case 'resolved':
      return { state: 'resolved', verdict: entry.verdict };
    case 'closed':
      return { state: 'closed' };
    case 'reopened':
      return { state: 'handling', verdict: undefined };
    case 'returned':
      return { state: 'acknowledged', assignee: undefined };
    case 'escalated':
    case 'transferred':
      return { centre: entry.to };
    case 'regraded':
      return { severity: entry.severity };
    case 'incident-joined':
      return { incident: entry.incident };
    case 'shelved':
      return { shelvedUntil: entry.until };
    case 'unshelved':
      return { shelvedUntil: undefined };
    case 'commented':
      return {};
    case 'evidence-added':
      return { evidence: [...was.evidence, entry.evidence] };
    case 'evidence-locked':
      return { evidence: changed(was, entry.url, { isLocked: entry.isLocked }) };
    case 'evidence-removed':
      return { evidence: changed(was, entry.url, { removedAt: entry.removed.at }) };
    case 'linkage-asked':
      return marked(was, entry, { result: 'asked', until: entry.until });
    case 'linkage-confirmed':
      return marked(was, entry, { result: 'confirmed' });
    case 'linkage-declined':
      return marked(was, entry, { result: 'declined' });
    case 'linkage-started':
      return marked(was, entry, { result: 'started' });
    case 'linkage-done':
      return marked(was, entry, {
        result: entry.result,
        ...(entry.detail === undefined ? {} : { detail: entry.detail }),
      });
    default:
      return entry satisfies never; // a new kind of entry does not compile until it is handled here
  }
}

const changed = ({ evidence }: Alarm, url: string, change: Partial<Evidence>): readonly Evidence[] =>
  evidence.map((one) => (one.url === url ? { ...one, ...change } : one));

function marked(
  { linkages = [] }: Alarm,
  { rule, step }: Pick<LinkageMark, 'rule' | 'step'>,
  more: Omit<LinkageMark, 'rule' | 'step'>,
): Partial<Alarm> {
  const others = linkages.filter((mark) => mark.rule !== rule || mark.step !== step);
  return { linkages: [...others, { rule, step, ...more }] };
}
