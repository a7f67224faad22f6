import { describe, expect, it } from 'vitest';
import { distanceText, metresBetween } from '../../../console/src/format/distance.ts';
import { clockMsText, clockText, lengthText, listMoment, span } from '../../../console/src/format/moment.ts';
import { placeText } from '../../../console/src/format/place-text.ts';

/** A moment in the user's own zone, which is what screens show. */
const local = (text: string): number => new Date(text).getTime();
const MINUTE = 60_000;

describe('times on screen', () => {
  const now = local('2026-11-24T20:40:32.412');

  it('are 24 hours, with milliseconds where the order of things matters', () => {
    expect(clockText(now)).toBe('20:40:32');
    expect(clockMsText(now)).toBe('20:40:32.412');
  });

  it('are an age under one hour, the time of day today, the date before', () => {
    expect(listMoment(now - 48_000, now)).toBe('00:48');
    expect(listMoment(now - 59 * MINUTE, now)).toBe('59:00');
    expect(listMoment(local('2026-11-24T18:05:00'), now)).toBe('18:05');
    expect(listMoment(local('2026-11-22T17:58:00'), now)).toBe('11-22 17:58');
  });

  it('never show an age below zero, though a device clock runs ahead', () => {
    expect(listMoment(now + 5_000, now)).toBe('00:00');
  });

  it('count limits down and, once passed, up', () => {
    expect(lengthText(72_000)).toBe('01:12');
    expect(lengthText(-51_000)).toBe('00:51');
    expect(lengthText(3_600_000 + 61_000)).toBe('1:01:01');
  });

  it('say lengths in one or two units', () => {
    expect(span(19_400)).toEqual({ key: 'span.seconds', values: { s: 19 } });
    expect(span(138 * MINUTE)).toEqual({ key: 'span.hours', values: { h: 2, m: 18 } });
  });
});

describe('places on screen', () => {
  it('are metres up to one kilometre, then kilometres with one decimal', () => {
    expect(distanceText(450.4)).toBe('450 m');
    expect(distanceText(1_900)).toBe('1.9 km');
  });

  it('are measured to about a per cent', () => {
    const metres = metresBetween({ lng: 114.388, lat: 27.803 }, { lng: 114.388, lat: 27.812 });
    expect(metres).toBeGreaterThan(990);
    expect(metres).toBeLessThan(1_010);
    expect(metresBetween({ lng: 114.388 }, { lng: 114.4, lat: 27.8 })).toBeUndefined();
  });

  it('name line, post and direction, then the place', () => {
    const words = (key: string) => (key === 'direction.down' ? '下行' : key);
    const place = { line: '沪昆线', km: 'K812+300', direction: 'down' as const, name: '江霞村' };
    expect(placeText(place, words)).toBe('沪昆线 K812+300 下行 · 江霞村');
    expect(placeText({}, words)).toBe('');
  });
});
