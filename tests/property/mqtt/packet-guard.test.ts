import fc from 'fast-check';
import packets from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { PacketGuard, type TooLarge } from '../../../adapters/mqtt/packet-guard.ts';

const publish = (topic: string, bytes: number, qos: 0 | 1, messageId: number): Buffer =>
  packets.generate({
    cmd: 'publish',
    topic,
    payload: Buffer.alloc(bytes, 'x'),
    dup: false,
    retain: false,
    ...(qos === 0 ? { qos } : { qos, messageId }),
  });

/** Feeds the stream in pieces of these sizes, again and again. */
function feed(stream: Buffer, sizes: readonly number[]): { passed: Buffer; tooLarge: TooLarge[]; broken: string[] } {
  const [passed, tooLarge, broken]: [Buffer[], TooLarge[], string[]] = [[], [], []];
  const guard = new PacketGuard({ tooLarge: (packet) => tooLarge.push(packet), broken: (text) => broken.push(text) });
  for (let at = 0, turn = 0; at < stream.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    passed.push(guard.pass(stream.subarray(at, at + size)) ?? Buffer.alloc(0));
    at += size;
  }
  return { passed: Buffer.concat(passed), tooLarge, broken };
}

const Packet = fc.record({
  topic: fc.constantFrom('fengsui/v1/a/event', '宜春/门', 'x'),
  bytes: fc.oneof(
    fc.integer({ min: 0, max: 40 }),
    fc.integer({ min: 120, max: 20_000 }),
    fc.constantFrom(1_200_000, 1_700_000),
  ),
  qos: fc.constantFrom<0 | 1>(0, 1),
  messageId: fc.integer({ min: 1, max: 65_535 }),
});
const Sizes = fc
  .array(fc.oneof(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 500, max: 65_536 })), {
    minLength: 1,
    maxLength: 6,
  })
  .filter((sizes) => sizes.some((size) => size >= 500));

describe('the guard before the parser', () => {
  it('passes every packet within the limit on unchanged and tells of the others, however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(Packet, { maxLength: 6 }), Sizes, (all, sizes) => {
        const wire = ({ topic, bytes, qos, messageId }: (typeof all)[number]): Buffer =>
          publish(topic, bytes, qos, messageId);
        const { passed, tooLarge, broken } = feed(Buffer.concat(all.map(wire)), sizes);
        expect(passed.equals(Buffer.concat(all.filter(({ bytes }) => bytes < 1_200_000).map(wire)))).toBe(true);
        expect(tooLarge.map(({ start, ...packet }) => packet)).toEqual(
          all
            .filter(({ bytes }) => bytes >= 1_200_000)
            .map(({ topic, bytes, qos, messageId }) => ({
              topic,
              bytes,
              qos,
              messageId: qos === 0 ? undefined : messageId,
            })),
        );
        expect(broken).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('ends a connection that has no packets of MQTT, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), Sizes, (bytes, sizes) => {
        feed(Buffer.from(bytes), sizes);
      }),
    );
    expect(feed(Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0x01]), [500]).broken).toEqual([
      'a length of more than four bytes',
    ]);
    expect(feed(Buffer.from([0x10, 0xff, 0xff, 0x7f, 0x00]), [500]).broken).toEqual(['a packet of 2097151 bytes']);
  });
});
