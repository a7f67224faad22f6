import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { readWallFrames } from '../../../console/src/video/wall-frame.ts';
import { fault } from '../../../streams/fault.ts';
import { clockBody, configBody, pictureBody } from '../../../streams/flv.ts';
import { type FlvSink, FlvViewer, type QueueBounds, STALL_MAX_MS } from '../../../streams/flv-viewer.ts';
import { WallFramer } from '../../../streams/wall-frame.ts';
import { WALL_MAX_BYTES, WALL_TILES_MAX, type WallNews, WallViewer } from '../../../streams/wall-viewer.ts';

/** A whole FLV tag around a body. */
function tag(type: number, timeMs: number, body: Buffer): Buffer {
  const head = Buffer.alloc(11);
  head[0] = type;
  head.writeUIntBE(body.length, 1, 3);
  head.writeUIntBE(timeMs & 0xffffff, 4, 3);
  head[7] = timeMs >>> 24;
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE(11 + body.length);
  return Buffer.concat([head, body, tail]);
}
const picture = (timeMs: number, isKey: boolean, bytes = 100, codec: 'h264' | 'h265' = 'h264', laterMs = 0): Buffer =>
  tag(9, timeMs, pictureBody({ codec, nals: [Buffer.alloc(bytes, 7)], isKey, rtpTime: 0 }, laterMs));
const plain = (bytes: Buffer): ArrayBuffer => new Uint8Array(bytes).buffer;
const RECORD = Buffer.from([1, 0x64, 0, 0x29]);

describe('a frame of the wall', () => {
  it('is read by the console as the plane wrote it, whatever the tile, codec and time', () => {
    const times = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    const codecs = fc.constantFrom('h264', 'h265');
    fc.assert(
      fc.property(
        fc.nat(0xffff),
        times,
        fc.boolean(),
        codecs,
        fc.integer({ min: -99, max: 99 }),
        (tile, timeMs, isKey, codec, laterMs) => {
          const framer = new WallFramer(tile);
          const clock = tag(18, 0, clockBody(1_790_000_000_000, timeMs));
          const tags = Buffer.concat([
            clock,
            tag(9, timeMs, configBody(codec, RECORD)),
            picture(timeMs, isKey, 5, codec, laterMs),
          ]);
          const [config, shown] = readWallFrames(plain(Buffer.concat(framer.frames(tags))));
          expect(config).toMatchObject({
            tile,
            kind: codec === 'h264' ? 'avc' : 'hevc',
            content: new Uint8Array(RECORD),
          });
          const time = ((((timeMs + laterMs) * 90) % 2 ** 32) + 2 ** 32) % 2 ** 32;
          expect(shown).toMatchObject({ tile, kind: 'picture', isKey, time, capturedAt: 1_790_000_000_000 });
          expect([...(shown?.content ?? [])]).toEqual([0, 0, 0, 5, 7, 7, 7, 7, 7]);
        },
      ),
    );
  });

  it('that is cut off is left out, and nothing is read past the end', () => {
    const whole = Buffer.concat(new WallFramer(3).frames(Buffer.concat([picture(0, true), picture(40, false)])));
    for (let length = 0; length < whole.length; length += 7) {
      expect(readWallFrames(plain(whole.subarray(0, length))).length).toBe(length < whole.length / 2 ? 0 : 1);
    }
  });

  it('passes over the file’s own header, and says NaN before it knows the clock', () => {
    const header = Buffer.from([0x46, 0x4c, 0x56, 1, 1, 0, 0, 0, 9, 0, 0, 0, 0]);
    const [first] = readWallFrames(
      plain(Buffer.concat(new WallFramer(1).frames(Buffer.concat([header, picture(0, true)])))),
    );
    expect(first).toMatchObject({ kind: 'picture', isKey: true, capturedAt: Number.NaN });
  });
});

let now: number;
let wall: WallViewer;
let writes: { bytes: Buffer; sent: () => void }[];
let news: WallNews[];
let closed: string[];
let asked: [number, string][];
let watched: { viewer: FlvViewer; left: boolean }[];
beforeEach(() => {
  vi.useFakeTimers();
  [now, writes, news, closed, asked, watched] = [1_000_000, [], [], [], [], []];
  wall = new WallViewer(
    {
      send: (bytes, sent) => writes.push({ bytes, sent }),
      tell: (one) => news.push(one),
      close: (why) => closed.push(why),
    },
    { ask: (tile, grant) => asked.push([tile, grant]) },
  );
});

