import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RtpPacket } from '../../../streams/rtp/packet.ts';
import { ReorderWindow, WAIT_MAX } from '../../../streams/rtp/reorder.ts';

const packet = (sequence: number): RtpPacket => ({
  ...{ payloadType: 96, marker: false, timestamp: 0, payload: Buffer.alloc(0) },
  sequence: sequence & 0xffff,
});
function through(sequences: readonly number[]): readonly number[] {
  const given: number[] = [];
  const window = new ReorderWindow(({ sequence }) => given.push(sequence));
  for (const sequence of sequences) window.push(packet(sequence));
  return given;
}

describe('packets by UDP', () => {
  it('come in their order when each is late by less than the window, with repeats only once, over the wrap', () => {
    const delayed = fc.tuple(
      fc.integer({ min: 0, max: 65_535 }),
      fc.array(fc.record({ late: fc.integer({ min: 0, max: WAIT_MAX - 2 }), twice: fc.boolean() }), { maxLength: 200 }),
    );
    fc.assert(
      fc.property(delayed, ([first, each]) => {
        const sent = each.flatMap(({ late, twice }, at) => {
          const one = { sequence: first + 1 + at, at: at + late };
          return twice ? [one, { ...one, at: one.at + 1 }] : [one];
        });
        const arrived = [{ sequence: first, at: -1 }, ...sent].sort((a, b) => a.at - b.at);
        const expected = [first, ...each.map((_one, at) => (first + 1 + at) & 0xffff)];
        expect(through(arrived.map(({ sequence }) => sequence))).toEqual(expected);
      }),
    );
  });

  it('go on behind what was lost, each at most once and in order, whatever comes', () => {
    const lossy = fc.array(fc.boolean(), { minLength: 100, maxLength: 300 });
    fc.assert(
      fc.property(lossy, (isLost) => {
        const arrived = isLost.flatMap((lost, sequence) => (lost ? [] : [sequence]));
        const tail = Array.from({ length: WAIT_MAX + 1 }, (_none, at) => isLost.length + at);
        expect(through([...arrived, ...tail])).toEqual([...arrived, ...tail]);
      }),
    );
  });

  it('are taken anew when the camera begins to count again', () => {
    const before = Array.from({ length: 20 }, (_none, at) => 5000 + at);
    const after = Array.from({ length: 40 }, (_none, at) => 100 + at);
    const given = through([...before, ...after]);
    expect(given.slice(0, 20)).toEqual(before);
    expect(given.at(-1)).toBe(139);
    expect(given.length).toBeGreaterThan(40);
  });
});
