import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { parseKm } from '../gateway/domain/km.ts';
import { surveyOf } from '../gateway/domain/line-survey.ts';
import type { CheckPoint, PatrolPlan } from '../gateway/domain/patrol.ts';
import { HoursText, withoutGaps } from '../gateway/domain/rule-text.ts';
import { CatalogueBroken } from './csv-table.ts';
import { readLines } from './lines.ts';
import type { Settings } from './settings.ts';

/* Patrol plans (巡护计划) as a site writes them: a section, its check-points, the hours of its shifts. */

const wholeNumber = (min: number, max: number, unit: string) => {
  const error = `a whole number from ${min} to ${max}${unit}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};
const words = (expected: string) =>
  z.string({ error: expected }).min(1, { error: expected }).max(80, { error: expected });
const POST = 'a post such as K812+300';

const Point = z
  .strictObject({
    name: words('the name of the check-point').optional(),
    km: z
      .string({ error: POST })
      .refine((text) => parseKm(text).ok, { error: POST })
      .optional(),
    direction: z.enum(['up', 'down'], { error: 'up or down' }).optional(),
    lng: z.number({ error: 'degrees east' }).min(-180).max(180).optional(),
    lat: z.number({ error: 'degrees north' }).min(-90).max(90).optional(),
    byMin: wholeNumber(1, 1440, ' minutes after the round begins').optional(),
  })
  .refine(({ km, lng, lat }) => km !== undefined || (lng !== undefined && lat !== undefined), {
    error: 'km, or lng and lat',
  });

const Plan = z.strictObject({
  id: z
    .string({ error: 'small letters, digits and -' })
    .regex(/^[a-z0-9-]{1,40}$/, { error: 'small letters, digits and -' }),
  zh: words('the Chinese name'),
  en: words('the English name'),
  region: z
    .string({ error: 'a division code of 12 digits in quotes' })
    .regex(/^\d{12}$/, { error: 'a division code of 12 digits in quotes' }),
  line: words('a railway line'),
  section: words('a patrol section of the line').optional(),
  team: words('a team or an account').optional(),
  hours: HoursText,
  lateMin: wholeNumber(0, 720, ' minutes').default(15),
  withinM: wholeNumber(10, 5_000, ' m').default(150),
  checkPoints: z.array(Point).min(1, { error: 'at least one check-point' }).max(100),
});

/** The key `patrol` of the settings. */
export const PatrolText = z
  .strictObject({
    plans: z
      .array(Plan)
      .max(200)
      .refine((plans) => new Set(plans.map(({ id }) => id)).size === plans.length, { error: 'each id once' })
      .default([]),
  })
  .transform(({ plans }) => ({ plans: plans.map(planOf) }));

function planOf({ lateMin, checkPoints, section, team, ...plan }: z.output<typeof Plan>): PatrolPlan {
  const points = checkPoints.map((point) => pointOf(plan.line, point));
  return { ...plan, section, team, lateMs: lateMin * 60_000, checkPoints: points };
}

function pointOf(line: string, { name, byMin, km, ...where }: z.output<typeof Point>): CheckPoint {
  const post = km === undefined ? undefined : parseKm(km);
  const kmValue = post?.ok === true ? post.value : undefined;
  return { name: name ?? km ?? '', byMin, place: withoutGaps({ line, km, kmValue, ...where }) };
}

export type PlanFault = Readonly<{ path: readonly (string | number)[]; expected: string }>;

/** What plans name that the railway lines do not have. */
export function planFaults({
  patrol: { plans },
  linesFile,
}: Pick<Settings, 'patrol' | 'linesFile'>): readonly PlanFault[] {
  if (plans.length === 0) return [];
  try {
    const lines = new Map(readLines(linesFile ?? SHIPPED).map((line) => [line.id, surveyOf(line)]));
    return plans.flatMap((plan, index) =>
      faultsOf(plan, lines).map((fault) => ({ ...fault, path: ['patrol', 'plans', index, ...fault.path] })),
    );
  } catch (error) {
    if (!(error instanceof CatalogueBroken) && !isMissing(error)) throw error;
    return [{ path: ['linesFile'], expected: `a file of railway lines (${error.message.slice(0, 200)})` }];
  }
}
const SHIPPED = fileURLToPath(new URL('catalogue/lines.yaml', import.meta.url));
const isMissing = (error: unknown): error is Error => error instanceof Error && 'code' in error;

function faultsOf(
  { line, section, checkPoints }: PatrolPlan,
  lines: ReadonlyMap<string, ReturnType<typeof surveyOf>>,
): readonly PlanFault[] {
  const survey = lines.get(line);
  if (survey === undefined) return [{ path: ['line'], expected: `one of ${[...lines.keys()].join(', ')}` }];
  const sections = survey.line.sections.map(({ id }) => id);
  const unknown = section !== undefined && !sections.includes(section);
  const strange = checkPoints.flatMap(({ place: { kmValue } }, index) =>
    kmValue === undefined || survey.placesOf(kmValue).length > 0
      ? []
      : [{ path: ['checkPoints', index, 'km'], expected: `a post of ${line}` }],
  );
  return [...(unknown ? [{ path: ['section'], expected: `one of ${sections.join(', ')}` }] : []), ...strange];
}
