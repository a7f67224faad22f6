import { z } from 'zod';
import { type BadValue, badValue } from '../../gateway/domain/bad-value.ts';

/** A device's time with its zone; which of them to believe is another question. */
export const IsoTime = z.iso.datetime({ offset: true, error: 'ISO 8601 with zone' });

/** Before 2000 a clock was never set; further ahead than a day it is wrong. Older times are kept: records arrive late. */
const EARLIEST = Date.UTC(2000, 0, 1);
const AHEAD_MAX_MS = 24 * 3_600_000;

/** Undefined where the time is believed; else why not. `at` in milliseconds since 1970, NaN where it is none. */
export function disbelief(at: number, field: string, text: string | number, receivedAt: number): BadValue | undefined {
  if (at >= EARLIEST && at <= receivedAt + AHEAD_MAX_MS) return undefined;
  return badValue('bad-time', field, String(text), 'a time within 24 h of now');
}

const LOCAL = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2}):(\d{2}(?:\.\d{1,9})?)$/;

/** A time as it stands on a wall clock, `2026-11-24 12:30:06`, that exists: 24 November has no hour 25. */
export const LocalTime = z.string().refine((text) => !Number.isNaN(asUtc(text)), {
  error: 'YYYY-MM-DD hh:mm:ss',
  params: { reason: 'bad-time' },
});

/** The one or the other; `hasZone` tells which. */
export const AnyTime = z
  .string({ error: 'YYYY-MM-DDThh:mm:ss' })
  .refine((text) => hasZone(text) || !Number.isNaN(asUtc(text)), {
    error: 'YYYY-MM-DDThh:mm:ss',
    params: { reason: 'bad-time' },
  });
export const hasZone = (text: string): boolean => IsoTime.safeParse(text).success;

/**
 * Milliseconds since 1970 of a wall clock's time in an IANA zone such as Asia/Shanghai; NaN for no time or no zone.
 * An hour that a change of clocks doubles is taken as its first.
 */
export function toUtc(local: string, zone: string): number {
  const asIfUtc = asUtc(local);
  const guess = asIfUtc - offsetAt(asIfUtc, zone);
  return asIfUtc - offsetAt(guess, zone);
}

/** Whether a wall clock shows a time before 2000 in whatever zone: it has not been set since it started. */
export const neverSet = (local: string): boolean => asUtc(local) < EARLIEST - AHEAD_MAX_MS;

function asUtc(local: string): number {
  const [, year = '', month = '', day = '', hour = '', minute = '', second = ''] = LOCAL.exec(local) ?? [];
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // Date.parse rolls 31 November over where the engine lets it: what comes back must be what was said
  return Number.isNaN(at) || new Date(at).getUTCDate() !== Number(day) ? Number.NaN : at;
}

/** How far a zone is ahead of UTC at a moment, in milliseconds; NaN for a zone that nobody knows. */
function offsetAt(at: number, zone: string): number {
  if (Number.isNaN(at)) return Number.NaN;
  const clock = clockOf(zone);
  if (clock === undefined) return Number.NaN;
  const parts = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

/** Zones of the world are some 600; a wrong name is remembered as one that nobody knows, up to as many again. */
const CLOCKS_MAX = 1200;
const clocks = new Map<string, Intl.DateTimeFormat | undefined>();

function clockOf(timeZone: string): Intl.DateTimeFormat | undefined {
  if (!clocks.has(timeZone) && clocks.size < CLOCKS_MAX) clocks.set(timeZone, newClock(timeZone));
  return clocks.get(timeZone);
}

function newClock(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    const numeric = 'numeric';
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: numeric,
      month: numeric,
      day: numeric,
      hour: numeric,
      minute: numeric,
      second: numeric,
    });
  } catch {
    return undefined; // RangeError: no such zone
  }
}
