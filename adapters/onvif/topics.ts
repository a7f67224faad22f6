import { z } from 'zod';
import table from './topics.json' with { type: 'json' };
import { namespaceOf, splitName, type XmlElement } from './xml.ts';

/**
 * What a topic says. `state` opens and clears by its boolean item, or by being there at all where it has none; `words`
 * by its item's word, each with the bracket that the catalogue puts behind the topic; `level` by a measured value.
 * `filled` by its item's list being empty or not.
 * `one` joins topics that tell the same thing; an echo gives way to the others once they were active, a kind adds to them.
 */
const TopicRule = z.discriminatedUnion('is', [
  z.strictObject({ topic: z.string(), is: z.literal('pulse'), item: z.string().optional() }),
  z.strictObject({
    topic: z.string(),
    is: z.literal('state'),
    item: z.string().optional(),
    one: z.string().optional(),
    isEcho: z.boolean().optional(),
    isKind: z.boolean().optional(),
  }),
  z.strictObject({
    topic: z.string(),
    is: z.literal('words'),
    item: z.string(),
    words: z.record(z.string(), z.string()),
  }),
  z.strictObject({ topic: z.string(), is: z.literal('telemetry'), item: z.string(), name: z.string() }),
  z.strictObject({
    topic: z.string(),
    is: z.literal('level'),
    item: z.string(),
    name: z.string(),
    opensBelow: z.number(),
    closesAbove: z.number(),
  }),
  z.strictObject({ topic: z.string(), is: z.literal('access'), result: z.enum(['granted', 'denied']) }),
  z.strictObject({
    topic: z.string(),
    is: z.literal('filled'),
    item: z.string(),
    one: z.string().optional(),
    isEcho: z.boolean().optional(),
    isKind: z.boolean().optional(),
  }),
  z.strictObject({ topic: z.string(), is: z.literal('nothing') }),
]);
export type TopicRule = z.infer<typeof TopicRule>;

const TABLE = z
  .strictObject({
    namespaces: z.record(z.string(), z.string()),
    topics: z.array(TopicRule),
    privateWords: z.array(z.string()),
  })
  .parse(table);

/** Every topic that is understood, with what it says. */
export const TOPIC_RULES: readonly TopicRule[] = TABLE.topics;
const RULES: ReadonlyMap<string, TopicRule> = new Map(TOPIC_RULES.map((rule) => [rule.topic, rule]));
const ALIASES: ReadonlyMap<string, string> = new Map(Object.entries(TABLE.namespaces));
const PRIVATE_WORDS: ReadonlySet<string> = new Set(TABLE.privateWords);
const ONVIF = 'tns1';
const TOPIC_MAX_CHARS = 200;
/** A maker's own prefix, as its firmware writes it: better to read than the address behind it, which changes. */
const MAKER_PREFIX = /^tns[a-z]{2,20}$/;

/**
 * The topic of a notification in the one form of the catalogue, `tns1:RuleEngine/LineDetector/Crossed`: by namespace,
 * whatever prefix the camera uses. A maker's namespace that the table lacks is written out, `{uri}Name`. Undefined for
 * an empty topic, which is a heartbeat.
 */
export function canonicalTopic(element: XmlElement | undefined): string | undefined {
  const text =
    element?.text
      .trim()
      .replace(/\/*\.?$/, '')
      .replace(/^\/+/, '') ?? '';
  if (text === '') return undefined;
  const [root = '', ...inner] = text.split('/').map((step) => step.trim());
  const steps = [canonicalStep(element, root, true), ...inner.map((step) => canonicalStep(element, step, false))];
  return steps.join('/').slice(0, TOPIC_MAX_CHARS);
}

function canonicalStep(element: XmlElement | undefined, step: string, isRoot: boolean): string {
  const [prefix, local] = splitName(step);
  const uri = prefix === '' ? undefined : namespaceOf(element?.scope, prefix)?.trim();
  const alias = uri === undefined ? prefix : (ALIASES.get(uri.replace(/\/$/, '')) ?? makerPrefix(prefix));
  if (alias === undefined) return `{${uri}}${local}`;
  if (alias === ONVIF || alias === '') return isRoot ? `${ONVIF}:${local}` : local;
  return `${alias}:${local}`;
}

const makerPrefix = (prefix: string): string | undefined => (MAKER_PREFIX.test(prefix) ? prefix : undefined);

/** The table's rule for a topic: its own, else that of everything below its parent (`…/*`). */
export function ruleOf(topic: string): TopicRule | undefined {
  return RULES.get(topic) ?? RULES.get(topic.replace(/\/[^/]*$/, '/*'));
}

/** Topics that name or follow persons and vehicles; they are counted and never looked into. */
export const isPrivate = (topic: string): boolean =>
  topic
    .replace(/\{[^}]*\}/g, '')
    .split(/[^A-Za-z]+/)
    .flatMap((step) => [step, ...step.split(/(?<=[a-z])(?=[A-Z])/)])
    .some((word) => PRIVATE_WORDS.has(word.toLowerCase()));
