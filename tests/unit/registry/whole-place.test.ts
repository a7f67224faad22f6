import { expect, it } from 'vitest';
import { loadCatalogue } from '../../../config/catalogue.ts';
import { LineBook } from '../../../gateway/registry/line-book.ts';
import { wholePlace } from '../../../gateway/registry/whole-place.ts';

const lines = new LineBook(loadCatalogue().lines);
const HUT = { name: '彬江机房', line: '沪昆线', km: 'K810+000', kmValue: 810_000, lng: 114.585, lat: 27.8128 };

it('gives a device’s post its coordinates where nobody surveyed them', () => {
  const place = wholePlace(lines, { line: '沪昆线', km: 'K812+300', kmValue: 812_300 }, undefined);
  expect(place).toMatchObject({ km: 'K812+300', lng: expect.closeTo(114.562, 3), lat: expect.closeTo(27.8123, 3) });
});

it('is where the signal says, and not where the host stands', () => {
  const place = wholePlace(lines, HUT, { line: '沪昆线', km: 'K812+300', direction: 'down' });
  expect(place).toEqual({
    line: '沪昆线',
    km: 'K812+300',
    kmValue: 812_300,
    direction: 'down',
    lng: expect.closeTo(114.562, 3),
    lat: expect.closeTo(27.8123, 3),
  });
});

it('gives coordinates beside a line their post, and others none', () => {
  expect(wholePlace(lines, HUT, { lng: 114.562, lat: 27.8125 })).toMatchObject({
    line: '沪昆线',
    km: expect.stringMatching(/^K812\+/),
  });
  expect(wholePlace(lines, HUT, { lng: 114.562, lat: 27.9 })).toEqual({ lng: 114.562, lat: 27.9 });
});

it('keeps where the device stands when the signal adds a name only', () => {
  expect(wholePlace(lines, HUT, { name: '2 号防区' })).toEqual({ ...HUT, name: '2 号防区' });
});
