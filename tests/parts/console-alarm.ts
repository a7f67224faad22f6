import type { Alarm } from '../../gateway/http/contract/alarms.ts';

/** An alarm as it comes over the wire, unaccepted and orange unless said otherwise. */
export function consoleAlarm(id: string, changes: Partial<Alarm> = {}): Alarm {
  const at = '2026-11-24T12:39:44.000Z';
  return {
    id,
    type: 'railway.perimeter.intrusion',
    severity: 2,
    condition: 'active',
    state: 'new',
    device: 'yz-fence-k812',
    region: '360902001001',
    centre: '360902000000',
    place: { line: '沪昆线', km: 'K812+300', kmValue: 812_300, direction: 'down' },
    title: { zh: '周界入侵', en: 'Perimeter intrusion' },
    occurredAt: at,
    lastAt: at,
    receivedAt: at,
    count: 1,
    evidence: [],
    due: {},
    cameras: [],
    version: 1,
    ...changes,
  };
}
