import fc from 'fast-check';
import { describe, it } from 'vitest';
import { loadCodecs } from '../../../adapters/codec/load-codecs.ts';
import { houseOf } from '../../parts/codec-house.ts';
import { expectSound } from '../../parts/sound-report.ts';

const RECEIVED_AT = Date.parse('2026-11-24T04:40:00.000Z');
const codecs = (await loadCodecs()).map((codec) => codec.open(houseOf()));

/** Bytes, JSON of any kind, and JSON that nearly is what a device would send. */
const Nearly = fc.record(
  {
    id: fc.oneof(fc.string(), fc.integer(), fc.constant(null)),
    type: fc.oneof(fc.string(), fc.constant('railway.perimeter.intrusion'), fc.boolean()),
    at: fc.oneof(
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.string(),
      fc.double(),
    ),
    active: fc.oneof(fc.boolean(), fc.string()),
    severity: fc.oneof(fc.integer({ min: -1, max: 6 }), fc.string()),
    value: fc.oneof(fc.double(), fc.string()),
    text: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
    values: fc.oneof(fc.dictionary(fc.string(), fc.oneof(fc.double(), fc.jsonValue())), fc.jsonValue()),
  },
  { requiredKeys: [] },
);
const Payload = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.json({ maxDepth: 20 }).map((text) => Buffer.from(text)),
  Nearly.map((value) => Buffer.from(JSON.stringify(value))),
  fc.constantFrom('online', 'offline', 'ONLINE', '').map((text) => Buffer.from(text)),
);
const Part = fc.oneof(fc.string({ minLength: 1 }), fc.constant('yz-fence-k812'));

describe.each(codecs.flatMap((codec) => codec.topics.map((pattern) => ({ codec, pattern, topic: pattern.text }))))(
  '$topic',
  ({ codec, pattern }) => {
    it('answers any bytes with sound reports or a dead letter that says what was expected', () => {
      fc.assert(
        fc.property(Payload, Part, fc.boolean(), (payload, part, isRetained) => {
          const topic = pattern.text.replaceAll(/\{\w+\*?\}/g, () => part.replaceAll('/', '_'));
          const captures = pattern.match(topic);
          if (captures === undefined) return; // a line break in it: no topic either
          const { reports } = codec.read({ topic, payload, isRetained, receivedAt: RECEIVED_AT }, captures);
          for (const report of reports) expectSound(report, RECEIVED_AT);
        }),
        { numRuns: 100 },
      );
    });
  },
);
