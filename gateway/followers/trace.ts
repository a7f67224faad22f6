import type { Logger } from 'pino';
import type { Entry } from '../domain/entry.ts';
import type { Journal, Recorded } from '../journal/journal.ts';

export type TracePorts = Readonly<{ journal: Pick<Journal, 'follow' | 'head'>; log: Logger; stop: AbortSignal }>;

/**
 * At level debug, one line for each entry once it is durable, from the start on: it joins a signal's identity to the
 * journal's number, by which followers' lines, the live feed and an alarm's history name it. Otherwise nothing runs.
 */
export async function traceEntries({ journal, log, stop }: TracePorts): Promise<void> {
  if (!log.isLevelEnabled('debug')) return;
  for await (const { entries } of journal.follow(journal.head(), stop)) {
    for (const recorded of entries) log.debug(traceOf(recorded), 'entry durable');
  }
}

/** Nothing but names and numbers: no text of a device or a person, and no secret. */
const traceOf = ({ seq, entry, alarm }: Recorded) => ({
  seq,
  kind: entry.kind,
  signal: 'signal' in entry ? entry.signal : undefined,
  alarm: alarm?.id,
  device: alarm?.device ?? deviceOf(entry),
});

function deviceOf(entry: Entry): string | undefined {
  switch (entry.kind) {
    case 'telemetry':
      return entry.telemetry.device;
    case 'access':
      return entry.access.device;
    case 'device-put':
      return entry.device.id;
    case 'device-removed':
    case 'device-status':
      return entry.device;
    case 'dead-letter':
      return entry.letter.device;
    default:
      return undefined;
  }
}
