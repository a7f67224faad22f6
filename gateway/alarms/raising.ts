import type { Alarm, Due, TimeLimits } from '../domain/alarm.ts';
import { graver } from '../domain/severity.ts';
import type { Decision, Occurrence } from './decider.ts';

/** Whatever no rule has answered becomes a new alarm. */
export const raising = (signal: Occurrence): Decision => ({
  entries: [{ kind: 'raised', signal: signal.identity, raised: newAlarm(signal) }],
});

export function newAlarm(signal: Occurrence): Alarm {
  const { device, definition } = signal;
  // A device may call its own signal graver than the catalogue does, never milder.
  const severity = graver(definition.severity, signal.severity ?? definition.severity);
  const id = signal.newAlarm;
  return {
    id,
    type: definition.code,
    severity,
    condition: definition.kind === 'pulse' ? 'cleared' : 'active',
    state: 'new',
    verdict: undefined,
    device: device.id,
    region: device.region,
    compound: device.compound,
    centre: device.region,
    place: signal.place ?? device.place,
    title: { zh: definition.zh, en: definition.en },
    occurredAt: signal.occurredAt,
    lastAt: signal.occurredAt,
    receivedAt: signal.receivedAt,
    count: 1,
    value: signal.value,
    text: signal.text,
    assignee: undefined,
    evidence: [],
    due: dueFrom(signal.receivedAt, signal.limits(severity)),
    shelvedUntil: undefined,
    incident: signal.incidentOf?.(id, severity),
    cameras: device.kind === 'camera' ? [device.id, ...(device.cameras ?? [])] : (device.cameras ?? []),
    version: 1,
  };
}

/** Limits run from the gateway's clock, not from the device's. */
function dueFrom(receivedAt: number, limits: TimeLimits): Due {
  const after = (ms: number | undefined) => (ms === undefined ? undefined : receivedAt + ms);
  return { accept: after(limits.acceptMs), arrive: after(limits.arriveMs), close: after(limits.closeMs) };
}
