import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadCodecs } from '../../../adapters/codec/load-codecs.ts';
import { cutDc09, cutFirePanel, cutJt808 } from '../../../adapters/tcp/cuts.ts';
import { FrameCutter } from '../../../adapters/tcp/frame-cutter.ts';
import { BAD_REASONS } from '../../../gateway/domain/bad-value.ts';
import type { Report } from '../../../gateway/domain/signal.ts';
import { dc09Frame, firePacket, jt808Frame, modbusAnswer } from '../../../simulators/vendors/frames.ts';
import { allSamples, houseWith } from '../../parts/payload-samples.ts';

const RECEIVED_AT = Date.parse('2026-11-24T04:40:00.000Z');
const FOLDERS = ['http', 'tcp'].map((name) => new URL(`../../../adapters/${name}/codecs/`, import.meta.url));
const codecs = (await Promise.all(FOLDERS.map((folder) => loadCodecs(folder)))).flat();
const samples = new Map(allSamples().map((one) => [one.family, one]));

/** A real message of the family with some bytes turned, cut or doubled. */
const worn = (family: string): fc.Arbitrary<Uint8Array> => {
  const whole = (samples.get(family)?.cases ?? []).map(
    ({ file }) => samples.get(family)?.bytes(file) ?? Buffer.alloc(0),
  );
  return fc
    .record({
      message: fc.constantFrom(...whole),
      at: fc.nat(2000),
      bytes: fc.uint8Array({ maxLength: 4 }),
      cut: fc.nat(40),
    })
    .map(({ message, at, bytes, cut }) => {
      const place = at % (message.length + 1);
      return Buffer.concat([
        message.subarray(0, place),
        bytes,
        message.subarray(Math.min(place + cut, message.length)),
      ]);
    });
};

/** Frames whose sums are right and whose contents are anything. */
const Framed = fc.oneof(
  fc
    .record({
      id: fc.constantFrom(0x0200, 0x0704, 0x0100, 0x0102, 0x0002, 0x0999),
      body: fc.uint8Array({ maxLength: 80 }),
      is2019: fc.boolean(),
    })
    .map(({ id, body, is2019 }) => jt808Frame({ id, phone: '13609000007', serial: 1, body, is2019 })),
  fc.uint8Array({ maxLength: 80 }).map((data) => firePacket('000036090201', 1, new Date(RECEIVED_AT), data)),
  fc
    .tuple(fc.constantFrom(1, 2, 3, 4, 21, 24), fc.uint8Array({ minLength: 8, maxLength: 60 }))
    .map(([flag, rest]) => firePacket('000036090201', 1, new Date(RECEIVED_AT), Buffer.from([flag, 1, ...rest]))),
  fc.string({ maxLength: 60 }).map((text) => dc09Frame(`"ADM-CID"0001L0#3609[${text}`)),
  fc.array(fc.nat(0xffff), { maxLength: 6 }).map((registers) => modbusAnswer(5, registers)),
);

function isSound(report: Report): void {
  if (report.kind !== 'dead-letter') {
    expect(Object.values(report)).not.toContain(undefined);
    if (report.at !== undefined) expect(report.at).toBeLessThanOrEqual(RECEIVED_AT + 86_400_000);
    return;
  }
  for (const { reason, field, expected, value } of [report.fault, ...(report.others ?? [])]) {
    expect(BAD_REASONS).toContain(reason);
    expect(field).not.toBe('');
    expect(expected).not.toBe('');
    expect(value.length).toBeLessThanOrEqual(80);
  }
}

describe.each(codecs.map((codec) => ({ family: codec.family, codec })))('$family', ({ family, codec }) => {
  const open = codec.open(houseWith(samples.get(family)?.devices ?? []));
  const Payload = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.json().map((text) => Buffer.from(text)),
    worn(family),
    Framed,
  );

  it('answers any bytes with sound reports or dead letters that say what was expected', () => {
    fc.assert(
      fc.property(Payload, fc.boolean(), (payload, isCalled) => {
        const message = { topic: family, payload, isRetained: false, receivedAt: RECEIVED_AT };
        const { reports } = open.read(message, isCalled ? { device: 'called-1' } : {});
        for (const report of reports) isSound(report);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a frame cutter', () => {
  it.each([
    ['JT/T 808', cutJt808],
    ['GB/T 26875.3', cutFirePanel],
    ['DC-09', cutDc09],
  ] as const)('of %s finds the same frames however the bytes come, and passes rubbish over', (name, cut) => {
    const Good =
      name === 'JT/T 808'
        ? fc.uint8Array({ maxLength: 40 }).map((body) => jt808Frame({ id: 0x0200, phone: '1', serial: 1, body }))
        : name === 'DC-09'
          ? fc.stringMatching(/^[A-Z0-9|# ]{0,20}$/).map((text) => dc09Frame(`"NULL"0000L0#1[${text}]`))
          : fc.uint8Array({ maxLength: 40 }).map((data) => firePacket('000000000001', 1, new Date(RECEIVED_AT), data));
    fc.assert(
      fc.property(fc.array(Good, { minLength: 1, maxLength: 5 }), fc.nat(30), (frames, step) => {
        const stream = Buffer.concat(frames);
        const cutter = new FrameCutter(cut, 4096);
        const found: Buffer[] = [];
        for (let at = 0; at < stream.length; at += step + 1)
          found.push(...cutter.push(stream.subarray(at, at + step + 1)));
        expect(found.map((frame) => frame.toString('hex'))).toEqual(frames.map((frame) => frame.toString('hex')));
      }),
    );
  });

  it.each([cutJt808, cutFirePanel, cutDc09])('takes any bytes, and no frame is longer than its limit', (cut) => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 8 }), (chunks) => {
        const cutter = new FrameCutter(cut, 100);
        for (const frame of chunks.flatMap((chunk) => [...cutter.push(chunk)]))
          expect(frame.length).toBeLessThanOrEqual(200);
      }),
    );
  });
});
