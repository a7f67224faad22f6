import fc from 'fast-check';
import type { Alarm } from '../../gateway/http/contract/alarms.ts';

/** Any text, the hostile ones of spreadsheets and line breaks often; no lone surrogates, which no UTF-8 file can hold. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.constantFrom(
    '=1+1',
    "'",
    "'=1",
    '',
    '+86',
    '-',
    '@x',
    '\tx',
    '\rx',
    '"',
    'a,b',
    ' a ',
    '\r\n',
    '汉字',
    '\ufeff',
    '#',
  ),
);
const time = fc
  .date({ min: new Date('2000-01-01T00:00:00Z'), max: new Date('2100-01-01T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString());
const region = fc.integer({ min: 0, max: 999_999_999_999 }).map((digits) => String(digits).padStart(12, '0'));
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const severity = fc.constantFrom(1 as const, 2 as const, 3 as const, 4 as const);
const verdict = fc.constantFrom('real' as const, 'falseAlarm' as const, 'test' as const, 'duplicate' as const);

/** Any alarm that the contract allows. */
export const anyAlarm: fc.Arbitrary<Alarm> = fc
  .record({
    id: fc.uuid(),
    type: text,
    severity,
    condition: fc.constantFrom('active' as const, 'cleared' as const),
    state: fc.constantFrom('new' as const, 'handling' as const, 'closed' as const),
    verdict: maybe(verdict),
    device: text,
    region,
    compound: maybe(text),
    centre: region,
    place: fc.record({
      name: maybe(text),
      lng: maybe(fc.double({ min: -180, max: 180, noNaN: true })),
      lat: maybe(fc.double({ min: -90, max: 90, noNaN: true })),
      kmValue: maybe(fc.integer({ min: 0, max: 9_999_999 })),
      direction: maybe(fc.constantFrom('up' as const, 'down' as const)),
    }),
    title: fc.record({ zh: text, en: text }),
    occurredAt: time,
    lastAt: time,
    receivedAt: time,
    count: fc.integer({ min: 1 }),
    value: maybe(fc.double({ noNaN: true, noDefaultInfinity: true })),
    text: maybe(text),
    evidence: fc.array(fc.record({ kind: fc.constant('photo' as const), url: text, at: time, sha256: text }), {
      maxLength: 2,
    }),
    due: fc.record({ accept: maybe(time), close: maybe(time) }),
    cameras: fc.array(text, { maxLength: 3 }),
    version: fc.integer({ min: 1 }),
  })
  // As it comes over the wire: what is undefined is not there, and there is no -0 in JSON.
  .map((alarm) => JSON.parse(JSON.stringify(alarm)) as Alarm);
