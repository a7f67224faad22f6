import fc from 'fast-check';
import { expect, it } from 'vitest';
import { barOf, spanAt } from '../../../console/src/video/recorded.ts';
import { recordedAt, replayHeaders } from '../../../streams/rtsp/replay.ts';

const NTP_1970 = 2_208_988_800;
function packet(at: number, profile = 0xabac, words = 3): Buffer {
  const bytes = Buffer.alloc(12 + 4 + 12 + 8);
  bytes[0] = 0x90;
  bytes.writeUInt16BE(profile, 12);
  bytes.writeUInt16BE(words, 14);
  bytes.writeUInt32BE(Math.floor(at / 1000) + NTP_1970, 16);
  bytes.writeUInt32BE(Math.floor(((at % 1000) / 1000) * 2 ** 32), 20);
  return bytes;
}

it('reads when a picture was recorded, to the millisecond, and nothing out of other extensions', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2_085_000_000_000 }), (at) => {
      expect(Math.abs((recordedAt(packet(at)) ?? 0) - at)).toBeLessThanOrEqual(1);
    }),
  );
  expect(recordedAt(packet(0, 0xbede))).toBeUndefined();
  expect(recordedAt(packet(0, 0xabac, 1))).toBeUndefined();
  expect(recordedAt(packet(0).subarray(0, 20))).toBeUndefined();
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => void recordedAt(Buffer.from(bytes))));
});

it('asks for a range in the words of the standard', () => {
  const [from, to] = [Date.parse('2026-11-25T10:00:00Z'), Date.parse('2026-11-25T10:00:30.500Z')];
  expect(replayHeaders({ id: 'x', from, to, speed: 2 })).toEqual([
    'Require: onvif-replay',
    'Range: clock=20261125T100000.000Z-20261125T100030.500Z',
    'Rate-Control: yes',
    'Immediate: yes',
    'Scale: 2.0',
  ]);
});

it('finds the recording of a moment, or the next one, and where it lies on the bar', () => {
  const spans = [
    { recording: 'a', from: 0, to: 10 },
    { recording: 'b', from: 20, to: 40 },
  ];
  expect([5, 12, 30, 40].map((at) => spanAt(spans, at)?.recording)).toEqual(['a', 'b', 'b', undefined]);
  expect(barOf({ from: -5, to: 10 }, 0, 40)).toEqual({ left: '0.00%', width: '25.00%' });
});
