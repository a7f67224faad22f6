import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AccessUnit } from '../../../streams/access-unit.ts';
import { readDecoderConfig, toDecoderConfig } from '../../../streams/h264/avcc.ts';
import { H264Depacketiser } from '../../../streams/rtp/h264.ts';
import { h264Payloads } from '../../../streams/webrtc/h264-packets.ts';
import { withoutCandidates } from '../../../streams/webrtc/offer.ts';

const SETS = ['Z0IAKeKQFgJNgSUFBekSgA==', 'aM4xEg=='].map((set) => Buffer.from(set, 'base64'));
const bytes = (first: number, max: number) =>
  fc.uint8Array({ minLength: 1, maxLength: max }).map((content) => Buffer.from([first, 0x40, ...content]));

it('cuts NAL units into payloads that make the same units again, none longer than asked', () => {
  fc.assert(
    fc.property(
      fc.array(bytes(0x41, 3000), { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 40, max: 1180 }),
      (slices, max) => {
        const units: AccessUnit[] = [];
        const depacketiser = new H264Depacketiser(undefined, (unit) => units.push(unit));
        const idr = Buffer.from([0x65, 0x80, 1]);
        const payloads = h264Payloads([...SETS, idr, ...slices], max);
        for (const [sequence, payload] of payloads.entries()) {
          expect(payload.length).toBeLessThanOrEqual(max);
          depacketiser.push({
            sequence,
            timestamp: 90,
            payloadType: 96,
            marker: sequence === payloads.length - 1,
            payload,
          });
        }
        expect(units.flatMap(({ nals }) => nals)).toEqual([idr, ...slices]);
      },
    ),
  );
});

it('reads the sets out of the record that it writes them into', () => {
  const sets = fc.array(bytes(0x67, 60), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(sets, sets, (sps, pps) => {
      expect(readDecoderConfig(toDecoderConfig({ sps, pps }))).toEqual({ sps, pps });
    }),
  );
});

it('keeps nothing of an offer by which somebody could be called', () => {
  const offer = ['v=0', 'a=candidate:1 1 udp 1 10.9.9.9 22 typ host', 'a=mid:0', 'a=end-of-candidates', ''].join(
    '\r\n',
  );
  expect(withoutCandidates(offer)).toBe('v=0\r\na=mid:0\r\n');
  expect(withoutCandidates(offer.replaceAll('\r', ''))).toBe('v=0\r\na=mid:0\r\n');
});
