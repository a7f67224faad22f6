import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { parseKm } from '../gateway/domain/km.ts';
import { surveyOf } from '../gateway/domain/line-survey.ts';
import { type RailwayLine, STRUCTURE_KINDS } from '../gateway/domain/railway-line.ts';
import { CatalogueBroken } from './csv-table.ts';
import { lineAt } from './yaml-line.ts';

const Post = z.string({ error: 'a post such as K812+300' }).transform((text, context) => {
  const parsed = parseKm(text);
  if (parsed.ok) return parsed.value;
  context.addIssue({ code: 'custom', message: 'a post such as K812+300' });
  return z.NEVER;
});
const Lng = z.number({ error: 'degrees east' }).min(-180, { error: '−180 to 180' }).max(180, { error: '−180 to 180' });
const Lat = z.number({ error: 'degrees north' }).min(-90, { error: '−90 to 90' }).max(90, { error: '−90 to 90' });
const LinePoint = z
  .union([z.tuple([Lng, Lat]), z.tuple([Lng, Lat, Post]), z.tuple([Lng, Lat, Post, Post])], {
    error: '[lng, lat], with a post behind it, or with one behind and one ahead',
  })
  .transform(([lng, lat, kmValue, kmAhead]) => ({
    lng,
    lat,
    ...(kmValue === undefined ? {} : { kmValue }),
    ...(kmAhead === undefined ? {} : { kmAhead }),
  }));

const metres = z.number({ error: 'metres' }).min(1, { error: 'at least 1 m' }).max(5000, { error: 'at most 5000 m' });
const Fence = z
  .strictObject({ warningM: metres, dangerM: metres, trackM: metres, hysteresisM: metres })
  .refine(({ warningM, dangerM, trackM }) => warningM > dangerM && dangerM > trackM, {
    error: 'warningM above dangerM above trackM',
  });
const Named = { zh: z.string({ error: 'the Chinese name' }), en: z.string({ error: 'the English name' }) };
const range = { from: Post, to: Post };
const Line = z.strictObject({
  ...Named,
  points: z.array(LinePoint).min(2, { error: 'at least two points' }),
  fence: Fence,
  fences: z.array(z.strictObject({ ...range, fence: Fence })).default([]),
  stations: z.array(z.strictObject({ ...Named, km: Post })).default([]),
  structures: z
    .array(z.strictObject({ ...Named, ...range, kind: z.enum(STRUCTURE_KINDS, { error: STRUCTURE_KINDS.join(', ') }) }))
    .default([]),
  sections: z
    .array(
      z.strictObject({
        ...Named,
        ...range,
        id: z.string().regex(/^[a-z0-9-]{1,40}$/),
        teams: z.array(z.string().min(1).max(40)).max(20).default([]),
      }),
    )
    .default([]),
});
const Lines = z.record(z.string().min(1).max(40), Line).superRefine((lines, context) => {
  for (const [id, line] of Object.entries(lines)) {
    const fault = surveyFault(lineOf(id, line));
    if (fault !== undefined) context.addIssue({ code: 'custom', path: [id, 'points'], message: fault });
  }
});

function lineOf(id: string, { stations, structures, sections, fences, ...line }: z.infer<typeof Line>): RailwayLine {
  const ranged = <T extends { from: number; to: number }>({ from, to, ...rest }: T) => ({
    ...rest,
    fromKm: from,
    toKm: to,
  });
  return {
    ...line,
    id,
    stations: stations.map(({ km, ...station }) => ({ ...station, kmValue: km })),
    structures: structures.map(ranged),
    sections: sections.map(ranged),
    fences: fences.map(ranged),
  };
}

function surveyFault(line: RailwayLine): string | undefined {
  try {
    surveyOf(line);
    return undefined;
  } catch (error) {
    return error instanceof RangeError ? 'a post at the first and at the last point' : String(error);
  }
}

/** Throws CatalogueBroken. */
export function readLines(file: string): readonly RailwayLine[] {
  const counter = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: counter, prettyErrors: false });
  const checked = Lines.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (checked.success) return Object.entries(checked.data).map(([id, line]) => lineOf(id, line));
  throw new CatalogueBroken(
    checked.error.issues.map(({ path, message }) => ({
      file: basename(file),
      line: lineAt(document, counter, path) ?? 1,
      field: path.join('.'),
      value: String(document.getIn(path) ?? '').slice(0, 80),
      expected: message,
    })),
  );
}
