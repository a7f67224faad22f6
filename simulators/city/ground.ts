import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/* The ground that the city stands on, read as data: its real division codes and its railway lines. */

const CATALOGUE = join(import.meta.dirname, '../../config/catalogue');
const Lines = z.record(z.string(), z.looseObject({ points: z.array(z.array(z.union([z.number(), z.string()]))) }));

/** A township (乡镇、街道) and the villages and neighbourhoods under it, by their 12-digit codes. */
export type Township = Readonly<{ code: string; name: string; villages: readonly string[] }>;
/** A stretch of railway by the metres of its first and last post. */
export type Track = Readonly<{ line: string; fromKm: number; toKm: number }>;

export function townships(): readonly Township[] {
  const rows = readFileSync(join(CATALOGUE, 'yichun/regions.csv'), 'utf8')
    .trim()
    .split('\n')
    .map((row) => row.split(','));
  const villages = Map.groupBy(
    rows.filter(([, , level]) => level === 'village'),
    ([, , , parent]) => parent,
  );
  return rows
    .filter(([, , level]) => level === 'township')
    .map(([code = '', name = '']) => ({
      code,
      name,
      villages: (villages.get(code) ?? []).map(([village = '']) => village),
    }));
}

export function tracks(): readonly Track[] {
  const lines = Lines.parse(parse(readFileSync(join(CATALOGUE, 'lines.yaml'), 'utf8')));
  return Object.entries(lines).map(([line, { points }]) => {
    const posts = points.flatMap((point) => point.slice(2).map((post) => metresOf(String(post))));
    return { line, fromKm: Math.min(...posts), toKm: Math.max(...posts) };
  });
}

const metresOf = (post: string): number => {
  const [, km, metres] = /^K(\d+)\+(\d{3})$/.exec(post) ?? [];
  return Number(km) * 1000 + Number(metres);
};

export const postOf = (kmValue: number): string =>
  `K${Math.floor(kmValue / 1000)}+${String(kmValue % 1000).padStart(3, '0')}`;
