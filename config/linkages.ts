import { z } from 'zod';
import type { LinkageStep } from '../gateway/domain/linkage.ts';
import { HoursText, WhereText, withoutGaps } from '../gateway/domain/rule-text.ts';
import { shippedLinkages } from './shipped-linkages.ts';

/* What follows alarms (联动), as a site writes it. */

const Name = z
  .string({ error: 'small letters, digits and -' })
  .regex(/^[a-z0-9-]{1,40}$/, { error: 'small letters, digits and -' });
const words = (expected: string) =>
  z.string({ error: expected }).min(1, { error: expected }).max(200, { error: expected });
const seconds = (otherwise: number) =>
  z.int({ error: 'whole seconds from 1 to 600' }).min(1).max(600).default(otherwise);

const common = {
  id: Name,
  dangerous: z.boolean().optional(),
  /** Passed over, not failed, where there is nothing to do it with: no camera sees the place, no loudspeaker is near. */
  ifPossible: z.boolean().optional(),
  withinS: seconds(10),
  /** How long a person is asked. */
  askS: seconds(300),
};
const Say = z.union(
  [
    z.strictObject({ phrase: words('a stored phrase') }),
    z.strictObject({ text: words('the words') }),
    z.strictObject({ tone: words('a tone') }),
    z.strictObject({ file: words('a file of the speaker') }),
  ],
  { error: 'one of phrase, text, tone and file' },
);
const device = words('a device id');

const Step = z
  .discriminatedUnion('do', [
    z.strictObject({ do: z.literal('preset'), preset: words('a preset'), ...common }),
    z.strictObject({ do: z.literal('pop-up'), walls: z.array(words('a wall’s id')).min(1).max(20), ...common }),
    z.strictObject({
      do: z.literal('broadcast'),
      say: Say,
      withinM: z.int().min(1).max(20_000).default(2_000),
      ...common,
    }),
    z.strictObject({ do: z.literal('door'), device, act: z.enum(['open', 'lock']), ...common }),
    z.strictObject({ do: z.literal('light'), device, on: z.boolean().default(true), ...common }),
    z.strictObject({ do: z.literal('webhook'), target: Name, ...common }),
  ])
  .transform(({ id, dangerous, ifPossible = false, withinS, askS, ...act }): LinkageStep => {
    const isDangerous = dangerous ?? (act.do === 'broadcast' || (act.do === 'door' && act.act === 'open'));
    return { id, isDangerous, ifPossible, withinMs: withinS * 1000, askMs: askS * 1000, act: actOf(act) };
  });

type Written =
  | Exclude<LinkageStep['act'], { do: 'command' }>
  | Readonly<{ do: 'door'; device: string; act: 'open' | 'lock' }>
  | Readonly<{ do: 'light'; device: string; on: boolean }>;
function actOf(act: Written): LinkageStep['act'] {
  if (act.do === 'door') return { do: 'command', device: act.device, name: act.act, args: {} };
  if (act.do === 'light') return { do: 'command', device: act.device, name: 'light', args: { on: act.on } };
  return act;
}

const Rule = z
  .strictObject({
    id: Name,
    where: WhereText,
    hours: HoursText.optional(),
    severity: z.literal([1, 2, 3, 4], { error: '1 (red) to 4 (blue)' }).default(4),
    ask: z.enum(['dangerous', 'never'], { error: 'dangerous or never' }).default('dangerous'),
    steps: z
      .array(Step)
      .min(1)
      .max(20)
      .refine((steps) => new Set(steps.map(({ id }) => id)).size === steps.length, { error: 'each id once' }),
  })
  .transform((rule) => withoutGaps(rule));
const Rules = z
  .array(Rule)
  .max(500)
  .refine((rules) => new Set(rules.map(({ id }) => id)).size === rules.length, { error: 'each id once' });

const Webhook = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'an address such as https://duty.example/alarms' }),
  secretFile: words('a file with the secret of the signature').optional(),
});
const Cidr = z.union([z.cidrv4(), z.cidrv6()], { error: 'a network such as 10.0.8.0/24' });

/** The key `linkages` of the settings. A site's rule takes the place of the shipped one with its id. */
export const LinkagesText = z
  .strictObject({
    shipped: z.boolean({ error: 'true or false' }).default(false),
    rules: Rules.default([]),
    webhooks: z.record(Name, Webhook).default({}),
    webhookNetworks: z.array(Cidr).max(100).default([]),
  })
  .transform(({ shipped, rules, ...webhooks }) => {
    if (!shipped) return { rules, off: [], ...webhooks };
    const own = new Set(rules.map(({ id }) => id));
    const along = shippedLinkages(new Set(Object.keys(webhooks.webhooks)));
    const others = Rules.parse(along.rules).filter(({ id }) => !own.has(id));
    return { rules: [...others, ...rules], off: along.off, ...webhooks };
  });
