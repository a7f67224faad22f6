import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { LINKAGES, readAlarmTypes, type TypeRow } from './alarm-types.ts';

/* The rules that come along: what the catalogue's column `linkages` says of each alarm type, step by step. */

type Word = (typeof LINKAGES)[number];
/** `evidence`: the follower of that name does it, and no rule has to say so. */
const Act = z.union([z.literal('evidence'), z.looseObject({ do: z.string(), target: z.string().optional() })]);
const Meanings = z.strictObject({
  words: z.record(z.enum(LINKAGES), Act),
  phrases: z.array(z.strictObject({ type: z.string().min(1), text: z.string().min(1) })),
});

export type ShippedLinkages = Readonly<{
  /** As a site would write them: checked where the site's own are. */
  rules: readonly unknown[];
  /** Words that come to nothing, such as `notify-patrol`, because `linkages.webhooks` has no such name. */
  off: readonly Word[];
}>;

const SHIPPED = fileURLToPath(new URL('catalogue/', import.meta.url));

/** A rule for each alarm type; `webhooks` are the names that have an address. Throws CatalogueBroken, ZodError. */
export function shippedLinkages(webhooks: ReadonlySet<string>, folder: string = SHIPPED): ShippedLinkages {
  const meanings = Meanings.parse(parse(readFileSync(`${folder}/linkages.yaml`, 'utf8')));
  const off = LINKAGES.filter((word) => {
    const act = meanings.words[word];
    return act !== 'evidence' && act.target !== undefined && !webhooks.has(act.target);
  });
  const rows = readAlarmTypes(`${folder}/alarm-types.csv`).map(({ row }) => row);
  return { off, rules: rows.flatMap((row) => ruleOf(row, meanings, new Set(off))) };
}

/** `railway.cattle.danger` has the rule `railway-cattle-danger`: a site takes its place by that name. */
function ruleOf(row: TypeRow, meanings: z.output<typeof Meanings>, off: ReadonlySet<Word>): readonly unknown[] {
  const steps = row.linkages.flatMap((word) => {
    const act = meanings.words[word];
    if (act === 'evidence' || off.has(word)) return [];
    const said = act.do === 'broadcast' ? { say: { text: phraseFor(row.code, meanings) } } : {};
    return [{ id: word, ifPossible: true, ...act, ...said }];
  });
  return steps.length === 0 ? [] : [{ id: row.code.replaceAll('.', '-'), where: { types: [row.code] }, steps }];
}

function phraseFor(code: string, { phrases }: z.output<typeof Meanings>): string {
  const found = phrases.find(({ type }) => (type.endsWith('.') ? code.startsWith(type) : code === type));
  if (found === undefined) throw new Error(`linkages.yaml has no phrase for ${code}, which calls out`);
  return found.text;
}
