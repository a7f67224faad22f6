/** Days of the week as ISO 8601 counts them: 1 is Monday, 7 is Sunday. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** `workdays` and `restdays` follow the calendar: Monday to Friday, but for its holidays and make-up days (调休). */
export type Days = readonly Weekday[] | 'every' | 'workdays' | 'restdays';

/** From one time of day to another, in minutes after midnight; an end at or before the beginning lies on the next day. */
export type Span = Readonly<{ days: Days; from: number; to: number }>;

/** Days that are not what their weekday says, as `2026-10-01`. */
export type Calendar = Readonly<{ restdays: readonly string[]; workdays: readonly string[] }>;

/** Hours of a week (时间计划) in a zone. */
export type Schedule = Readonly<{ zone: string; spans: readonly Span[]; calendar: Calendar }>;

export const ALWAYS: Schedule = {
  zone: 'Asia/Shanghai',
  spans: [{ days: 'every', from: 0, to: 1440 }],
  calendar: { restdays: [], workdays: [] },
};

const DAY_MIN = 1440;
const MINUTE_MS = 60_000;

/** A moment as a wall clock in the zone shows it. */
type Local = Readonly<{ date: string; weekday: Weekday; minute: number }>;

/** Whether a moment (milliseconds since 1970) lies within the hours. A span begins with its first minute and ends before its last. */
export function isWithinHours({ zone, spans, calendar }: Schedule, at: number): boolean {
  const today = localAt(at, zone);
  const yesterday = localAt(at - DAY_MIN * MINUTE_MS, zone);
  return spans.some(({ days, from, to }) => {
    const end = to > from ? to : to + DAY_MIN;
    const isToday = isDay(days, today, calendar) && today.minute >= from && today.minute < end;
    const sinceYesterday = today.minute + DAY_MIN;
    return isToday || (end > DAY_MIN && isDay(days, yesterday, calendar) && sinceYesterday < end);
  });
}

/** The calendar day that a clock in the zone shows, as `2026-11-25`. */
export const dateAt = (at: number, zone: string): string => localAt(at, zone).date;

/** The day before or after a calendar day, `by` days away. */
export const shiftedDate = (date: string, by: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + by * DAY_MIN * MINUTE_MS).toISOString().slice(0, 10);

/** Whether a calendar day is among the days of a span. */
export function fallsOn(days: Days, date: string, calendar: Calendar): boolean {
  const weekday = ISO_WEEKDAYS[new Date(`${date}T00:00:00Z`).getUTCDay()] ?? 1;
  return isDay(days, { date, weekday, minute: 0 }, calendar);
}
const ISO_WEEKDAYS: readonly Weekday[] = [7, 1, 2, 3, 4, 5, 6];

/**
 * When a clock in the zone shows so many minutes after midnight of that day, in milliseconds since 1970. A time that
 * comes twice, as clocks go back, is its first; one that is left out, as they go forward, is as much after the jump as it
 * lies behind the hour that is missing.
 */
export function instantAt(date: string, minute: number, zone: string): number {
  const wanted = Date.parse(`${date}T00:00:00Z`) + minute * MINUTE_MS;
  const offsets = [wanted - HALF_DAY_MS, wanted + HALF_DAY_MS].map((at) => shownAt(at, zone) - at);
  const [before = 0, after = 0] = offsets;
  const candidates = [wanted - before, wanted - after].filter((at) => shownAt(at, zone) === wanted);
  return candidates.length === 0 ? wanted - before : Math.min(...candidates);
}
const HALF_DAY_MS = (DAY_MIN / 2) * MINUTE_MS;

/** What a clock in the zone shows, as if it were UTC; whole minutes. */
function shownAt(at: number, zone: string): number {
  const { date, minute } = localAt(at, zone);
  return Date.parse(`${date}T00:00:00Z`) + minute * MINUTE_MS;
}

function isDay(days: Days, { date, weekday }: Local, { restdays, workdays }: Calendar): boolean {
  if (days === 'every') return true;
  if (days !== 'workdays' && days !== 'restdays') return days.includes(weekday);
  const isWorkday = workdays.includes(date) || (weekday <= 5 && !restdays.includes(date));
  return isWorkday === (days === 'workdays');
}

/** Zones of the world are some 600. */
const CLOCKS_MAX = 600;
const clocks = new Map<string, Intl.DateTimeFormat>();
const WEEKDAYS: Readonly<Record<string, Weekday>> = { Mon: 1, Tue: 2, Wed: 3, Thu: 4, Fri: 5, Sat: 6, Sun: 7 };

function localAt(at: number, zone: string): Local {
  const parts = new Map(
    clockOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes): string => parts.get(name) ?? '';
  return {
    date: `${part('year')}-${part('month')}-${part('day')}`,
    weekday: WEEKDAYS[part('weekday')] ?? 1,
    minute: Number(part('hour')) * 60 + Number(part('minute')),
  };
}

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known !== undefined) return known;
  const two = '2-digit';
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: two,
    day: two,
    hour: two,
    minute: two,
  });
  if (clocks.size < CLOCKS_MAX) clocks.set(timeZone, clock);
  return clock;
}

/** Whether there is such a zone: IANA's names, such as Asia/Shanghai. */
export function isZone(timeZone: string): boolean {
  try {
    clockOf(timeZone);
    return true;
  } catch {
    return false; // RangeError
  }
}
