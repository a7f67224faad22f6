import { expect, it } from 'vitest';
import { loadCatalogue } from '../../../config/catalogue.ts';
import type { Device } from '../../../gateway/domain/device.ts';
import { LineBook } from '../../../gateway/registry/line-book.ts';

const catalogue = loadCatalogue();

const standing = (id: string, kmValue: number, kind: Device['kind'] = 'camera'): Device => ({
  id,
  kind,
  profile: 'onvif',
  name: id,
  region: '360902001000',
  place: { line: '沪昆线', kmValue },
  enabled: true,
  version: 1,
});

function bookWith(devices: readonly Device[]) {
  const book = new LineBook(catalogue.lines);
  const listeners: ((id: string, device: Device | undefined) => void)[] = [];
  const directory = {
    find: () => undefined,
    byProfile: () => [],
    onChange: (listener: (id: string, device: Device | undefined) => void) => {
      listeners.push(listener);
      return () => undefined;
    },
  };
  book.follow(directory, devices);
  return {
    book,
    change: (id: string, device: Device | undefined) => listeners.map((listener) => listener(id, device)),
  };
}

const anyone = { withinM: 5000, limit: 10, accept: (_id: string): boolean => true };
const idsAt = (book: LineBook, kmValue: number, asked = anyone): readonly string[] =>
  book.nearest('沪昆线', kmValue, asked).map(({ device }) => device);

it('gives what stands beside the line, nearest first, by kind and within reach', () => {
  const { book } = bookWith([
    standing('far', 822_000),
    standing('east', 812_100),
    standing('west', 812_600, 'speaker'),
    standing('here', 812_310),
  ]);
  expect(idsAt(book, 812_300)).toEqual(['here', 'east', 'west']);
  expect(idsAt(book, 812_300, { ...anyone, accept: (id) => id !== 'east' })).toEqual(['here', 'west']);
  expect(idsAt(book, 812_300, { ...anyone, limit: 1 })).toEqual(['here']);
});

it('follows a device that is moved, and forgets one that is removed', () => {
  const { book, change } = bookWith([standing('camera', 812_310), standing('speaker', 812_600)]);
  change('camera', standing('camera', 830_000));
  change('speaker', undefined);
  expect(idsAt(book, 812_300)).toEqual([]);
  expect(idsAt(book, 830_100)).toEqual(['camera']);
});

it('gives a place its coordinates of its post, and its post of its coordinates', () => {
  const { book } = bookWith([]);
  const place = book.withPoint({ line: '沪昆线', km: 'K812+300', kmValue: 812_300 });
  expect(place).toMatchObject({ lng: expect.closeTo(114.562, 3), lat: expect.closeTo(27.8123, 3) });
  expect(book.withPost({ lng: 114.562, lat: 27.8122 }, 300)).toMatchObject({
    line: '沪昆线',
    kmValue: expect.closeTo(812_300, -2),
    direction: 'down', // westwards the numbers grow, and trains keep to the left
  });
  expect(book.withPost({ lng: 114.0, lat: 29 }, 300)).not.toHaveProperty('line');
});
