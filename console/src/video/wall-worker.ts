import { TileDecoder } from './tile-decoder.ts';
import { canvasTarget, type TileTarget, trackTarget } from './tile-target.ts';
import type { WallFrame } from './wall-frame.ts';
import { WallSocket } from './wall-socket.ts';
import type { FromWorker, ToWorker } from './wall-words.ts';

/** All tiles of this page: one connection, one thread, a decoder for each. */
type Tile = { decoder: TileDecoder; target: TileTarget; frames: number; ageMs: number };

const REPORT_MS = 250;
const tiles = new Map<number, Tile>();
const socket = new WallSocket({ onFrame: decode, onEnded: end, onLost: endAll });

function open({ tile, url, target: surface }: Extract<ToWorker, { kind: 'open' }>): void {
  const target = surface instanceof OffscreenCanvas ? canvasTarget(surface) : trackTarget(surface);
  const decoder = new TileDecoder({
    onPicture(picture, capturedAt) {
      target.show(picture);
      opened.frames += 1;
      opened.ageMs = Date.now() - capturedAt;
    },
    onError: () => end(tile, 'decoder'),
  });
  const opened: Tile = { decoder, target, frames: 0, ageMs: Number.NaN };
  tiles.set(tile, opened);
  socket.subscribe(tile, url);
}

function decode(frame: WallFrame): void {
  try {
    tiles.get(frame.tile)?.decoder.take(frame);
  } catch {
    end(frame.tile, 'decoder'); // a configuration that is none, or a picture that the decoder does not take
  }
}

function close(tile: number): void {
  const closing = tiles.get(tile);
  tiles.delete(tile);
  closing?.decoder.close();
  closing?.target.close();
}

function end(tile: number, reason: string | undefined): void {
  if (!tiles.has(tile)) return;
  socket.unsubscribe(tile);
  close(tile);
  say({ kind: 'ended', tile, reason });
}

function endAll(): void {
  for (const tile of [...tiles.keys()]) end(tile, undefined);
}

const say = (message: FromWorker): void => self.postMessage(message);

self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === 'open') open(data);
  else {
    socket.unsubscribe(data.tile);
    close(data.tile);
  }
});

setInterval(() => {
  if (tiles.size === 0) return;
  const reports = [...tiles].map(([tile, { frames, ageMs, decoder }]) => ({
    ...{ tile, frames, ageMs },
    dropped: decoder.dropped,
  }));
  say({ kind: 'report', tiles: reports });
}, REPORT_MS);
