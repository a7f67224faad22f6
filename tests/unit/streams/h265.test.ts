import { beforeEach, describe, expect, it } from 'vitest';
import type { AccessUnit } from '../../../streams/access-unit.ts';
import { toDecoderConfig } from '../../../streams/h265/hvcc.ts';
import { readSps } from '../../../streams/h265/sps.ts';
import { chooseTrack } from '../../../streams/rtp/depacketiser.ts';
import { H265Depacketiser } from '../../../streams/rtp/h265.ts';
import { offeredAudio } from '../../../streams/rtp/sound.ts';
import { readSdp } from '../../../streams/rtsp/sdp.ts';
import { h265Aggregate, h265Fragments } from '../../parts/h265-loop.ts';

/** x265 at 1920×1080: coded as 1920×1088 and cropped. */
const VPS = Buffer.from('QAEMAf//AWAAAAMAkAAAAwAAAwB4lZgJ', 'base64');
const SPS = Buffer.from('QgEBAWAAAAMAkAAAAwAAAwB4oAPAgBDllmZpJMrgEAAAAwAQAAADAZCA', 'base64');
const PPS = Buffer.from('RAHBc9GJ', 'base64');
const unit = (type: number, first: boolean, fill: number, bytes = 4): Buffer =>
  Buffer.concat([Buffer.from([type << 1, 1, first ? 0x80 : 0]), Buffer.alloc(bytes, fill)]);
const idr = (fill: number, bytes?: number): Buffer => unit(19, true, fill, bytes);
const cra = (fill: number): Buffer => unit(21, true, fill);
const slice = (fill: number, first = true): Buffer => unit(1, first, fill);

let units: AccessUnit[];
let sequence: number;
beforeEach(() => {
  units = [];
  sequence = 65_533;
});
const SETS = [VPS, SPS, PPS];
const open = (described = SETS) =>
  new H265Depacketiser(
    described.map((set) => set.toString('base64')),
    (one) => units.push(one),
  );
const packet = (payload: Buffer, timestamp: number, marker = true) => {
  sequence = (sequence + 1) & 0xffff;
  return { payloadType: 96, marker, sequence, timestamp, payload };
};

describe('H.265 out of RTP', () => {
  it('gives whole pictures from the first IDR or CRA on, with the sets of the description', () => {
    const depacketiser = open();
    depacketiser.push(packet(slice(1), 0));
    depacketiser.push(packet(cra(2), 3600));
    depacketiser.push(packet(slice(3), 7200));
    depacketiser.push(packet(idr(4), 10_800));
    expect(units.map(({ codec, isKey, rtpTime }) => [codec, isKey, rtpTime])).toEqual([
      ['h265', true, 3600],
      ['h265', false, 7200],
      ['h265', true, 10_800],
    ]);
    expect(units[0]?.parameterSets).toEqual({ vps: [VPS], sps: [SPS], pps: [PPS] });
  });

  it('takes the sets out of an aggregate in the stream, and needs all three', () => {
    const depacketiser = open([]);
    depacketiser.push(packet(h265Aggregate([SPS, PPS, idr(1)]), 0));
    expect(units).toEqual([]); // no VPS yet
    depacketiser.push(packet(h265Aggregate([VPS, SPS, PPS]), 3600, false));
    depacketiser.push(packet(idr(2), 3600));
    expect(units).toMatchObject([{ isKey: true, nals: [idr(2)], parameterSets: { vps: [VPS] } }]);
  });

  it('puts fragments together, with their own header', () => {
    const depacketiser = open();
    const whole = idr(7, 3000);
    const pieces = h265Fragments(whole, 1000);
    for (const [at, piece] of pieces.entries()) depacketiser.push(packet(piece, 0, at === pieces.length - 1));
    expect(units).toHaveLength(1);
    expect(units[0]?.nals[0]?.equals(whole)).toBe(true);
  });

  it('drops a torn picture and what builds on it, up to the next key frame', () => {
    const depacketiser = open();
    depacketiser.push(packet(idr(1), 0));
    const pieces = h265Fragments(unit(1, true, 5, 3000), 1000);
    for (const [at, piece] of pieces.entries()) {
      if (at === 1) sequence += 1;
      else depacketiser.push(packet(piece, 3600, at === pieces.length - 1));
    }
    depacketiser.push(packet(slice(2), 7200));
    depacketiser.push(packet(idr(3), 10_800));
    expect(units.map(({ rtpTime }) => rtpTime)).toEqual([0, 10_800]);
    expect(depacketiser.lost).toBe(1);
  });

  it('waits for a new time where the camera marks every slice', () => {
    const depacketiser = open();
    for (const time of [0, 3600, 7200]) {
      depacketiser.push(packet(time === 0 ? idr(1) : slice(1), time));
      depacketiser.push(packet(unit(time === 0 ? 19 : 1, false, 2), time));
    }
    depacketiser.push(packet(slice(9), 10_800));
    expect(units.at(-1)).toMatchObject({ rtpTime: 7200, nals: [slice(1), slice(2, false)] });
  });

  it('leaves other layers and noise out', () => {
    const depacketiser = open();
    const otherLayer = Buffer.from([1 << 1, (1 << 3) | 1, 0x80, 1]);
    depacketiser.push(packet(h265Aggregate([Buffer.from([35 << 1, 1, 0x50]), idr(1), otherLayer]), 0));
    expect(units).toMatchObject([{ nals: [idr(1)] }]);
  });
});

