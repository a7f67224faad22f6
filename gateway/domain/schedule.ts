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
