import type { Logger } from 'pino';
import type { Archive } from '../archive/archive.ts';
import { toHourlyPoint } from '../archive/hourly-point.ts';
import type { DeviceLookup } from '../archive/point.ts';
import { isAway } from '../poison.ts';
import type { Values } from './values.ts';
import { LATE_MAX_MS } from './values-wire.ts';

const LOOK_EVERY_MS = 60_000;
const HOUR_MS = 3_600_000;
/** An hour is archived this long after its end; what comes later still changes the archived one, for two days. */
const GRACE_MS = 5 * 60_000;
/** Beyond the last late value, also for a follower that is a day behind. */
const FORGET_AFTER_MS = LATE_MAX_MS + 24 * HOUR_MS;

export type HoursPorts = Readonly<{
  values: Pick<Values, 'due' | 'archived' | 'forget'>;
  archive: Pick<Archive, 'write'>;
  devices: DeviceLookup;
  now: () => number;
  log: Logger;
}>;

/** Puts hours that are over into the archive, once a minute; answers how to end that, after what is under way. */
export function archiveHours(ports: HoursPorts): () => Promise<void> {
  let running = Promise.resolve();
  const timer = setInterval(() => {
    running = running.then(() => untilNoneIsDue(ports));
  }, LOOK_EVERY_MS);
  return () => {
    clearInterval(timer);
    return running;
  };
}

async function untilNoneIsDue(ports: HoursPorts): Promise<void> {
  try {
    await archiveDue(ports);
  } catch (error) {
    if (!isAway(error)) throw error;
    ports.log.warn({ err: error }, 'hourly values wait for the archive');
  }
}

/** All hours that are due; throws what the archive throws. An hour is written whole each time: twice is once. */
export async function archiveDue({ values, archive, devices, now }: HoursPorts): Promise<void> {
  const before = Math.floor((now() - GRACE_MS) / HOUR_MS) * HOUR_MS;
  for (let hours = await values.due(before); hours.length > 0; hours = await values.due(before)) {
    await archive.write(hours.map((hour) => toHourlyPoint(hour, devices)));
    await values.archived(hours);
  }
  while ((await values.forget(now() - FORGET_AFTER_MS)) > 0);
}
