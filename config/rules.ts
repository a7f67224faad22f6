import { z } from 'zod';
import { HoursText, texts, WhereText, withoutGaps } from '../gateway/domain/rule-text.ts';

/* The rules that a site writes itself: where, at which hours, what. `gateway/http` takes the same shapes. */

const wholeNumber = (min: number, max: number, unit: string) => {
  const error = `a whole number from ${min} to ${max}${unit}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};

const SiteRule = z
  .strictObject({
    where: WhereText,
    hours: HoursText.optional(),
    set: z
      .strictObject({
        severity: z.literal([1, 2, 3, 4], { error: '1 (red) to 4 (blue)' }).optional(),
        mergeWindowMs: wholeNumber(0, 604_800_000, ' ms').optional(),
        limitProfile: z.string().min(1).max(40).optional(),
        holdOffMs: wholeNumber(0, 3_600_000, ' ms').optional(),
        graverAfterCount: wholeNumber(2, 1_000_000, ' reports').optional(),
        graverAfterMs: wholeNumber(1000, 604_800_000, ' ms').optional(),
      })
      .transform((set) => withoutGaps(set)),
  })
  .transform((rule) => withoutGaps(rule));

const IncidentRule = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9-]{1,40}$/, { error: 'small letters, digits and -' }),
    types: texts('an alarm type, or a prefix that ends in a dot'),
    within: z.enum(['line', 'compound', 'township'], { error: 'line, compound or township' }),
    withinMs: wholeNumber(1000, 86_400_000, ' ms'),
    withinM: wholeNumber(1, 100_000, ' m').optional(),
    spanM: wholeNumber(1, 1_000_000, ' m').optional(),
  })
  .transform((rule) => withoutGaps(rule));

/** Along a line, in a compound, in a power cut: what one cause usually explains. */
const INCIDENTS: z.input<typeof IncidentRule>[] = [
  {
    id: 'line-intrusion',
    types: ['railway.perimeter.', 'railway.track.', 'railway.vibration.', 'railway.lookout.', 'railway.foreign-object'],
    within: 'line',
    withinMs: 120_000,
    withinM: 800,
    spanM: 20_000,
  },
  {
    id: 'compound-intrusion',
    types: ['community.fence.', 'community.beam.', 'community.intrusion', 'camera.line.', 'camera.area.'],
    within: 'compound',
    withinMs: 60_000,
    withinM: 200,
  },
  {
    id: 'fire',
    // a released door follows its fire alarm. Source: the catalogue's note on `community.door.fire-released`
    types: ['community.fire.smoke', 'community.fire.heat', 'community.fire.panel', 'community.door.fire-released'],
    within: 'compound',
    withinMs: 120_000,
    withinM: 300,
  },
  { id: 'outage', types: ['device.offline', 'device.power.lost'], within: 'township', withinMs: 120_000 },
];

/** The key `rules` of the settings. */
export const RulesText = z.strictObject({
  overrides: z.array(SiteRule).max(500).default([]),
  incidents: z.array(IncidentRule).max(50).prefault(INCIDENTS),
});
export type Rules = z.output<typeof RulesText>;
