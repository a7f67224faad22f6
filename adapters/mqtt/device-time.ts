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