describe('an SPS of H.265', () => {
  it('tells the cropped size and what a container repeats of it', () => {
    expect(readSps(SPS)).toMatchObject({
      id: 0,
      size: { width: 1920, height: 1080 },
      chroma: 1,
      bitDepthLuma: 8,
      bitDepthChroma: 8,
      temporalLayers: 1,
      isTemporalIdNested: true,
    });
    expect(readSps(SPS.subarray(0, 18))).toBeUndefined();
    const record = toDecoderConfig({ vps: [VPS], sps: [SPS], pps: [PPS] });
    expect(record.subarray(0, 23).toString('hex')).toBe('0101600000009000000000007' + '8f000fcfdf8f800000f03');
    expect(record.subarray(23, 28).toString('hex')).toBe(`a00001${VPS.length.toString(16).padStart(4, '0')}`);
  });
});

describe('a description that lacks parts', () => {
  const video = (...lines: readonly string[]) => readSdp(['v=0', 'm=video 0 RTP/AVP 96', ...lines].join('\n'));
  const codecOf = (...lines: readonly string[]) => {
    const chosen = chooseTrack(video(...lines));
    const got: string[] = [];
    if (!chosen.ok) return chosen.error.reason;
    chosen.value
      .open((one) => got.push(one.codec))
      .push({
        ...{ payloadType: 96, marker: true, sequence: 1, timestamp: 1 },
        payload: h265Aggregate([...SETS, idr(1)]),
      });
    return got[0] ?? 'no picture';
  };

  it('is read by its parameters, by H.265’s other name, and without any control', () => {
    const sets = `a=fmtp:96 sprop-vps=${VPS.toString('base64')};sprop-sps=${SPS.toString('base64')}`;
    expect(codecOf(sets)).toBe('h265');
    expect(codecOf('a=rtpmap:96 HEVC/90000')).toBe('h265');
    expect(chooseTrack(video('a=fmtp:96 packetization-mode=1'))).toMatchObject({ ok: true });
    expect(codecOf()).toBe('codec');
    expect(codecOf('a=rtpmap:96 H265/90000', 'a=fmtp:96 sprop-max-don-diff=2')).toBe('codec');
  });

  it('names the sound that stays with the camera', () => {
    const withAudio = (line: string) => offeredAudio(readSdp(`v=0\nm=audio 0 RTP/AVP ${line}`));
    expect(withAudio('8')).toBe('g711a');
    expect(withAudio('0')).toBe('g711u');
    expect(withAudio('97\na=rtpmap:97 mpeg4-generic/16000')).toBe('aac');
    expect(withAudio('98\na=rtpmap:98 opus/48000')).toBe('other');
    expect(offeredAudio(video())).toBeUndefined();
  });
});
