import { z } from 'zod';
import type { Result } from '../gateway/domain/result.ts';
import type { StreamFault } from './fault.ts';
import { type FlvSink, type FlvViewer, type QueueBounds, STALLED } from './flv-viewer.ts';
import { WallFramer } from './wall-frame.ts';
import { WallWriter } from './wall-writer.ts';

/** Tiles of one wall; 64 are shown, and one more may come before one goes. */
export const WALL_TILES_MAX = 128;
/** One tile: two seconds of a heavy camera. */
export const OF_A_TILE: QueueBounds = { maxBytes: 2 * 1024 * 1024, maxMs: 3000, windowBytes: 64 * 1024 };
/** All tiles of one wall together: past it the wall is closed with a word, since cutting each tile was not enough. */
export const WALL_MAX_BYTES = 24 * 1024 * 1024;

const TileNumber = z.int().min(0).max(0xffff);
/** What a wall says; one message, one tile. */
export const WallWish = z.union([
  z.strictObject({ subscribe: TileNumber, grant: z.string().max(2000) }),
  z.strictObject({ unsubscribe: TileNumber }),
]);

/** What a wall is told besides pictures, as JSON. `reason` is a word for the program that shows it. */
export type WallNews = Readonly<{ tile: number; state: 'ended'; reason: string }>;

export type Watched = Readonly<{ viewer: FlvViewer; leave: () => void }>;
export type WallLink = Readonly<{
  send(bytes: Buffer, sent: () => void): void;
  tell(news: WallNews): void;
  /** Ends the connection: at once when it is stalled, with a word otherwise. */
  close(reason: string): void;
}>;
export type WallPorts = Readonly<{
  /** Asks who may say so whether the wall may have this; the answer comes as `open` or `refuse`. */
  ask(tile: number, grant: string): void;
}>;

type Tile = { watched?: Watched };

/**
 * One wall: many tiles on one connection. A tile is an ordinary viewer of its stream with a queue of its own, so that a
 * wall which falls behind loses pictures tile by tile and no one else's; what the tiles send leaves in joined writes.
 */
export class WallViewer {
  readonly #link: WallLink;
  readonly #ports: WallPorts;
  readonly #writer: WallWriter;
  readonly #tiles = new Map<number, Tile>();
  #isClosed = false;

  constructor(link: WallLink, ports: WallPorts) {
    this.#link = link;
    this.#ports = ports;
    this.#writer = new WallWriter(link.send);
  }

  /** Takes one message of the wall; what is none closes it. */
  hear(text: string): void {
    const wish = WallWish.safeParse(parseJson(text));
    if (!wish.success) this.close('not-understood');
    else if ('unsubscribe' in wish.data) this.#drop(wish.data.unsubscribe);
    else this.#subscribe(wish.data.subscribe, wish.data.grant);
  }

  /** The answer to `ask`: `watch` joins the stream. */
  open(number: number, watch: (sink: FlvSink, bounds: QueueBounds) => Result<Watched, StreamFault>): void {
    const tile = this.#tiles.get(number);
    if (tile === undefined || tile.watched !== undefined || this.#isClosed) return; // it changed its mind meanwhile
    const watched = watch(this.#sinkOf(number, tile), OF_A_TILE);
    if (watched.ok) tile.watched = watched.value;
    else this.end(number, watched.error.reason);
  }

  /** Ends one tile and says why; the wall's other tiles go on. */
  end(number: number, reason: string): void {
    if (!this.#drop(number)) return;
    this.#link.tell({ tile: number, state: 'ended', reason });
  }

  /** To be called about each second. */
  tick(): void {
    const unsent = [...this.#tiles.values()].reduce((sum, { watched }) => sum + (watched?.viewer.unsentBytes ?? 0), 0);
    if (unsent > WALL_MAX_BYTES) this.close('too-slow');
  }

  close(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const number of [...this.#tiles.keys()]) this.#drop(number);
    this.#writer.close();
    this.#link.close(reason);
  }

  #subscribe(number: number, grant: string): void {
    this.#drop(number); // a tile that shows something else from now on
    if (this.#tiles.size >= WALL_TILES_MAX) {
      this.#link.tell({ tile: number, state: 'ended', reason: 'too-many-tiles' });
      return;
    }
    this.#tiles.set(number, {});
    this.#ports.ask(number, grant);
  }

  #drop(number: number): boolean {
    const tile = this.#tiles.get(number);
    this.#tiles.delete(number);
    tile?.watched?.leave();
    return tile !== undefined;
  }

  #sinkOf(number: number, tile: Tile): FlvSink {
    const framer = new WallFramer(number);
    return {
      send: (tags, sent) => {
        // Of a tile that shows something else by now nothing more may come under its number.
        if (this.#tiles.get(number) === tile) this.#writer.add(framer.frames(tags), sent);
        else sent();
      },
      close: (reason) => {
        if (reason === STALLED) this.close(STALLED);
        else if (this.#tiles.get(number) === tile) this.end(number, reason);
      },
    };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
