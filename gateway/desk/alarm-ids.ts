import { V7Generator } from 'uuidv7';
import type { AlarmId } from '../domain/alarm.ts';
import type { JournalQueries } from '../journal/journal.ts';

/** Bits of a UUIDv7 that are its time, in hexadecimal digits. Source: RFC 9562, 5.7. */
const TIME_DIGITS = 12;

/**
 * UUIDv7s that grow in the order in which alarms are raised. The latest alarm of a device and type is the one with the
 * greatest id: so a machine whose clock was set back while it was off goes on after the last id in the log.
 */
export function growingAlarmIds(
  queries: Pick<JournalQueries, 'latestId'>,
  now: () => number,
  generator = new V7Generator(),
): () => AlarmId {
  const latest = queries.latestId();
  let at = latest === undefined ? 0 : timeOf(latest) + 1;
  return () => {
    at = Math.max(at, now());
    return generator.generateOrResetWithTs(at).toString();
  };
}

const timeOf = (id: AlarmId): number => Number.parseInt(id.replaceAll('-', '').slice(0, TIME_DIGITS), 16);
