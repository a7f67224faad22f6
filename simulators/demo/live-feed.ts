import { io, type Socket } from 'socket.io-client';
import { z } from 'zod';
import { SeenAlarm } from './api.ts';

const Change = z.object({ seq: z.int(), at: z.string(), kind: z.string(), alarm: SeenAlarm });
export type Change = z.infer<typeof Change>;
const Answer = z.object({ ok: z.boolean(), seq: z.int().optional(), error: z.string().optional() });

/** Changes kept for somebody who asks for them a moment later. */
const KEPT_MAX = 1_000;
const CONNECT_TIMEOUT_MS = 10_000;

type Wish = { matches: (change: Change) => boolean; resolve: (change: Change) => void };

/** The live feed (`/live`) as one person sees it. */
export class LiveFeed {
  readonly #socket: Socket;
  readonly #kept: Change[] = [];
  readonly #wishes = new Set<Wish>();

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('change', (message: unknown) => this.#take(Change.parse(message)));
  }

  /** Resolves once subscribed to everything in the person's scope, from now on. */
  static async open(address: string, token: string): Promise<LiveFeed> {
    const socket = io(`${address}/live`, { auth: { token }, transports: ['websocket'], timeout: CONNECT_TIMEOUT_MS });
    const feed = new LiveFeed(socket);
    try {
      await connected(socket);
      const answer = Answer.parse(await socket.timeout(CONNECT_TIMEOUT_MS).emitWithAck('subscribe', {}));
      if (!answer.ok) throw new Error(`the live feed refused the subscription: ${answer.error}`);
      return feed;
    } catch (error) {
      feed.close();
      throw error;
    }
  }

  /** The first change that matches, already come or still to come. Rejects when `stop` is aborted first. */
  async next(matches: (change: Change) => boolean, stop: AbortSignal): Promise<Change> {
    const found = this.#kept.find(matches);
    if (found !== undefined) return found;
    stop.throwIfAborted();
    return await new Promise((resolve, reject) => {
      const wish = { matches, resolve };
      this.#wishes.add(wish);
      stop.addEventListener('abort', () => {
        this.#wishes.delete(wish);
        reject(stop.reason);
      });
    });
  }

  /** The alarm as the latest change left it; undefined where none has come. */
  latestOf(alarm: string): SeenAlarm | undefined {
    return this.#kept.findLast(({ alarm: { id } }) => id === alarm)?.alarm;
  }

  close(): void {
    this.#socket.close();
  }

  #take(change: Change): void {
    this.#kept.push(change);
    if (this.#kept.length > KEPT_MAX) this.#kept.shift();
    for (const wish of this.#wishes) {
      if (!wish.matches(change)) continue;
      this.#wishes.delete(wish);
      wish.resolve(change);
    }
  }
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
}
