import { Environment } from '@marcbachmann/cel-js';
import { z } from 'zod';
import { badValue } from '../../gateway/domain/bad-value.ts';
import { DEVICE_KINDS } from '../../gateway/domain/device.ts';
import type { Signal } from '../../gateway/domain/signal.ts';
import { codec } from './codec.ts';
import type { Codec, Draft, Drafts, MessageContext } from './definition.ts';
import { IsoTime } from './device-time.ts';
import { LastStates } from './last-states.ts';

/** What an expression may be made of; a comprehension inside another one would cost its square. */
const LIMITS = { maxAstNodes: 200, maxDepth: 16, maxListElements: 64, maxMapEntries: 64, maxCallArguments: 8 };
const EXPRESSION_MAX_CHARS = 500;
/** CEL: no loops but over what stands in the message, no calls outside, no state. */
const ENVIRONMENT = new Environment({ unlistedVariablesAreDyn: false, limits: LIMITS })
  .registerVariable('payload', 'dyn')
  .registerVariable('topic', 'dyn');

type Evaluate = (scope: Readonly<Record<string, unknown>>) => unknown;

const Expression = z
  .string({ error: 'a CEL expression over payload and topic' })
  .max(EXPRESSION_MAX_CHARS)
  .transform((text, { addIssue }): Evaluate => {
    try {
      const evaluate = ENVIRONMENT.parse(text);
      const { valid, error } = evaluate.check();
      if (!valid) throw error ?? new Error('no type fits');
      return (scope) => evaluate(scope);
    } catch (error) {
      addIssue({ code: 'custom', message: `a CEL expression over payload and topic (${firstLine(error)})` });
      return z.NEVER;
    }
  });
const firstLine = (error: unknown): string => (error instanceof Error ? (error.message.split('\n')[0] ?? '') : '');

const FIELDS = {
  number: z.number({ error: 'a number' }),
  integer: z.int({ error: 'a whole number' }),
  text: z.string({ error: 'text' }),
  boolean: z.boolean({ error: 'true or false' }),
  time: IsoTime,
  any: z.unknown(),
} as const;
const FIELD_WORDS = Object.keys(FIELDS).join(', ');
type FieldWord = keyof typeof FIELDS;
const isFieldWord = (word: string): word is FieldWord => Object.hasOwn(FIELDS, word);

const Field = z
  .string({ error: `${FIELD_WORDS}, with ? where it may be missing` })
  .refine((text) => isFieldWord(text.replace(/\?$/, '')), { error: `${FIELD_WORDS}, with ? where it may be missing` });

const SignalRule = z.strictObject({
  /** What the device calls it; `types` makes an alarm type of it. */
  word: z.string({ error: 'a word, which types maps' }).min(1).max(64),
  /** Tells it at all; without it always. */
  when: Expression.optional(),
  /** True opens, false clears; without it each message is a pulse. */
  active: Expression.optional(),
  value: Expression.optional(),
  unit: z.string().max(16).optional(),
  text: Expression.optional(),
});

/** A family that needs no code: what stands in one file of `mqtt.profilesDir`. */
export const YamlFamily = z.strictObject({
  family: z
    .string({ error: 'small letters, digits and -' })
    .regex(/^[a-z0-9-]{1,40}$/, { error: 'small letters, digits and -' }),
  zh: z.string({ error: 'the Chinese name' }).min(1),
  en: z.string({ error: 'the English name' }).min(1),
  kinds: z.array(z.enum(DEVICE_KINDS, { error: DEVICE_KINDS.join(', ') })).min(1),
  offlineAfterMs: z.int().min(1000).optional(),
  types: z.record(z.string(), z.string({ error: 'an alarm type' })).default({}),
  topics: z
    .array(
      z.string({ error: 'a topic such as mast/{device}/report' }).regex(/^[^{}+#]+\/.*\{device\}/, {
        error: 'a topic such as mast/{device}/report',
      }),
    )
    .min(1, { error: 'at least one topic' })
    .max(16),
  payload: z.record(z.string(), Field, { error: `fields with their types: ${FIELD_WORDS}` }),
  personal: z.array(z.string()).default([]),
  at: Expression.optional(),
  id: Expression.optional(),
  signals: z.array(SignalRule).max(32).default([]),
  telemetry: z.record(z.string().max(64), Expression).default({}),
  online: Expression.optional(),
});
export type YamlFamily = z.infer<typeof YamlFamily>;

