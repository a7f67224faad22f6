import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccessUnit } from '../../streams/access-unit.ts';
import { readPictureSize } from '../../streams/h264/sps.ts';
import { readJpegSize } from '../../streams/jpeg.ts';
import { H264Depacketiser } from '../../streams/rtp/h264.ts';
import { readRtp } from '../../streams/rtp/packet.ts';
import { BODY_MAX_BYTES, HEAD_MAX_BYTES, type RtspMessage, RtspReader } from '../../streams/rtsp/message.ts';
import { readSdp } from '../../streams/rtsp/sdp.ts';
import { readChallenge } from '../../streams/rtsp/sign-in.ts';
import { controlPath, readTarget } from '../../streams/rtsp/target.ts';
import { Timeline } from '../../streams/timeline.ts';
import { fragments } from '../parts/h264-loop.ts';

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));

const frame = fc.record({ channel: fc.nat(3), payload: bytes(300) }).map(({ channel, payload }) => {
  return Buffer.concat([Buffer.from([0x24, channel, payload.length >> 8, payload.length & 255]), payload]);
});
const response = fc.record({ cseq: fc.nat(999), body: bytes(100), end: fc.constantFrom('\r\n', '\n') });
const answered = response.map(({ cseq, body, end }) =>
  Buffer.concat([
    Buffer.from(`RTSP/1.0 200 OK${end}CSeq: ${cseq}${end}Content-Length: ${body.length}${end}${end}`),
    body,
  ]),
);
const conversation = fc.array(fc.oneof(frame, answered, fc.constant(Buffer.from('\r\n'))), { maxLength: 12 });

function readAll(chunks: readonly Buffer[]): { messages: unknown[]; fault: unknown; waiting: number } {
  const messages: unknown[] = [];
  const keep = (message: RtspMessage): void => {
    if (message.kind === 'frame') messages.push([message.channel, message.payload.toString('hex')]);
    else if (message.kind === 'response') messages.push([message.status, [...message.headers], message.body]);
    else messages.push([message.method, [...message.headers]]);
  };
  const reader = new RtspReader(keep);
  let fault: unknown;
  for (const chunk of chunks) fault = reader.push(chunk);
  return { messages, fault, waiting: reader.waitingBytes };
}

function split(whole: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const at = [0, ...cuts.map((cut) => cut % (whole.length + 1)).sort((a, b) => a - b), whole.length];
  return at.slice(1).map((end, index) => whole.subarray(at[index], end));
}

describe('the RTSP reader', () => {
  it('gives the same messages however the bytes are split', () => {
    fc.assert(
      fc.property(conversation, fc.array(fc.nat(), { maxLength: 40 }), (parts, cuts) => {
        const whole = Buffer.concat(parts);
        const once = readAll([whole]);
        expect(once.fault).toBeUndefined();
        expect(once.messages).toHaveLength(parts.filter((part) => part.length !== 2).length);
        expect(readAll(split(whole, cuts))).toEqual(once);
        expect(readAll(split(whole, [...whole.keys()]))).toEqual(once);
      }),
      { numRuns: 60 },
    );
  });

  it('never throws, never holds more than a head and a body, and stays silent after a fault', () => {
    const noise = fc.oneof(
      bytes(400),
      fc
        .constantFrom(
          'RTSP/1.0 200 OK\r\n',
          'OPTIONS * RTSP/1.0\r\n\r\n',
          '$',
          'Content-Length: 99999\r\n',
          'A'.repeat(70_000),
        )
        .map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 30 }), (chunks) => {
        const { fault, waiting, messages } = readAll(chunks);
        expect(waiting).toBeLessThanOrEqual(HEAD_MAX_BYTES + BODY_MAX_BYTES + 4);
        if (fault !== undefined)
          expect(readAll([...chunks, Buffer.from('RTSP/1.0 200 OK\r\n\r\n')]).messages).toEqual(messages);
      }),
    );
  });
});

describe('H.264 out of RTP', () => {
  const sps = Buffer.from('Z0IAKeKQFgJNgSUFBekSgA==', 'base64');
  const sprop = `${sps.toString('base64')},aM48gA==`;

  it('puts fragments of any size together to the unit that was sent', () => {
    fc.assert(
      fc.property(bytes(3000), fc.integer({ min: 1, max: 1500 }), fc.nat(0xffff), (body, size, first) => {
        const nal = Buffer.concat([Buffer.from([0x65, 0x88]), body]);
        const units: AccessUnit[] = [];
        const depacketiser = new H264Depacketiser(sprop, (unit) => units.push(unit));
        const pieces = fragments(nal, size);
        pieces.forEach((payload, index) => {
          const sequence = (first + index) & 0xffff;
          depacketiser.push({ payloadType: 96, marker: index === pieces.length - 1, sequence, timestamp: 1, payload });
        });
        expect(units.map(({ nals }) => nals.map((one) => one.toString('hex')))).toEqual([[nal.toString('hex')]]);
      }),
    );
  });

  it('never throws, and after any noise shows the next key frame', () => {
    const packet = fc.record({
      marker: fc.boolean(),
      sequence: fc.nat(0xffff),
      timestamp: fc.nat(5),
      payload: bytes(50),
    });
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 40 }), (packets) => {
        const units: AccessUnit[] = [];
        const depacketiser = new H264Depacketiser(sprop, (unit) => units.push(unit));
        for (const one of packets) depacketiser.push({ payloadType: 96, ...one });
        const key = Buffer.from([0x65, 0x88, 1]);
        for (const [index, timestamp] of [100, 101].entries()) {
          depacketiser.push({ payloadType: 96, marker: true, sequence: index, timestamp, payload: key });
        }
        depacketiser.push({ payloadType: 96, marker: true, sequence: 2, timestamp: 102, payload: key });
        expect(units.some(({ isKey, rtpTime }) => isKey && rtpTime >= 100)).toBe(true);
        expect(units.every(({ isKey, parameterSets }) => !isKey || parameterSets !== undefined)).toBe(true);
      }),
    );
  });
});

it('no bytes make a parser throw', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 200 }),
    bytes(200).map((raw) => raw.toString('latin1')),
  );
  fc.assert(
    fc.property(bytes(200), text, (raw, words) => {
      readRtp(raw);
      readPictureSize(raw);
      readJpegSize(Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), raw]));
      readSdp(`m=video 0 RTP/AVP 96\r\na=fmtp:96 ${words}\r\n${words}`);
      readChallenge(`Digest ${words}`);
      readTarget(`rtsp://${words}`);
      const path = controlPath('/base', words);
      if (path !== undefined) expect(path).toMatch(/^[\x21-\x7e]*$/);
    }),
  );
});

it('viewers’ time never goes back, whatever the camera’s clock does', () => {
  const step = fc.record({ rtpTime: fc.nat(2 ** 32 - 1), waitMs: fc.nat(5000), restarts: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const timeline = new Timeline();
      let [at, last] = [0, 0];
      for (const { rtpTime, waitMs, restarts } of steps) {
        at += waitMs;
        if (restarts) timeline.restart();
        const { dtsMs } = timeline.next(rtpTime, at);
        expect(dtsMs).toBeGreaterThanOrEqual(last);
        last = dtsMs;
      }
    }),
  );
});
