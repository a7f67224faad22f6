import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Reception } from '../../../streams/rtp/reception.ts';

const OURS = 0x01020304;
const CAMERA = 0xcafe0001;
const packet = (sequence: number, timestamp = sequence * 3600, source = CAMERA) => ({
  ...{ sequence: sequence & 0xffff, timestamp: timestamp >>> 0, source },
});

/** The fields of a report. Source: RFC 3550, 6.4.2. */
function read(report: Buffer | undefined) {
  if (report === undefined) throw new Error('no report');
  expect([...report.subarray(0, 4)]).toEqual([0x81, 201, 0, 7]);
  expect([...report.subarray(32, 36)]).toEqual([0x81, 202, 0, 4]);
  expect(report.length % 4).toBe(0);
  return {
    ours: report.readUInt32BE(4),
    source: report.readUInt32BE(8),
    fraction: report.readUInt8(12),
    lost: report.readIntBE(13, 3),
    highest: report.readUInt32BE(16),
    jitter: report.readUInt32BE(20),
    senderReport: report.readUInt32BE(24),
    delay: report.readUInt32BE(28),
  };
}

it('says who sends, how far it has come, and nothing before there is anything to say', () => {
  const reception = new Reception(OURS, 90_000);
  expect(reception.report(0)).toBeUndefined();
  for (let at = 0; at < 10; at += 1) reception.note(packet(100 + at), at * 40);
  expect(read(reception.report(400))).toEqual({
    ...{ ours: OURS, source: CAMERA, fraction: 0, lost: 0, highest: 109, jitter: 0, senderReport: 0, delay: 0 },
  });
});

it('tells what was lost since the last report, and in all', () => {
  const reception = new Reception(OURS, 90_000);
  for (const sequence of [0, 1, 2, 3, 6, 7]) reception.note(packet(sequence), sequence * 40);
  expect(read(reception.report(400))).toMatchObject({ fraction: 64, lost: 2, highest: 7 }); // two of eight
  for (const sequence of [8, 9]) reception.note(packet(sequence), sequence * 40);
  expect(read(reception.report(800))).toMatchObject({ fraction: 0, lost: 2, highest: 9 });
});

it('counts on over the end of the numbers, and begins anew with another sender or a jump', () => {
  const reception = new Reception(OURS, 90_000);
  for (const sequence of [65_534, 65_535, 65_536]) reception.note(packet(sequence), 0);
  expect(read(reception.report(0))).toMatchObject({ lost: 0, highest: 65_536 });
  reception.note(packet(20_000), 0);
  expect(read(reception.report(0))).toMatchObject({ lost: 0, highest: 20_000 });
  reception.note(packet(5, 0, 7), 0);
  expect(read(reception.report(0))).toMatchObject({ lost: 0, highest: 5, source: 7 });
});

it('tells when the sender spoke last, in 65,536ths of a second', () => {
  const reception = new Reception(OURS, 90_000);
  reception.note(packet(1), 0);
  const report = Buffer.alloc(28);
  report.set([0x80, 200, 0, 6]);
  report.writeUInt32BE(0xaabbccdd, 8);
  report.writeUInt32BE(0x11223344, 12);
  reception.hear(report, 1000);
  expect(read(reception.report(1500))).toMatchObject({ senderReport: 0xccdd1122, delay: 32_768 });
});

it('measures how unevenly packets come', () => {
  const reception = new Reception(OURS, 90_000);
  for (let at = 0; at < 200; at += 1) reception.note(packet(at), at * 40 + (at % 2) * 10);
  expect(read(reception.report(8000)).jitter).toBeGreaterThan(850); // 10 ms are 900 ticks
  expect(read(reception.report(8000)).jitter).toBeLessThan(910);
});

it('holds whatever comes, and takes any bytes for a sender’s report', () => {
  const any = fc.record({ sequence: fc.nat(0xffff), timestamp: fc.nat(2 ** 32 - 1), source: fc.nat(3) });
  fc.assert(
    fc.property(fc.array(fc.tuple(any, fc.nat(10_000)), { minLength: 1 }), fc.uint8Array(), (packets, bytes) => {
      const reception = new Reception(OURS, 8000);
      for (const [one, at] of packets) reception.note(one, at);
      reception.hear(Buffer.from(bytes), 5);
      expect(read(reception.report(20_000)).fraction).toBeLessThan(256);
    }),
  );
});
