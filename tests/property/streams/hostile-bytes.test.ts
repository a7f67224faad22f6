import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccessUnit } from '../../../streams/access-unit.ts';
import { decoderConfig, pictureSize } from '../../../streams/decoder-config.ts';
import { writeMp4 } from '../../../streams/mp4.ts';
import { chooseTrack } from '../../../streams/rtp/depacketiser.ts';
import { H264Depacketiser } from '../../../streams/rtp/h264.ts';
import { H265Depacketiser } from '../../../streams/rtp/h265.ts';
import { UNIT_MAX_BYTES } from '../../../streams/rtp/nal-depacketiser.ts';
import { readRtp } from '../../../streams/rtp/packet.ts';
import { offeredAudio } from '../../../streams/rtp/sound.ts';
import { readSdp } from '../../../streams/rtsp/sdp.ts';

const OPEN = {
  h264: (onUnit: (unit: AccessUnit) => void) => new H264Depacketiser('Z0IAKeKQFgJNgSUFBekSgA==,aM48gA==', onUnit),
  h265: (onUnit: (unit: AccessUnit) => void) =>
    new H265Depacketiser(
      ['QAEMAf//AWAAAAMAkAAAAwAAAwB4lZgJ', 'QgEBAWAAAAMAkAAAAwAAAwB4oAPAgBDllmZpJMrgEAAAAwAQAAADAZCA', 'RAHBc9GJ'],
      onUnit,
    ),
};
/** Bytes as they may come, those that mean something to one of the two formats often at the beginning. */
const payload = fc
  .tuple(
    fc.constantFrom(24, 28, 0x65, 0x41, 0x67, 48 << 1, 49 << 1, 19 << 1, 2, 33 << 1, 0, 255),
    fc.uint8Array({ maxLength: 60 }),
  )
  .map(([first, rest]) => Buffer.from([first, ...rest]));
const packets = fc.array(
  fc.record({
    payloadType: fc.constant(96),
    marker: fc.boolean(),
    sequence: fc.oneof(fc.integer({ min: 0, max: 65_535 }), fc.constantFrom(1, 2, 3, 4, 5, 6)),
    timestamp: fc.oneof(fc.nat(), fc.constantFrom(0, 3600, 4_294_967_295)),
    payload,
  }),
  { maxLength: 60 },
);

describe.each(['h264', 'h265'] as const)('a %s depacketiser', (codec) => {
  it('never throws, and gives only whole pictures that begin with a key frame', () => {
    fc.assert(
      fc.property(packets, fc.boolean(), (given, inOrder) => {
        const units: AccessUnit[] = [];
        const depacketiser = OPEN[codec]((unit) => units.push(unit));
        for (const [at, packet] of given.entries()) depacketiser.push(inOrder ? { ...packet, sequence: at } : packet);
        expect(depacketiser.heldBytes).toBeLessThanOrEqual(given.reduce((sum, one) => sum + one.payload.length, 0));
        expect(units[0]?.isKey ?? true).toBe(true);
        for (const { nals, isKey, parameterSets } of units) {
          expect(nals.length).toBeGreaterThan(0);
          expect(parameterSets !== undefined).toBe(isKey);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('holds no more than one picture of bounded size, whatever never ends', () => {
    const units: AccessUnit[] = [];
    const depacketiser = OPEN[codec]((unit) => units.push(unit));
    const endless = codec === 'h264' ? Buffer.from([0x7c, 0x05]) : Buffer.from([49 << 1, 1, 19]);
    const piece = Buffer.concat([endless, Buffer.alloc(60_000)]);
    const begin = Buffer.from(piece);
    begin[endless.length - 1] = (begin[endless.length - 1] ?? 0) | 0x80;
    let sequence = 0;
    for (let i = 0; i < 300; i++) {
      const payload = i % 100 === 0 ? begin : piece;
      depacketiser.push({ payloadType: 96, marker: false, sequence: sequence++ & 0xffff, timestamp: 0, payload });
      expect(depacketiser.heldBytes).toBeLessThanOrEqual(UNIT_MAX_BYTES + payload.length);
    }
    expect(300 * piece.length).toBeGreaterThan(4 * UNIT_MAX_BYTES);
    expect(units).toEqual([]);
  });
});

it('reads any bytes as a packet, or as none', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const read = readRtp(Buffer.from(bytes));
      if (read !== undefined) expect(read.payload.length).toBeLessThanOrEqual(bytes.length);
    }),
  );
});

it('reads any text as a description, and says of each what it is or is not', () => {
  const line = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.constantFrom(
      'm=video 0 RTP/AVP 96',
      'm=audio 0 RTP/AVP 8',
      'a=rtpmap:96 H265/90000',
      'a=rtpmap:96 /',
      'a=fmtp:96 ;;=',
    ),
    fc.constantFrom(
      'a=control:',
      'a=fmtp:96 sprop-vps=@@;sprop-sps=;sprop-parameter-sets=,,',
      'm=video',
      'a=rtpmap:96 H264/0',
    ),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      const sdp = readSdp(lines.join('\r\n'));
      const track = chooseTrack(sdp);
      if (track.ok)
        track.value
          .open(() => {})
          .push({ payloadType: 96, marker: true, sequence: 0, timestamp: 0, payload: Buffer.alloc(1) });
      offeredAudio(sdp);
    }),
  );
});

it('writes a container whose boxes fit into each other for any pictures and parameter sets', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((one) => Buffer.from(one));
  const picture = fc.record({
    data: bytes,
    isKey: fc.boolean(),
    at: fc.nat(),
    dtsMs: fc.nat({ max: 100_000 }),
    compositionMs: fc.integer({ min: -1000, max: 1000 }),
  });
  const format = fc.constantFrom(
    { codec: 'aac' as const, sampleRate: 16_000, channels: 1, config: Buffer.from([0x14, 0x08]) },
    { codec: 'g711u' as const, sampleRate: 8000, channels: 1, config: Buffer.alloc(0) },
  );
  const sound = fc.record({ format, data: bytes, at: fc.nat(), dtsMs: fc.nat({ max: 100_000 }) });
  const sets = fc.record({
    vps: fc.array(bytes, { maxLength: 2 }),
    sps: fc.array(bytes, { maxLength: 2 }),
    pps: fc.array(bytes, { maxLength: 2 }),
  });
  fc.assert(
    fc.property(
      fc.constantFrom('h264' as const, 'h265' as const),
      sets,
      fc.array(picture, { maxLength: 20 }),
      fc.array(sound, { maxLength: 20 }),
      (codec, some, pictures, sounds) => {
        decoderConfig(codec, some);
        pictureSize(codec, some);
        const file = Buffer.concat(writeMp4({ codec, sets: some, pictures, sounds }));
        let at = 0;
        const names: string[] = [];
        while (at < file.length) {
          names.push(file.toString('latin1', at + 4, at + 8));
          at += file.readUInt32BE(at);
        }
        expect(at).toBe(file.length);
        expect(names).toEqual(['ftyp', 'moov', 'mdat']);
      },
    ),
  );
});
