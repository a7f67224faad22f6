import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Borders, project, toCounty } from '../../../console/src/places/borders.ts';
import { alongLine, distanceM } from '../../../console/src/places/nearby.ts';
import { groupCameras, rowsOf } from '../../../console/src/wall/camera-groups.ts';
import { assign, shownTiles, swap } from '../../../console/src/wall/tiling.ts';
import type { Device } from '../../../gateway/http/contract/devices.ts';

const device = (id: string, place: Device['place'], changes: Partial<Device> = {}): Device => ({
  id,
  kind: 'speaker',
  profile: 'fengsui',
  name: id,
  region: '360902000000',
  place,
  enabled: true,
  online: true,
  version: 1,
  ...changes,
});

describe('devices along a line', () => {
  const here = { line: '沪昆线', kmValue: 812_300 };

  it('are the nearest first, by their posts, and only those of that line within reach', () => {
    const devices = [
      device('far', { line: '沪昆线', kmValue: 815_301 }),
      device('near', { line: '沪昆线', kmValue: 811_850 }),
      device('other line', { line: '沪昆高铁', kmValue: 812_300 }),
      device('edge', { line: '沪昆线', kmValue: 815_300 }),
    ];
    expect(alongLine(here, devices, 3_000).map((one) => [one.device.id, one.distanceM])).toEqual([
      ['near', 450],
      ['edge', 3_000],
    ]);
  });

  it('have no distance where neither posts nor coordinates are known', () => {
    expect(distanceM(here, { line: '沪昆线' })).toBeUndefined();
    expect(alongLine({}, [device('a', here)], 3_000)).toEqual([]);
  });
});

describe('county borders', () => {
  const file = join(import.meta.dirname, '../../../config/catalogue/yichun/counties.geojson');
  const borders: Borders = JSON.parse(readFileSync(file, 'utf8'));

  it('are ten closed shapes with a name, each around its own centre', () => {
    const counties = borders.features.map(toCounty);
    expect(counties).toHaveLength(10);
    for (const { path, name, centre } of counties) {
      expect(path).toMatch(/^M[\d.,L-]+Z/);
      expect(name).not.toBe('');
      expect(Math.hypot(centre.x, centre.y)).toBeLessThan(300);
    }
  });

  it('are drawn in kilometres: a degree of latitude is about 111', () => {
    expect(project(114, 28).y - project(114, 29).y).toBeCloseTo(111.32, 2);
    expect(project(115, 28).x - project(114, 28).x).toBeCloseTo(98.3, 1);
  });
});

describe('tiles of a wall', () => {
  const camera = fc.option(fc.constantFrom('a', 'b', 'c'), { nil: null });
  const tiles = fc.uniqueArray(camera, { maxLength: 16, selector: (id) => id ?? {} });

  it('show a camera that was put on one there, and nowhere else', () => {
    fc.assert(
      fc.property(tiles, fc.nat(15), (before, index) => {
        const after = assign(before, index, 'a');
        expect(after[index]).toBe('a');
        expect(after.filter((id) => id === 'a')).toHaveLength(1);
      }),
    );
  });

  it('are as before when swapped twice', () => {
    fc.assert(
      fc.property(tiles, fc.nat(15), fc.nat(15), (before, from, to) => {
        const twice = swap(swap(before, from, to), from, to);
        expect(twice.slice(0, before.length)).toEqual(before);
        expect(twice.slice(before.length).every((id) => id === null)).toBe(true);
      }),
    );
  });

  it('are as many as the layout says', () => {
    expect(shownTiles({ layout: 4, tiles: ['a', null, 'b', 'c', 'd'] })).toEqual(['a', null, 'b', 'c']);
    expect(shownTiles({ layout: 4, tiles: [] })).toEqual([null, null, null, null]);
  });
});

describe('the list of cameras', () => {
  const cameras = [
    device('c1', { km: 'K812+150' }, { kind: 'camera', name: '云台', region: '1' }),
    device('c2', {}, { kind: 'camera', name: '大门', region: '2', online: false }),
    device('c3', {}, { kind: 'camera', name: '路口', region: '2' }),
  ];
  const nameOf = (region: string) => (region === '1' ? '彬江镇' : '秀江街道');

  it('groups by place and counts who is online', () => {
    const groups = groupCameras(cameras, nameOf, '');
    expect(groups.map(({ name, online, cameras: found }) => [name, online, found.length])).toEqual([
      ['彬江镇', 1, 1],
      ['秀江街道', 1, 2],
    ]);
    expect(rowsOf(groups, new Set(['秀江街道']))).toHaveLength(3);
  });

  it('keeps the group of what a search finds', () => {
    expect(groupCameras(cameras, nameOf, 'k812').map(({ name }) => name)).toEqual(['彬江镇']);
    expect(groupCameras(cameras, nameOf, '秀江')).toMatchObject([{ online: 1 }]);
  });
});
