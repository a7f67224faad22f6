import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { Inbound, OpenCodec } from '../../../adapters/codec/definition.ts';
import { loadCodecs } from '../../../adapters/codec/load-codecs.ts';
import type { Report } from '../../../gateway/domain/signal.ts';
import { allSamples, houseWith } from '../../parts/payload-samples.ts';
import { expectSound } from '../../parts/sound-report.ts';

const RECEIVED_AT = Date.parse('2026-11-24T04:40:00.000Z');
const codecs = await loadCodecs();
const samples = allSamples()
  .map((family) => ({ ...family, cases: family.cases.filter(({ transport }) => transport === 'mqtt') }))
  .filter(({ cases }) => cases.length > 0);

/** Every path to a field of this value, as keys. */
function pathsOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))];
}

type Mutation = Readonly<{ how: 'drop' | 'rename' | 'set'; value: unknown }>;

/** The same value with one field dropped, renamed or set to something else. */
function mutated(value: unknown, [key, ...rest]: readonly string[], mutation: Mutation): unknown {
  if (key === undefined) return mutation.how === 'set' ? mutation.value : value;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([name, inner]): (readonly [string, unknown])[] => {
    if (name !== key) return [[name, inner]];
    if (rest.length > 0) return [[name, mutated(inner, rest, mutation)]];
    if (mutation.how === 'drop') return [];
    return mutation.how === 'rename' ? [[`${name}_`, inner]] : [[name, mutation.value]];
  });
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}

const Any = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom('', '0', 'NaN', '-1', null, true, [], {}, 1e308, -1, 9_999_999_999_999, '2026-13-24 25:61:00'),
);
const Mutation = fc.record({
  how: fc.constantFrom('drop', 'rename', 'set') as fc.Arbitrary<Mutation['how']>,
  value: Any,
});

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

function readAll(open: readonly OpenCodec[], message: Inbound): readonly Report[] {
  return open.flatMap((codec) => {
    const captures = codec.topics.map((pattern) => pattern.match(message.topic)).find((found) => found !== undefined);
    return captures === undefined ? [] : codec.read(message, captures).reports;
  });
}

const inputs = samples.flatMap((family) =>
  family.cases.map((sample) => ({ name: `${family.family}/${sample.file}`, family, sample })),
);

describe.each(inputs)('$name', ({ family, sample }) => {
  const open = codecs
    .filter((codec) => codec.family === family.family)
    .map((codec) => codec.open(houseWith(family.devices)));
  const bytes = family.bytes(sample.file);
  const message = (payload: Uint8Array, isRetained = false): Inbound => ({
    topic: sample.topic,
    payload,
    isRetained,
    receivedAt: RECEIVED_AT,
  });

  it('yields sound reports or a dead letter, whatever field is dropped, renamed or retyped', () => {
    const value = jsonOf(bytes);
    if (value === undefined) return; // bytes, or a text that is broken on purpose: cut and flipped below
    const Path = fc.constantFrom(...pathsOf(value));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(Path, Mutation), { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        (changes, isRetained) => {
          const changed = changes.reduce<unknown>((one, [path, mutation]) => mutated(one, path, mutation), value);
          const reports = readAll(open, message(Buffer.from(JSON.stringify(changed) ?? ''), isRetained));
          for (const report of reports) expectSound(report, RECEIVED_AT);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('yields sound reports or a dead letter, wherever its bytes are cut or flipped', () => {
    const Place = fc.nat({ max: Math.max(0, bytes.length - 1) });
    fc.assert(
      fc.property(Place, Place, fc.nat({ max: 255 }), (end, at, byte) => {
        const changed = Buffer.from(bytes.subarray(0, end + 1));
        if (at < changed.length) changed[at] = byte;
        for (const report of readAll(open, message(changed))) expectSound(report, RECEIVED_AT);
      }),
      { numRuns: 40 },
    );
  });
});