/** Subscribes and is allowed: answers the tile's viewer, into which the hub would send. */
function show(tile: number): FlvViewer {
  wall.hear(JSON.stringify({ subscribe: tile, grant: `/live/wall?c=${tile}` }));
  wall.open(tile, (sink: FlvSink, bounds: QueueBounds) => {
    const one = { viewer: new FlvViewer(`v${tile}`, '/', sink, () => now, bounds), left: false };
    watched.push(one);
    const leave = (): void => {
      one.left = true;
    };
    return { ok: true, value: { viewer: one.viewer, leave } };
  });
  const viewer = watched.at(-1)?.viewer;
  if (viewer === undefined) throw new Error('the tile was not opened');
  return viewer;
}
const tilesIn = (bytes: Buffer) => readWallFrames(plain(bytes)).map(({ tile }) => tile);

describe('a wall', () => {
  it('asks for each tile’s permission, and sends all tiles’ pictures in one write', () => {
    const tiles = [show(1), show(2), show(3)];
    expect(asked).toEqual([1, 2, 3].map((tile) => [tile, `/live/wall?c=${tile}`]));
    for (const tile of tiles) tile.sendBuffer(picture(0, true));
    expect(writes).toEqual([]);
    vi.advanceTimersByTime(20);
    expect(writes.map(({ bytes }) => tilesIn(bytes))).toEqual([[1, 2, 3]]);
  });

  it('that takes nothing cuts each tile to its next key picture, and holds less than its bound', () => {
    const tiles = Array.from({ length: 16 }, (_, at) => show(at));
    for (let at = 0; at < 400; at++) {
      for (const tile of tiles) tile.sendBuffer(picture(at * 40, at % 50 === 0, 20_000));
      now += 40;
      vi.advanceTimersByTime(40);
    }
    const unsent = tiles.reduce((sum, tile) => sum + tile.unsentBytes, 0);
    expect(unsent).toBeLessThan(WALL_MAX_BYTES);
    expect(tiles.every((tile) => tile.dropped > 100)).toBe(true);
  });

  it('is closed with a word once all its tiles together hold too much', () => {
    const tiles = Array.from({ length: 40 }, (_, at) => show(at));
    for (const tile of tiles) for (let at = 0; at < 8; at++) tile.sendBuffer(picture(at, at === 0, 100_000));
    wall.tick();
    expect(closed).toEqual(['too-slow']);
    expect(watched.every(({ left }) => left)).toBe(true);
  });

  it('that takes nothing for ten seconds is gone, with all its tiles', () => {
    const tile = show(1);
    for (let at = 0; at < 5; at++) tile.sendBuffer(picture(at, true, 100_000));
    vi.advanceTimersByTime(20);
    now += STALL_MAX_MS + 1;
    tile.tick();
    expect(closed).toEqual(['stalled']);
    expect(watched.every(({ left }) => left)).toBe(true);
  });

  it('ends one tile with its reason; the others go on', () => {
    const [first, second] = [show(1), show(2)];
    wall.end(1, 'out-of-scope');
    expect(news).toEqual([{ tile: 1, state: 'ended', reason: 'out-of-scope' }]);
    for (const tile of [first, second]) tile.sendBuffer(picture(0, true));
    vi.advanceTimersByTime(20);
    expect(writes.flatMap(({ bytes }) => tilesIn(bytes))).toEqual([2]);
  });

  it('says why a tile cannot be opened', () => {
    wall.hear('{"subscribe":4,"grant":"x"}');
    wall.open(4, () => ({ ok: false, error: fault('busy', 'too many') }));
    expect(news).toEqual([{ tile: 4, state: 'ended', reason: 'busy' }]);
  });

  it('forgets an answer for a tile that was given up meanwhile', () => {
    wall.hear('{"subscribe":4,"grant":"x"}');
    wall.hear('{"unsubscribe":4}');
    wall.open(4, () => {
      throw new Error('opened for nobody');
    });
    expect(news).toEqual([]);
  });

  it('leaves the old stream when a tile shows another one', () => {
    show(1);
    show(1);
    expect(watched.map(({ left }) => left)).toEqual([true, false]);
  });

  it('has so many tiles and no more', () => {
    for (let tile = 0; tile < WALL_TILES_MAX; tile++) show(tile);
    wall.hear(JSON.stringify({ subscribe: 9999, grant: 'x' }));
    expect(news).toEqual([{ tile: 9999, state: 'ended', reason: 'too-many-tiles' }]);
  });

  it.each([
    '',
    '{',
    '[]',
    '{"subscribe":-1,"grant":"x"}',
    '{"subscribe":1}',
    '{"unsubscribe":"1"}',
    `{"subscribe":1,"grant":"${'x'.repeat(3000)}"}`,
  ])('is closed when it says %j', (text) => {
    wall.hear(text);
    expect(closed).toEqual(['not-understood']);
  });
});
