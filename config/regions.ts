import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import type { Region } from '../gateway/domain/region.ts';
import { CatalogueBroken, readTable } from './csv-table.ts';

const LEVELS = ['city', 'county', 'township', 'village'] as const;
const Code = z.string().regex(/^\d{12}$/, { error: 'a division code of 12 digits, such as 360902001000' });
const RegionRow = z.object({
  code: Code,
  name: z.string().min(1, { error: 'a name' }),
  level: z.enum(LEVELS, { error: LEVELS.join(', ') }),
  parent: z.union([z.literal(''), Code], { error: 'the code of the division above, or nothing' }),
});

/** The divisions of a city, each after its parent. Throws CatalogueBroken. */
export function readRegions(file: string): readonly Region[] {
  const rows = readTable(file, RegionRow);
  const known = new Set<string>();
  const faults = rows.flatMap(({ line, row: { code, parent } }) => {
    const isNew = !known.has(code);
    known.add(code);
    if (!isNew) return [{ file: basename(file), line, field: 'code', value: code, expected: 'a code of its own' }];
    if (parent === '' || known.has(parent)) return [];
    return [{ file: basename(file), line, field: 'parent', value: parent, expected: 'a code from a line above' }];
  });
  if (faults.length > 0) throw new CatalogueBroken(faults);
  return rows.map(({ row: { parent, ...region } }) => (parent === '' ? region : { ...region, parent }));
}

const Borders = z.object({
  type: z.literal('FeatureCollection'),
  features: z.array(z.object({ properties: z.object({ code: Code }), geometry: z.object({ type: z.string() }) })),
});

/** The county borders as GeoJSON text, looked at before anybody is given it. Throws on a file that is none. */
export function readBorders(file: string): string {
  const text = readFileSync(file, 'utf8');
  Borders.parse(JSON.parse(text));
  return text;
}
