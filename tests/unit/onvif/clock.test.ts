import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CameraClock, readSystemDateAndTime, readXsDateTime } from '../../../adapters/onvif/clock.ts';
import { readXml } from '../../../adapters/onvif/xml.ts';
import { formatXsDuration } from '../../../adapters/onvif/xs-duration.ts';

const NOW = Date.UTC(2026, 10, 24, 8);
const HOUR = 3_600_000;

it.each([
  ['2026-03-21T17:05:40Z', Date.UTC(2026, 2, 21, 17, 5, 40)],
  ['2026-03-21T17:05:40.250Z', Date.UTC(2026, 2, 21, 17, 5, 40, 250)],
  ['2026-03-21T17:05:40+08:00', Date.UTC(2026, 2, 21, 9, 5, 40)],
  ['2026-03-21T17:05:40', Date.UTC(2026, 2, 21, 17, 5, 40)],
  ['0000-00-00T00:00:00Z', undefined],
  ['10-05-2025T22:41:27Z', undefined],
  ['yesterday', undefined],
  [undefined, undefined],
])('reads %s', (text, at) => {
  expect(readXsDateTime(text)).toBe(at);
});

it('takes an offset off a time of the camera', () => {
  const clock = new CameraClock();
  clock.measure(NOW + HOUR, NOW - 20, NOW);
  expect(clock.ours(NOW + HOUR - 5_000, NOW)).toBe(NOW - 5_000);
  expect(clock.cameraNow(NOW)).toBe(NOW + HOUR);
});

it('keeps an offset that an answer does not contradict, though it tells whole seconds and a pull takes a minute', () => {
  const clock = new CameraClock();
  clock.measure(NOW + HOUR, NOW - 20, NOW);
  expect(clock.measure(NOW + HOUR + 30_000, NOW, NOW + 60_000)).toBe(false);
  expect(clock.offsetMs).toBe(HOUR);
});

it('flags a clock that is off, until it is right again', () => {
  const clock = new CameraClock();
  expect(clock.measure(NOW - 9 * 365 * 24 * HOUR, NOW, NOW + 20)).toBe(true);
  expect(clock.isOff).toBe(true);
  expect(clock.measure(NOW, NOW, NOW + 20)).toBe(true);
  expect(clock.isOff).toBe(false);
});

it('believes no time before 2000, and none that has not come yet', () => {
  const clock = new CameraClock();
  expect(clock.ours(Date.UTC(1970, 0, 1), NOW)).toBeUndefined();
  expect(clock.ours(NOW + 61_000, NOW)).toBeUndefined();
  expect(clock.ours(NOW + 900, NOW)).toBe(NOW);
});

it('has after any measurement an offset by which the answer lies between its question and its arrival', () => {
  const times = fc.record({
    camera: fc.integer({ min: -1e9, max: 1e9 }),
    took: fc.nat(60_000),
    before: fc.integer({ min: -1e9, max: 1e9 }),
  });
  fc.assert(
    fc.property(times, ({ camera, took, before }) => {
      const clock = new CameraClock();
      clock.offsetMs = before;
      clock.measure(NOW + camera, NOW, NOW + took);
      const said = NOW + camera - clock.offsetMs;
      expect(said).toBeGreaterThanOrEqual(NOW - 1_000);
      expect(said).toBeLessThanOrEqual(NOW + took + 1_000);
    }),
  );
});

it('reads the system time in UTC, and local time only where there is no other', () => {
  const date = (kind: string, hour: number) =>
    `<${kind}><Time><Hour>${hour}</Hour><Minute>5</Minute><Second>40</Second></Time><Date><Year>2026</Year><Month>3</Month><Day>21</Day></Date></${kind}>`;
  const read = (inner: string) => {
    const body = readXml(
      `<Body><GetSystemDateAndTimeResponse><SystemDateAndTime>${inner}</SystemDateAndTime></GetSystemDateAndTimeResponse></Body>`,
    );
    return body.ok ? readSystemDateAndTime(body.value) : undefined;
  };
  expect(read(date('LocalDateTime', 9) + date('UTCDateTime', 1))).toBe(Date.UTC(2026, 2, 21, 1, 5, 40));
  expect(read(date('LocalDateTime', 9))).toBe(Date.UTC(2026, 2, 21, 9, 5, 40));
  expect(read('')).toBeUndefined();
});

it('writes durations as every camera reads them', () => {
  expect([formatXsDuration(120_000), formatXsDuration(55_300)]).toEqual(['PT120S', 'PT55.3S']);
});
