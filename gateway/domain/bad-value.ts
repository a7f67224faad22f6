/** Why a message from outside was refused; the words of `GET /dead-letters`. */
export const BAD_REASONS = [
  'not-json',
  'not-utf8',
  'not-xml',
  'xml-dtd',
  'missing-field',
  'wrong-type',
  'out-of-range',
  'bad-time',
  'unknown-code',
  'unknown-device',
  'unknown-version',
  'unknown-topic',
  'bad-checksum',
  'bad-length',
  'signature',
  'too-large',
] as const;
export type BadReason = (typeof BAD_REASONS)[number];

/** One wrong value from outside. A 400 answer carries it, a dead letter keeps it, a log line leaves `value` out. */
export type BadValue = Readonly<{ reason: BadReason; field: string; value: string; expected: string }>;

/** Longest piece of a wrong value that is kept: enough to recognise it, too little to carry a picture. */
const VALUE_MAX_CHARS = 80;

export function badValue(reason: BadReason, field: string, value: unknown, expected: string): BadValue {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return { reason, field, value: text.slice(0, VALUE_MAX_CHARS), expected };
}
