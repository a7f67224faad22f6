import { basename } from 'node:path';
import { z } from 'zod';
import type { AlarmDefinition, TimeLimits } from '../gateway/domain/alarm.ts';
import type { Severity } from '../gateway/domain/severity.ts';
import { CatalogueBroken, type Row, readTable } from './csv-table.ts';
import type { Settings } from './settings.ts';

const SEVERITY_OF: Readonly<Record<'1' | '2' | '3' | '4', Severity>> = { 1: 1, 2: 2, 3: 3, 4: 4 };
const SeverityText = z
  .enum(['1', '2', '3', '4'], { error: '1 (red) to 4 (blue)' })
  .transform((digit) => SEVERITY_OF[digit]);
const Minutes = z
  .string()
  .regex(/^\d{0,6}$/, { error: 'whole minutes, or nothing where nobody has to go there' })
  .transform((text) => (text === '' ? undefined : Number(text) * 60_000));
const Words = z.string().transform((text) => text.split(';').filter((word) => word !== ''));

export const LINKAGES = [
  'snapshot',
  'clip',
  'ptz-preset',
  'broadcast',
  'wall-popup',
  'notify-patrol',
  'notify-property',
  'notify-maintenance',
] as const;

const FAMILIES = ['camera', 'community', 'railway', 'device-health'] as const;
const TypeRow = z.object({
  code: z
    .string()
    .regex(/^(?:camera|community|railway|device)(?:\.[a-z0-9-]+)+$/, { error: 'a dot path such as railway.flood' }),
  zh: z.string().min(1, { error: 'the Chinese title' }),
  en: z.string().min(1, { error: 'the English title' }),
  family: z.enum(FAMILIES, { error: FAMILIES.join(', ') }),
  severity: SeverityText,
  kind: z.enum(['stateful', 'pulse'], { error: 'stateful or pulse' }),
  merge_window_s: z.string().regex(/^\d{1,6}$/, { error: 'whole seconds, 0 for never' }),
  limit_profile: z.string().min(1, { error: 'a profile of alarm-limits.csv' }),
  linkages: Words.pipe(z.array(z.enum(LINKAGES, { error: LINKAGES.join(', ') }))),
  onvif_topics: Words,
  gb28181: Words,
  isapi: Words,
  dahua: Words,
  contact_id: Words,
  payload_keys: Words,
});
export type TypeRow = z.infer<typeof TypeRow>;

export const LimitRow = z.object({
  limit_profile: z.string().min(1, { error: 'a profile such as railway' }),
  severity: SeverityText,
  accept_min: Minutes,
  arrive_min: Minutes,
  close_min: Minutes,
});

/** The rows of alarm-types.csv, each code once. Throws CatalogueBroken. */
export function readAlarmTypes(file: string): readonly Row<TypeRow>[] {
  const rows = readTable(file, TypeRow);
  const lineOf = new Map<string, number>();
  const faults = rows.flatMap(({ line, row: { code } }) => {
    const former = lineOf.get(code);
    lineOf.set(code, former ?? line);
    if (former === undefined) return [];
    return [
      { file: basename(file), line, field: 'code', value: code, expected: `a code not on line ${former} already` },
    ];
  });
  if (faults.length > 0) throw new CatalogueBroken(faults);
  return rows;
}

/** Time limits by profile, then severity. */
export type LimitTable = ReadonlyMap<string, ReadonlyMap<Severity, TimeLimits>>;

/** Throws CatalogueBroken. */
export function readLimits(file: string): LimitTable {
  const table = new Map<string, Map<Severity, TimeLimits>>();
  for (const { row } of readTable(file, LimitRow)) {
    const rows = table.get(row.limit_profile) ?? new Map<Severity, TimeLimits>();
    rows.set(row.severity, { acceptMs: row.accept_min, arriveMs: row.arrive_min, closeMs: row.close_min });
    table.set(row.limit_profile, rows);
  }
  return table;
}

/** The shipped definition with the city's overrides on it; `schema.ts` has checked that these name what exists. */
export function definitionOf(row: TypeRow, overrides: Settings['alarmTypes']): AlarmDefinition {
  const { severity, mergeWindowMs, limitProfile } = overrides[row.code] ?? {};
  return {
    code: row.code,
    zh: row.zh,
    en: row.en,
    family: row.family,
    severity: severity ?? row.severity,
    kind: row.kind,
    mergeWindowMs: mergeWindowMs ?? Number(row.merge_window_s) * 1000,
    limitProfile: limitProfile ?? row.limit_profile,
    linkages: row.linkages,
  };
}
