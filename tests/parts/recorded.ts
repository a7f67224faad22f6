import { uuidv7obj } from 'uuidv7';
import type { Alarm } from '../../gateway/domain/alarm.ts';
import type { Entry } from '../../gateway/domain/entry.ts';

/** 2026-06-01 00:00:00 UTC. */
export const MORNING = Date.UTC(2026, 5, 1);

/** An alarm as `decide` would raise it at a railway fence, with what a test wants otherwise. */
export function someAlarm(more: Partial<Alarm> = {}): Alarm {
  return {
    id: uuidv7obj().toString(),
    type: 'railway.perimeter.intrusion',
    severity: 2,
    condition: 'active',
    state: 'new',
    verdict: undefined,
    device: 'yz-fence-k812',
    region: '360902001000',
    compound: undefined,
    centre: '360902001000',
    place: { name: '沪昆线 K812+300', lng: 114.388, lat: 27.8, line: 'hukun', km: 'K812+300', kmValue: 812_300 },
    title: { zh: '周界入侵', en: 'Perimeter intrusion' },
    occurredAt: MORNING,
    lastAt: MORNING,
    receivedAt: MORNING + 40,
    count: 1,
    value: 0.93,
    text: undefined,
    assignee: undefined,
    evidence: [],
    due: { accept: undefined, arrive: undefined, close: undefined },
    shelvedUntil: undefined,
    incident: undefined,
    cameras: ['yz-cam-k812'],
    version: 1,
    ...more,
  };
}

export const raised = (alarm: Alarm): Entry => ({ kind: 'raised', signal: `signal-of-${alarm.id}`, raised: alarm });
