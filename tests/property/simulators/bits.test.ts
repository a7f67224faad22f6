import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  BitReader,
  BitWriter,
  escapeNal,
  payloadBits,
  splitAnnexB,
  unescapeNal,
} from '../../../simulators/camera/picture/bits.ts';

it('reads back every number that it writes, wherever in a byte it begins', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.integer({ min: -70_000, max: 70_000 }))), (numbers) => {
      const to = new BitWriter();
      for (const [isSigned, value] of numbers) isSigned ? to.se(value) : to.ue(Math.abs(value));
      const from = new BitReader(to.finish());
      const read = numbers.map(([isSigned]) => (isSigned ? from.se() : from.ue()));
      expect(read.map((value) => value + 0)).toEqual(
        numbers.map(([isSigned, value]) => (isSigned ? value : Math.abs(value))),
      );
    }),
  );
});

it('copies bits to any other alignment and knows where they end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(9), fc.nat(9), (source, skip, lead) => {
      const [from, end] = [Math.min(skip, source.length * 8), source.length * 8];
      const to = new BitWriter();
      to.u(0, lead);
      to.copy(source, from, end);
      const copied = to.finish();
      expect(payloadBits(copied)).toBe(lead + end - from);
      const [a, b] = [new BitReader(source), new BitReader(copied)];
      a.u(from);
      b.u(lead);
      for (let i = from; i < end; i += 1) expect(b.bit()).toBe(a.bit());
    }),
  );
});

it('hides every start code inside a NAL unit, and takes the hiding away again', () => {
  const bytes = fc.array(fc.constantFrom(0, 0, 0, 1, 2, 3, 255), { maxLength: 60 });
  fc.assert(
    fc.property(bytes, (payload) => {
      const nal = escapeNal(0x65, Uint8Array.from([...payload, 0x80])); // a payload ends with its stop bit
      expect(nal.indexOf(Buffer.from([0, 0, 1]))).toBe(-1);
      expect(nal.indexOf(Buffer.from([0, 0, 0]))).toBe(-1);
      expect([...unescapeNal(nal)]).toEqual([0x65, ...payload, 0x80]);
      expect(splitAnnexB(Buffer.concat([Buffer.from([0, 0, 0, 1]), nal, Buffer.from([0, 0, 1]), nal]))).toEqual([
        nal,
        nal,
      ]);
    }),
  );
});
