import { beforeEach, describe, expect, it } from 'vitest';
import { ALONE, FlvViewer } from '../../../streams/flv-viewer.ts';

/** A whole FLV tag: `first` is frame type and codec, `packet` tells header and picture apart. */
function tag(first: number, packet: number, bytes: number, mark: number): Buffer {
  const made = Buffer.alloc(bytes);
  made[0] = 9;
  made[11] = first;
  made[12] = packet;
  made[13] = mark;
  return made;
}
const config = (mark: number): Buffer => tag(0x17, 0, 60, mark);
const key = (mark: number, bytes = 100_000): Buffer => tag(0x17, 1, bytes, mark);
const picture = (mark: number, bytes = 100_000): Buffer => tag(0x27, 1, bytes, mark);

let now: number;
let sent: Buffer[];
let unblock: (() => void)[];
let closed: string[];
let viewer: FlvViewer;
beforeEach(() => {
  [now, sent, unblock, closed] = [1_000_000, [], [], []];
  const sink = {
    send: (bytes: Buffer, done: () => void) => {
      sent.push(bytes);
      unblock.push(done);
    },
    close: (reason: string) => void closed.push(reason),
  };
  viewer = new FlvViewer('v', '/live/c/sub', sink, () => now);
});
/** The peer takes all that is in the socket, and what follows it. */
function drain(): void {
  while (unblock.length > 0) unblock.shift()?.();
}
const marks = (): readonly (number | undefined)[] => sent.map((bytes) => bytes[13]);

describe('a viewer', () => {
  it('gets what a newcomer gets first in one write', () => {
    viewer.hold();
    for (const one of [config(1), key(2, 5000), picture(3, 5000)]) viewer.sendBuffer(one);
    viewer.release();
    expect(sent.map(({ length }) => length)).toEqual([10_060]);
  });

  it('that keeps up gets every picture, and nothing waits', () => {
    for (let i = 1; i <= 50; i++) {
      viewer.sendBuffer(i === 1 ? key(i) : picture(i));
      drain();
    }
    expect(marks()).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect([viewer.unsentBytes, viewer.dropped]).toEqual([0, 0]);
  });

  it('that falls behind never holds more than its bound, and goes on at a key frame', () => {
    viewer.sendBuffer(config(1));
    viewer.sendBuffer(key(2));
    let most = 0;
    for (let i = 0; i < 200; i++) {
      viewer.sendBuffer(picture(3));
      most = Math.max(most, viewer.unsentBytes);
    }
    expect(most).toBeLessThanOrEqual(ALONE.maxBytes + 100_000);
    viewer.sendBuffer(config(4));
    viewer.sendBuffer(picture(5));
    viewer.sendBuffer(key(6));
    drain();
    const [head, ...rest] = sent.slice(-1).map((bytes) => [bytes[13], bytes[60 + 13]]);
    expect([head, rest]).toEqual([[4, 6], []]); // the new header, which it had missed, then the key frame
  });

  it('drops what is older than three seconds', () => {
    for (const one of [key(1, 300_000), picture(2), picture(3)]) viewer.sendBuffer(one);
    now += 3001;
    viewer.tick();
    drain();
    expect(marks()).toEqual([1]);
    viewer.sendBuffer(picture(4));
    viewer.sendBuffer(key(5));
    expect(marks()).toEqual([1, 5]);
  });

  it('that takes nothing for ten seconds is closed once, and holds nothing then', () => {
    viewer.sendBuffer(key(1, 300_000));
    viewer.sendBuffer(key(2, 300_000));
    now += 10_001;
    viewer.tick();
    viewer.tick();
    viewer.sendBuffer(key(3));
    expect(closed).toEqual(['stalled']);
    expect(marks()).toEqual([1]);
  });

  it('is not called stalled because its camera was away for long', () => {
    viewer.sendBuffer(key(1));
    drain();
    now += 60_000;
    viewer.tick();
    viewer.sendBuffer(key(2));
    viewer.tick();
    expect(closed).toEqual([]);
  });
});
