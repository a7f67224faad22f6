import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadCodecs } from '../../../adapters/codec/load-codecs.ts';
import { allSamples, houseWith } from '../../parts/payload-samples.ts';
import { readWith } from '../../unit/mqtt/reading.ts';

const RECEIVED_AT = Date.parse('2026-11-24T04:40:00.000Z');
const MARK = '张三丰-marked';
/** Names of fields that no family may keep. */
const NAMES = [
  'pic',
  'scene',
  'thumbnail',
  'sub_label',
  'persionName',
  'Persistname',
  'idCard',
  'telnum',
  'license',
  'plateNo',
  'similarity1',
  'faceImage',
  'recognized_license_plate',
];
const Name = fc.constantFrom(...NAMES);

const codecs = await loadCodecs();
const inputs = allSamples().flatMap((family) =>
  family.cases
    .filter(({ transport, file }) => transport === 'mqtt' && file.endsWith('.json'))
    .map((sample) => ({ name: `${family.family}/${sample.file}`, family, sample })),
);

/** The text with a personal field at the beginning of its nth object. */
function marked(text: string, name: string, nth: number): string {
  const places = [...text.matchAll(/\{(?=\s*")/g)].map(({ index }) => index + 1);
  const at = places[nth % Math.max(1, places.length)] ?? 1;
  return `${text.slice(0, at)}\n"${name}":\n "${MARK}",${text.slice(at)}`;
}

describe.each(inputs)('$name', ({ family, sample }) => {
  const house = { ...houseWith(family.devices), pseudonym: () => 'a pseudonym' };
  const open = codecs.filter((codec) => codec.family === family.family).map((codec) => codec.open(house));
  const text = family.bytes(sample.file).toString('utf8');
  const told = (payload: string): string => {
    const message = { topic: sample.topic, payload: Buffer.from(payload), isRetained: false, receivedAt: RECEIVED_AT };
    const { reports, warnings, kept } = readWith(open, message);
    return `${JSON.stringify([reports, warnings])} ${Buffer.from(kept).toString('utf8')}`;
  };

  it('keeps nothing of a person, in a sound message or a cut one', () => {
    fc.assert(
      fc.property(Name, fc.nat({ max: 20 }), fc.nat(), (name, nth, end) => {
        const whole = marked(text, name, nth);
        expect(told(whole)).not.toContain(MARK);
        expect(told(whole.slice(0, end % whole.length))).not.toContain(MARK);
      }),
      { numRuns: 30 },
    );
  });

  it('keeps nothing of a person in JSON that is a text inside JSON', () => {
    fc.assert(
      fc.property(Name, (name) => {
        const inner = JSON.stringify({ [name]: MARK, other: 1 });
        expect(told(JSON.stringify({ ...JSON.parse(text), info: inner }))).not.toContain(MARK);
        expect(told(JSON.stringify({ info: inner }).slice(0, -1))).not.toContain(MARK);
      }),
      { numRuns: 10 },
    );
  });
});

it('keeps the number of a card as its pseudonym only, in good and in bad messages', () => {
  const cards = ['face-terminal', 'intercom', 'access-controller'];
  const found = inputs.filter(({ family }) => cards.includes(family.family));
  expect(found.length).toBeGreaterThan(5);
  for (const { family, sample } of found) {
    const house = { ...houseWith(family.devices), pseudonym: () => 'a pseudonym' };
    const open = codecs.filter((codec) => codec.family === family.family).map((codec) => codec.open(house));
    const payload = family.bytes(sample.file);
    const message = { topic: sample.topic, payload, isRetained: false, receivedAt: RECEIVED_AT };
    const { reports, kept } = readWith(open, message);
    const said = JSON.stringify(reports) + Buffer.from(kept).toString('utf8');
    expect(said).not.toMatch(/c-7f3a91|c-90ab12/);
  }
});
