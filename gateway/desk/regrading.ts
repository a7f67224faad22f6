import type { Logger } from 'pino';
import type { Alarm, AlarmDefinition } from '../domain/alarm.ts';
import type { Device, DeviceId } from '../domain/device.ts';
import type { SiteRule } from '../domain/rules.ts';
import { oneGraver } from '../domain/severity.ts';
import { type JournalQueries, JournalUnavailable } from '../journal/journal.ts';
import type { AlarmLanes } from './lanes.ts';
import type { SiteRules } from './site-rules.ts';

export type RegradingPorts = Readonly<{
  rules: readonly SiteRule[];
  site: SiteRules;
  lanes: AlarmLanes;
  queries: JournalQueries;
  findDevice: (id: DeviceId) => Device | undefined;
  definitionOf: (device: Device, code: string) => AlarmDefinition | undefined;
  now: () => number;
  log: Logger;
}>;

/** How often alarms that last too long are looked for, in milliseconds. */
const LOOK_EVERY_MS = 10_000;
/** Alarms looked at for each rule in one go. */
const AT_ONCE_MAX = 500;
const OPEN = ['new', 'acknowledged', 'dispatched', 'handling'];
/** Who does it, as the history shows. */
const BY = { name: '持续升级', centre: undefined };

/** Alarms that have been active for too long become one severity graver (持续升级). Answers the way to stop. */
export function watchDuration(ports: RegradingPorts): () => void {
  if (ports.rules.every(({ set }) => set.graverAfterMs === undefined)) return () => undefined;
  const timer = setInterval(() => {
    regradeLasting(ports).catch((error: unknown) => {
      if (!(error instanceof JournalUnavailable)) throw error;
      ports.log.error({ err: error }, 'alarms that last wait for the journal');
    });
  }, LOOK_EVERY_MS);
  return () => clearInterval(timer);
}

export async function regradeLasting(ports: RegradingPorts): Promise<void> {
  const lasting = ports.rules.filter(({ set }) => set.graverAfterMs !== undefined);
  const found = lasting.flatMap(({ where: { types } }) => {
    const where = { regions: [], states: OPEN, conditions: ['active'], ...(types === undefined ? {} : { types }) };
    return [...ports.queries.alarms({ where, after: undefined, limit: AT_ONCE_MAX }).items];
  });
  const ids = new Set(found.map(({ id }) => id));
  await Promise.all([...ids].map((id) => regrade(ports, ports.lanes.find(id))));
}

/** The stored row may be older than what is on its way to the disk: the alarm as it stands is looked at. */
async function regrade(
  { findDevice, definitionOf, site, lanes, now }: RegradingPorts,
  alarm: Alarm | undefined,
): Promise<void> {
  const device = alarm === undefined ? undefined : findDevice(alarm.device);
  const meant = alarm === undefined || device === undefined ? undefined : definitionOf(device, alarm.type);
  if (alarm === undefined || device === undefined || meant === undefined) return;
  const { graverAfterMs, severity } = site.definitionFor(meant, device, now());
  if (graverAfterMs === undefined || now() - alarm.occurredAt < graverAfterMs || alarm.severity !== severity) return;
  const graver = oneGraver(severity);
  if (alarm.condition !== 'active' || graver === severity) return;
  const common = { alarm: alarm.id, by: BY, note: undefined, doneAt: undefined };
  await lanes.commit(alarm.device, [{ kind: 'regraded', ...common, severity: graver }]);
}
