import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pathOf } from '../../../adapters/onvif/address.ts';
import { readXsDateTime } from '../../../adapters/onvif/clock.ts';
import { formatXsDuration, readXsDuration } from '../../../adapters/onvif/xs-duration.ts';

const AT = Date.UTC(2026, 2, 21, 17, 5, 40);

it.each([
  '2026-03-21T17:05:40Z',
  '2026-03-21T17:05:40',
  '2026-03-21t17:05:40z',
  '2026-03-21 17:05:40',
  '2026-03-21T17:05:40.000000Z',
  '2026-03-22T01:05:40+08:00',
  '2026-03-22T01:05:40+0800',
  '2026-03-21T12:05:40.0-05:00',
  ' 2026-03-21T17:05:40Z\n',
])('reads %s', (text) => {
  expect(readXsDateTime(text)).toBe(AT);
});

it.each(['0000-00-00T00:00:00Z', '10-05-2025T22:41:27Z', '2026-13-01T00:00:00Z', 'PT60S', 'now', '', undefined])(
  'makes nothing of the time %s',
  (text) => {
    expect(readXsDateTime(text)).toBeUndefined();
  },
);

it.each([
  ['PT60S', 60_000],
  ['PT1M', 60_000],
  ['P1DT12H', 129_600_000],
  ['pt0.5s', 500],
  ['P1Y', undefined],
  ['-PT5S', undefined],
  ['PT', undefined],
  ['60', undefined],
])('reads the length %s as %s ms', (text, ms) => {
  expect(readXsDuration(text)).toBe(ms);
});

it('reads back every length that it writes', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 1e9 }), (ms) => readXsDuration(formatXsDuration(ms)) === ms));
});

it.each([
  ['http://:80/onvif/PullSubManager?Idx=1', '/onvif/PullSubManager?Idx=1'],
  ['http:///onvif/events', '/onvif/events'],
  ['HTTPS://[fe80::1%25eth0]:443/a b', '/a%20b'],
  ['http://user:secret@169.254.169.254/latest/meta-data', '/latest/meta-data'],
  ['onvif/event_service', '/onvif/event_service'],
  ['http://www.w3.org/2005/08/addressing/anonymous', undefined],
  ['', undefined],
])('believes of the address %s only %s', (given, path) => {
  expect(pathOf(given)).toBe(path);
});

it('makes a path of whatever a camera writes, and never another host', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const path = pathOf(text);
      return path === undefined || new URL(path, 'http://10.0.0.7').host === '10.0.0.7';
    }),
  );
});
