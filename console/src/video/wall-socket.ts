import { socketUrl } from './socket-url.ts';
import { readWallFrames, type WallFrame } from './wall-frame.ts';

export type WallSocketEvents = Readonly<{
  onFrame: (frame: WallFrame) => void;
  onEnded: (tile: number, reason: string) => void;
  /** The connection is gone, and every tile with it. */
  onLost: () => void;
}>;

/** A connection that shows nothing is kept for so long: flipping through layouts must not open it anew each time. */
const IDLE_MS = 5_000;

/** The wall's one connection: opened by the first tile's address, closed some time after the last tile. */
export class WallSocket {
  readonly #events: WallSocketEvents;
  readonly #grants = new Map<number, string>();
  #socket: WebSocket | undefined;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(events: WallSocketEvents) {
    this.#events = events;
  }

  subscribe(tile: number, grant: string): void {
    clearTimeout(this.#idle);
    this.#grants.set(tile, grant);
    if (this.#socket?.readyState === WebSocket.OPEN) this.#say({ subscribe: tile, grant });
    else this.#socket ??= this.#open(grant);
  }

  unsubscribe(tile: number): void {
    if (!this.#grants.delete(tile)) return;
    if (this.#socket?.readyState === WebSocket.OPEN) this.#say({ unsubscribe: tile });
    if (this.#grants.size > 0) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#socket?.close(), IDLE_MS);
  }

  #open(url: string): WebSocket {
    const socket = new WebSocket(socketUrl(url, self.location.origin));
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => {
      for (const [tile, grant] of this.#grants) this.#say({ subscribe: tile, grant });
    });
    socket.addEventListener('message', ({ data }) => this.#hear(data));
    socket.addEventListener('close', () => {
      this.#socket = undefined;
      this.#grants.clear();
      this.#events.onLost();
    });
    return socket;
  }

  #say = (words: object): void => this.#socket?.send(JSON.stringify(words));

  #hear(data: unknown): void {
    if (data instanceof ArrayBuffer) for (const frame of readWallFrames(data)) this.#events.onFrame(frame);
    else if (typeof data === 'string') {
      const { tile, reason }: { tile: number; reason: string } = JSON.parse(data);
      this.#events.onEnded(tile, reason);
    }
  }
}
