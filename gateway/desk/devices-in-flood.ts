import { ALARM_STATES } from '../domain/alarm.ts';
import type { JournalQueries } from '../journal/journal.ts';
import { FLAPPING } from './intake.ts';

const NOT_CLOSED = ALARM_STATES.filter((state) => state !== 'closed');

/** Floods that were under way when the gateway stopped: more than these end with the devices' next flood. */
export function devicesInFlood(queries: JournalQueries): readonly string[] {
  const where = { regions: [], types: [FLAPPING], conditions: ['active'], states: NOT_CLOSED };
  return queries.alarms({ where, after: undefined, limit: 10_000 }).items.map(({ device }) => device);
}
