import { beforeEach, describe, expect, it } from 'vitest';
import type { AccessUnit } from '../../../streams/access-unit.ts';
import { readPictureSize } from '../../../streams/h264/sps.ts';
import { H264Depacketiser } from '../../../streams/rtp/h264.ts';

const SPS = Buffer.from('Z0IAKeKQFgJNgSUFBekSgA==', 'base64');
const PPS = Buffer.from('aM48gA==', 'base64');
const SPROP = `${SPS.toString('base64')},${PPS.toString('base64')}`;
const idr = (fill: number): Buffer => Buffer.from([0x65, 0x88, fill, fill]);
const slice = (fill: number): Buffer => Buffer.from([0x41, 0x9a, fill, fill]);
/** A slice that begins in the middle of its picture. */
const laterSlice = (fill: number): Buffer => Buffer.from([0x41, 0x1a, fill, fill]);

let units: AccessUnit[];
let sequence: number;
beforeEach(() => {
  units = [];
  sequence = 65_534; // wraps within each test
});
const open = (sprop = SPROP) => new H264Depacketiser(sprop, (unit) => units.push(unit));
const packet = (payload: Buffer, timestamp: number, marker = true) => {
  sequence = (sequence + 1) & 0xffff;
  return { payloadType: 96, marker, sequence, timestamp, payload };
};
const stapA = (...nals: readonly Buffer[]): Buffer =>
  Buffer.concat([Buffer.from([24]), ...nals.flatMap((nal) => [Buffer.from([nal.length >> 8, nal.length & 255]), nal])]);

describe('H.264 out of RTP', () => {
  it('gives whole pictures from the first key frame on, with their parameter sets', () => {
    const depacketiser = open();
    depacketiser.push(packet(slice(1), 0));
    depacketiser.push(packet(idr(2), 3600));
    depacketiser.push(packet(slice(3), 7200));
    expect(units).toMatchObject([
      { isKey: true, rtpTime: 3600, nals: [idr(2)], parameterSets: { sps: [SPS], pps: [PPS] } },
      { isKey: false, rtpTime: 7200, nals: [slice(3)] },
    ]);
  });

  it('takes the sets from the stream, out of an aggregate, and new ones when they change', () => {
    const depacketiser = open('');
    depacketiser.push(packet(idr(1), 0));
    expect(units).toEqual([]); // nothing could decode it
    depacketiser.push(packet(stapA(SPS, PPS, idr(2)), 3600));
    const changed = Buffer.concat([PPS, Buffer.from([0x11])]);
    depacketiser.push(packet(stapA(SPS, changed, idr(3)), 7200));
    depacketiser.push(packet(stapA(SPS, changed, idr(4)), 10_800));
    expect(units.map(({ parameterSets }) => parameterSets?.pps)).toEqual([[PPS], [changed], [changed]]);
    expect(units[2]?.parameterSets).toBe(units[1]?.parameterSets); // unchanged: no new header for viewers
  });

  it('drops what builds on a lost packet, counts it, and goes on at the next key frame', () => {
    const depacketiser = open();
    depacketiser.push(packet(idr(1), 0));
    sequence += 3;
    depacketiser.push(packet(slice(2), 3600));
    depacketiser.push(packet(slice(3), 7200));
    depacketiser.push(packet(idr(4), 10_800));
    expect(units.map(({ rtpTime }) => rtpTime)).toEqual([0, 10_800]);
    expect(depacketiser.lost).toBe(3);
  });

  it('goes on at once when the camera starts its numbers anew', () => {
    const depacketiser = open();
    depacketiser.push(packet(idr(1), 0));
    sequence = 20_000;
    depacketiser.push(packet(idr(2), 3600));
    sequence = 19_000; // 1000 back: no packet is late inside TCP
    depacketiser.push(packet(idr(3), 7200));
    expect(units).toHaveLength(3);
  });

  it('passes over a repeated packet', () => {
    const depacketiser = open();
    const twice = packet(idr(1), 0);
    depacketiser.push(twice);
    depacketiser.push(twice);
    expect(units).toHaveLength(1);
  });

  it('drops a picture whose last fragment never came though no number is missing', () => {
    const depacketiser = open();
    depacketiser.push(packet(idr(1), 0));
    depacketiser.push(packet(Buffer.from([0x5c, 0x81, 1, 2]), 3600, false));
    depacketiser.push(packet(slice(3), 7200));
    depacketiser.push(packet(idr(4), 10_800));
    expect(units.map(({ rtpTime }) => rtpTime)).toEqual([0, 10_800]);
  });

  it('ends a picture by the timestamp where there is no marker', () => {
    const depacketiser = open();
    for (const [time, nal] of [idr(1), slice(2), slice(3)].entries())
      depacketiser.push(packet(nal, time * 3600, false));
    expect(units.map(({ rtpTime }) => rtpTime)).toEqual([0, 3600]);
  });

  it('stops believing the markers of a camera that marks every slice', () => {
    const depacketiser = open();
    depacketiser.push(packet(idr(1), 0));
    for (const time of [3600, 7200, 10_800, 14_400]) {
      depacketiser.push(packet(slice(2), time));
      depacketiser.push(packet(laterSlice(3), time));
    }
    expect(units.slice(-2).map(({ nals }) => nals.length)).toEqual([2, 2]);
  });

  it('never holds more than 4 MiB of one picture', () => {
    const depacketiser = open();
    const endless = Buffer.alloc(60_000, 0x5c);
    endless[1] = 0x01; // neither start nor end
    depacketiser.push(packet(Buffer.from([0x5c, 0x81, 1]), 0, false));
    for (let i = 0; i < 200; i++) depacketiser.push(packet(endless, 0, false));
    depacketiser.push(packet(idr(2), 3600));
    expect(units.map(({ rtpTime }) => rtpTime)).toEqual([3600]);
  });
});

describe('the size in a sequence parameter set', () => {
  it.each([
    ['high, cropped to 1920×1080', 'Z2QAKKzZQHgCJ+XARAAAAwAEAAADAMg8YMZY', { width: 1920, height: 1080 }],
    ['baseline', 'Z0LAH9kAUAW7ARAAAAMAEAAAAwMg8YMkgA==', { width: 1280, height: 720 }],
    ['interlaced', 'Z2QAHqzZQLAk2AiAAAADAIAAABkPihTL', { width: 704, height: 576 }],
    ['4:4:4, cropped by single pixels', 'Z/QACpGbKOTx8fgIgAAAAwCAAAAZB4kSyw==', { width: 98, height: 50 }],
    ['main', 'Z01AMuygFABa2AiAAAADAIAAABkHjBjL', { width: 2560, height: 1440 }],
    ['cut off', 'Z2QA', undefined],
  ])('%s', (_name, text, size) => {
    expect(readPictureSize(Buffer.from(text, 'base64'))).toEqual(size);
  });
});
