const two = (value: number): string => String(value).padStart(2, '0');

/** 20:40:32, in the user's zone. */
export function clockText(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** 20:40:32.412, for lines of a history. */
export const clockMsText = (at: number): string =>
  `${clockText(at)}.${String(new Date(at).getMilliseconds()).padStart(3, '0')}`;

export const minuteText = (at: number): string => clockText(at).slice(0, 5);

/** 2026-11-24 */
export function dateText(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** 02:15 or 1:02:15: an age, or the time left of a limit. Negative lengths are shown without their sign. */
export function lengthText(lengthMs: number): string {
  const seconds = Math.floor(Math.abs(lengthMs) / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${two(minutes)}:${two(seconds % 60)}`;
}

const HOUR_MS = 3_600_000;

/** What a list says of a moment: its age under one hour, the time of day today, date and time before. */
export function listMoment(at: number, now: number): string {
  const age = Math.max(0, now - at);
  if (age < HOUR_MS) return lengthText(age);
  return dateText(at) === dateText(now) ? minuteText(at) : `${dateText(at).slice(5)} ${minuteText(at)}`;
}

export type Span = {
  key: 'span.seconds' | 'span.minutes' | 'span.hours' | 'span.days';
  values: Record<string, number>;
};

/** A length of time for a sentence, as key and numbers: 19 s, 3 min, 2 h 18 min, 4 d. */
export function span(lengthMs: number): Span {
  const seconds = Math.max(0, Math.floor(lengthMs / 1000));
  if (seconds < 60) return { key: 'span.seconds', values: { s: seconds } };
  if (seconds < 3600) return { key: 'span.minutes', values: { m: Math.floor(seconds / 60) } };
  if (seconds < 86_400) {
    return { key: 'span.hours', values: { h: Math.floor(seconds / 3600), m: Math.floor(seconds / 60) % 60 } };
  }
  return { key: 'span.days', values: { d: Math.floor(seconds / 86_400) } };
}
