import type { Region, RegionCode } from '../domain/region.ts';
import type { RegionTree } from './registry.ts';

/** The tree over a catalogue's regions; `borders` is GeoJSON text. */
export function regionTree(regions: readonly Region[], borders: string): RegionTree {
  const byCode = new Map(regions.map((region) => [region.code, region]));
  const children = Map.groupBy(regions, ({ parent }) => parent);
  return {
    find: (code: RegionCode) => byCode.get(code),
    children: (code) => children.get(code) ?? [],
    all: () => regions,
    borders: () => borders,
  };
}