type Context = MessageContext<LastStates>;
type Payload = Readonly<Record<string, unknown>>;

/** Throws on a topic that MQTT could not subscribe to. */
export function codecOf(definition: YamlFamily): Codec {
  const { family, zh, en, kinds, offlineAfterMs, types, topics, personal } = definition;
  return codec<Payload, LastStates>({
    family,
    topics,
    profile: { zh, en, adapter: 'mqtt', kinds, types, ...(offlineAfterMs === undefined ? {} : { offlineAfterMs }) },
    payload: z.looseObject(fieldsOf(definition.payload)),
    personal: personal.map((name) => name.toLowerCase()),
    memory: () => new LastStates(),
    all: (payload, context) => draftsOf(definition, payload, context),
  });
}

function fieldsOf(payload: YamlFamily['payload']): Readonly<Record<string, z.ZodType>> {
  const fields = Object.entries(payload).map(([name, text]): [string, z.ZodType] => {
    const word = text.replace(/\?$/, '');
    const field = isFieldWord(word) ? FIELDS[word] : FIELDS.any;
    return [name, text.endsWith('?') ? field.nullish() : field];
  });
  return Object.fromEntries(fields);
}

function draftsOf(definition: YamlFamily, payload: Payload, context: Context): Drafts {
  const device = context.part('device');
  const ask = asker(payload, context);
  const time = ask('at', definition.at, isTime);
  const said = { device, at: context.utc('at', time), id: ask('id', definition.id, isText) };
  const online = ask('online', definition.online, isFlag);
  const values = Object.entries(definition.telemetry).flatMap(([name, expression]) => {
    const value = ask(`telemetry.${name}`, expression, isNumber);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    signals: definition.signals.flatMap((rule, index) =>
      signalOf(rule, `signals[${index}]`, definition.family, said, ask, context),
    ),
    telemetry: values.length === 0 ? [] : [{ device, at: said.at, values: Object.fromEntries(values) }],
    status: online === undefined ? [] : [{ device, online, at: said.at }],
  };
}

type Said = Readonly<{ device: string; at: number | undefined; id: string | undefined }>;
type Ask = <T>(field: string, expression: Evaluate | undefined, is: (value: unknown) => T | undefined) => T | undefined;

function signalOf(
  rule: YamlFamily['signals'][number],
  path: string,
  family: string,
  said: Said,
  ask: Ask,
  context: Context,
): readonly Draft<Signal>[] {
  if (rule.when !== undefined && ask(`${path}.when`, rule.when, isFlag) !== true) return [];
  const type = `${family}:${rule.word}`;
  const active = ask(`${path}.active`, rule.active, isFlag);
  if (rule.active !== undefined && (active === undefined || !context.memory.isNews(context, said.device, type, active)))
    return [];
  const value = ask(`${path}.value`, rule.value, isNumber);
  const text = ask(`${path}.text`, rule.text, isText)?.slice(0, 500);
  const id = said.id === undefined ? undefined : `${said.id}:${rule.word}`;
  return [{ ...said, id, type, active, value, unit: value === undefined ? undefined : rule.unit, text }];
}

const isFlag = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);
const isText = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
const isTime = (value: unknown): string | number | undefined =>
  typeof value === 'bigint'
    ? Number(value)
    : typeof value === 'string' || typeof value === 'number'
      ? value
      : undefined;
const isNumber = (value: unknown): number | undefined => {
  const number = typeof value === 'bigint' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
};

/** Null and what an optional field leaves out mean nothing; what cannot be computed is a dead letter of its own. */
function asker(payload: Payload, { topic, refuse }: Context): Ask {
  return (field, expression, is) => {
    if (expression === undefined) return undefined;
    try {
      const value = expression({ payload, topic });
      const found = is(value);
      if (found === undefined && value !== null && value !== undefined)
        refuse(badValue('wrong-type', field, typeof value, 'what the profile asks for here'));
      return found;
    } catch (error) {
      refuse(badValue('missing-field', field, '', `what its expression needs (${firstLine(error)})`));
      return undefined;
    }
  };
}
