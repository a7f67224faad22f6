import { describe, expect, it } from 'vitest';
import { cut } from '../../../streams/clip.ts';
import { Ring } from '../../../streams/ring.ts';
import { Rings } from '../../../streams/rings.ts';

const SETS = { sps: [Buffer.from([0x67, 66, 0, 30, 1])], pps: [Buffer.from([0x68, 1])] };
const OTHER = { sps: [Buffer.from([0x67, 66, 0, 40, 1])], pps: [Buffer.from([0x68, 1])] };

/** Groups of ten pictures of 100 bytes, a second each, from second `from` up to `to`. */
function fill(ring: Ring, from: number, to: number, sets = SETS): void {
  for (let at = from * 1000; at < to * 1000; at += 100) {
    const isKey = at % 1000 === 0;
    const unit = {
      codec: 'h264' as const,
      nals: [],
      isKey,
      rtpTime: at * 90,
      ...(isKey ? { parameterSets: sets } : {}),
    };
    ring.add(unit, Buffer.alloc(100), at);
  }
}
const beginsAt = (ring: Ring): number[] => ring.groups.map(({ pictures }) => pictures[0]?.at ?? Number.NaN);
const open = (maxBytes = 1_000_000, keepMs = 3000) => {
  const rings = new Rings(maxBytes);
  return { rings, ring: () => new Ring(keepMs, rings) };
};

describe('a ring', () => {
  it('keeps whole groups, the one that was running before its time included', () => {
    const { rings, ring } = open();
    const one = ring();
    fill(one, 0, 10);
    expect(beginsAt(one)).toEqual([6000, 7000, 8000, 9000]);
    expect(rings.bytes).toBe(4000);
    one.close();
    expect(rings.bytes).toBe(0);
  });

  it('keeps what a clip waits for, however old', () => {
    const one = open().ring();
    fill(one, 0, 5);
    const letGo = one.pin(2500);
    fill(one, 5, 20);
    expect(beginsAt(one)[0]).toBe(2000);
    letGo();
    fill(one, 20, 21);
    expect(beginsAt(one)[0]).toBe(17_000);
  });

  it('begins with a key frame, and forgets the rest of a group that was dropped in its middle', () => {
    const { ring } = open(1500);
    const one = ring();
    fill(one, 0.5, 1);
    expect(one.groups).toEqual([]);
    fill(one, 1, 2);
    expect(beginsAt(one)).toEqual([1000]);
    one.interrupt();
    fill(one, 2.1, 3); // of another connection: nothing to build on
    expect(one.groups[0]?.pictures.at(-1)?.at).toBe(1900);
    const { ring: tight } = open(500);
    const two = tight();
    fill(two, 1, 2); // larger than all the room there is
    expect(two.groups).toEqual([]);
    fill(two, 2, 2.3);
    expect(beginsAt(two)).toEqual([2000]);
  });
});

describe('the room for all rings', () => {
  it('takes the oldest groups: first of what nobody armed, then of the armed, at last of what a clip waits for', () => {
    const { rings, ring } = open(9000, 60_000);
    const [held, armed, awaited] = [ring(), ring(), ring()];
    armed.isArmed = true;
    awaited.isArmed = true;
    const letGo = awaited.pin(0);
    for (const one of [awaited, armed, held]) fill(one, 0, 3);
    expect(rings.bytes).toBe(9000);
    fill(awaited, 3, 5);
    expect([held, armed, awaited].map((one) => one.groups.length)).toEqual([1, 3, 5]);
    fill(awaited, 5, 9);
    expect([held, armed, awaited].map((one) => one.groups.length)).toEqual([0, 0, 9]);
    fill(awaited, 9, 10);
    expect(beginsAt(awaited)[0]).toBe(1000);
    expect(rings.bytes).toBeLessThanOrEqual(9000);
    letGo();
  });
});

describe('a cut', () => {
  const WINDOW = { from: 4400, to: 7000 };

  it('begins with the key frame before the window and ends with it', () => {
    const one = open(1_000_000, 60_000).ring();
    fill(one, 0, 10);
    const found = cut(one, WINDOW, 6000, true);
    expect(found).toMatchObject({ from: 4000, to: 7000, note: undefined });
    expect(found?.recording.pictures[0]?.isKey).toBe(true);
  });

  it('says when it begins too late, with a camera that was not open or with a ring that was short', () => {
    const one = open(1_000_000, 60_000).ring();
    fill(one, 6, 10);
    expect(cut(one, WINDOW, 6000, false)).toMatchObject({ from: 6000, note: 'not-open' });
    expect(cut(one, WINDOW, 6000, true)).toMatchObject({ from: 6000, note: 'shortened' });
  });

  it('says when the stream broke off in it, or did not come back', () => {
    const one = open(1_000_000, 60_000).ring();
    fill(one, 0, 5);
    one.interrupt();
    expect(cut(one, WINDOW, 4600, true)).toMatchObject({ to: 4900, note: 'interrupted' });
    fill(one, 6, 10);
    expect(cut(one, WINDOW, 6000, true)).toMatchObject({ from: 4000, to: 7000, note: 'interrupted' });
  });

  it('takes what lies around the moment where the camera changed its picture meanwhile', () => {
    const one = open(1_000_000, 60_000).ring();
    fill(one, 0, 5);
    fill(one, 5, 10, OTHER);
    expect(cut(one, WINDOW, 6000, true)).toMatchObject({ from: 5000, to: 7000, note: 'shortened' });
    expect(cut(one, WINDOW, 4700, true)).toMatchObject({ from: 4000, to: 4900, note: 'interrupted' });
  });

  it('is nothing where there is nothing', () => {
    const one = open().ring();
    expect(cut(one, WINDOW, 6000, true)).toBeUndefined();
    fill(one, 20, 22);
    expect(cut(one, WINDOW, 6000, true)).toBeUndefined();
  });
});
