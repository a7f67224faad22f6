import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { check } from '../../../gateway/domain/zod-fault.ts';

const faults = (schema: z.ZodType, input: unknown): readonly unknown[] => {
  const checked = check(schema, input);
  return checked.ok ? [] : checked.error.map(({ reason, field, value, expected }) => [reason, field, value, expected]);
};

describe('what zod found wrong, in the words of a dead letter', () => {
  it.each<[string, z.ZodType, unknown, readonly string[]]>([
    ['a missing field', z.object({ a: z.number() }), {}, ['missing-field', 'a', '', 'a number']],
    ['null for text', z.object({ a: z.string() }), { a: null }, ['wrong-type', 'a', 'null', 'text']],
    ['a fraction', z.object({ a: z.int() }), { a: 1.5 }, ['wrong-type', 'a', '1.5', 'a whole number']],
    [
      'deep in a list',
      z.object({ m: z.array(z.object({ alias: z.int() })) }),
      { m: [{ alias: 'x' }] },
      ['wrong-type', 'm[0].alias', 'x', 'a number'],
    ],
    ['too small', z.object({ a: z.number().min(0) }), { a: -15 }, ['out-of-range', 'a', '-15', 'at least 0']],
    ['too big', z.object({ a: z.number().lt(5) }), { a: 5 }, ['out-of-range', 'a', '5', 'less than 5']],
    [
      'the schema has its own words',
      z.object({ a: z.number().min(0, { error: "0 to the cable's length in m" }) }),
      { a: -1 },
      ['out-of-range', 'a', '-1', "0 to the cable's length in m"],
    ],
    ['short text', z.object({ a: z.string().min(3) }), { a: 'x' }, ['out-of-range', 'a', 'x', 'at least 3 characters']],
    ['long list', z.array(z.int()).max(1), [1, 2], ['out-of-range', '(payload)', '[1,2]', 'at most 1 entries']],
    [
      'an unknown word',
      z.object({ a: z.enum(['Start', 'Stop', 'Pulse']) }),
      { a: 'Begin' },
      ['unknown-code', 'a', 'Begin', 'Start, Stop or Pulse'],
    ],
    ['a number for a word', z.object({ a: z.enum(['Start']) }), { a: 1 }, ['wrong-type', 'a', '1', 'Start']],
    ['no time', z.object({ a: z.iso.datetime() }), { a: 'noon' }, ['bad-time', 'a', 'noon', 'ISO 8601 with zone']],
    ['a number for a time', z.object({ a: z.iso.datetime() }), { a: 5 }, ['wrong-type', 'a', '5', 'text']],
    [
      'an unknown key',
      z.strictObject({ a: z.int() }),
      { a: 1, pasword: 'secret' },
      ['unknown-code', 'pasword', 'pasword', 'no such key'],
    ],
    [
      'neither of two',
      z.object({ a: z.union([z.string(), z.number()]) }),
      { a: true },
      ['wrong-type', 'a', 'true', 'text or a number'],
    ],
    [
      'inside one of two',
      z.object({ a: z.union([z.string(), z.object({ b: z.int() })]) }),
      { a: { b: 'x' } },
      ['wrong-type', 'a.b', 'x', 'a number'],
    ],
    [
      'no such kind',
      z.object({ d: z.discriminatedUnion('k', [z.object({ k: z.literal('x') })]) }),
      { d: { k: 'y' } },
      ['unknown-code', 'd.k', 'y', 'x'],
    ],
    [
      'a bad key',
      z.object({ v: z.record(z.string().max(4), z.int()) }),
      { v: { voltage: 1 } },
      ['out-of-range', 'v.voltage', 'voltage', 'at most 4 characters'],
    ],
    [
      'a reason of its own',
      z.string().refine(() => false, { error: 'base64', params: { reason: 'wrong-type' } }),
      'A2*',
      ['wrong-type', '(payload)', 'A2*', 'base64'],
    ],
    ['an address', z.object({ u: z.url() }), { u: 'x' }, ['wrong-type', 'u', 'x', 'a URL']],
  ])('%s', (_name, schema, input, fault) => {
    expect(faults(schema, input)).toEqual([fault]);
  });

  it('lists all of them in the order of the schema', () => {
    const schema = z.object({ at: z.iso.datetime(), active: z.boolean() });
    expect(faults(schema, { active: 'yes' }).map((fault) => String(fault))).toEqual([
      'missing-field,at,,text',
      'wrong-type,active,yes,true or false',
    ]);
  });
});
