import { z } from 'zod';
import { DEVICE_KINDS } from './device.ts';
import { formatKm, parseKm } from './km.ts';
import { isZone, type Schedule, type Span, type Weekday } from './schedule.ts';
import type { Where } from './where.ts';

/* How people write where and when a rule holds, in the settings and over HTTP, and how it is shown to them again. */

export const texts = (expected: string, max = 100) =>
  z
    .array(z.string({ error: expected }).min(1, { error: expected }).max(80, { error: expected }))
    .min(1)
    .max(max);
const Post = z.string({ error: 'a post such as K812+300' }).transform((text, context) => {
  const parsed = parseKm(text);
  if (parsed.ok) return parsed.value;
  context.addIssue({ code: 'custom', message: 'a post such as K812+300' });
  return z.NEVER;
});

const RegionCode = z.string().regex(/^\d{12}$/, { error: 'a division code of 12 digits in quotes' });
const Stretch = z
  .strictObject({ line: z.string().min(1).max(40), from: Post.optional(), to: Post.optional() })
  .transform(({ line, from, to }) => ({
    line,
    ...(from === undefined ? {} : { fromKm: from }),
    ...(to === undefined ? {} : { toKm: to }),
  }));

/** Which devices, and which alarm types of theirs; what is left out fits everything. */
export const WhereText = z
  .strictObject({
    regions: z.array(RegionCode).min(1).max(100).optional(),
    compounds: texts('the name of a compound').optional(),
    stretches: z.array(Stretch).min(1).max(100).optional(),
    kinds: z
      .array(z.enum(DEVICE_KINDS, { error: DEVICE_KINDS.join(', ') }))
      .min(1)
      .optional(),
    tags: texts('a tag').optional(),
    devices: texts('a device id', 1000).optional(),
    types: texts('an alarm type, or a prefix that ends in a dot such as railway.cattle.').optional(),
  })
  .transform((where) => withoutGaps(where));

export const withoutGaps = <T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };

const Minute = z
  .string({ error: 'a time of day such as 22:30' })
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, { error: 'a time of day such as 22:30' })
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)));
const Day = z.literal([1, 2, 3, 4, 5, 6, 7], { error: '1 (Monday) to 7 (Sunday)' });
const CalendarDay = z.iso.date({ error: 'a date such as 2026-10-01' });

/** Hours of a week: `{zone, spans: [{days, from: '22:00', to: '06:00'}], calendar}`. */
export const HoursText = z.strictObject({
  zone: z.string().refine(isZone, { error: 'an IANA zone such as Asia/Shanghai' }).default('Asia/Shanghai'),
  spans: z
    .array(
      z
        .strictObject({
          days: z
            .union([z.enum(['every', 'workdays', 'restdays']), z.array(Day).min(1)], {
              error: 'every, workdays, restdays, or numbers from 1 (Monday) to 7 (Sunday)',
            })
            .default('every'),
          from: Minute,
          to: Minute,
        })
        .transform((span): Span => ({ ...span, days: daysOf(span.days) })),
    )
    .min(1)
    .max(50),
  calendar: z
    .strictObject({
      restdays: z.array(CalendarDay).max(400).default([]),
      workdays: z.array(CalendarDay).max(400).default([]),
    })
    .default({ restdays: [], workdays: [] }),
});
const daysOf = (days: 'every' | 'workdays' | 'restdays' | Weekday[]): Span['days'] => days;

/** The rule as it was written. */
export const whereText = ({ regions, compounds, stretches, kinds, tags, devices, types }: Where): WhereShown =>
  withoutGaps({
    regions: copied(regions),
    compounds: copied(compounds),
    stretches: stretches?.map(({ line, fromKm, toKm }) => ({
      line,
      ...(fromKm === undefined ? {} : { from: formatKm(fromKm) }),
      ...(toKm === undefined ? {} : { to: formatKm(toKm) }),
    })),
    kinds: copied(kinds),
    tags: copied(tags),
    devices: copied(devices),
    types: copied(types),
  });
type WhereShown = z.input<typeof WhereText>;
const copied = <T>(list: readonly T[] | undefined): T[] | undefined => (list === undefined ? undefined : [...list]);

export const hoursText = ({ zone, spans, calendar }: Schedule): z.input<typeof HoursText> => ({
  zone,
  spans: spans.map(({ days, from, to }) => ({
    days: typeof days === 'string' ? days : [...days],
    from: clock(from),
    to: clock(to),
  })),
  calendar: { restdays: [...calendar.restdays], workdays: [...calendar.workdays] },
});

const two = (value: number): string => String(value).padStart(2, '0');
const clock = (minute: number): string => `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
