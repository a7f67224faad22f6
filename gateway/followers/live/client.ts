import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Namespace, Socket } from 'socket.io';
import type { Holder } from '../../access/guard.ts';
import type {
  Change,
  DeviceChange,
  Reload,
  SubscribeAnswer,
  SubscribeWish,
  Tick,
  Wall,
  WatchAnswer,
} from '../../http/contract.ts';
import type { Audience } from './audience.ts';

export type ServerEvents = {
  change: (change: Change) => void;
  changes: (changes: readonly Change[]) => void;
  device: (change: DeviceChange) => void;
  wall: (wall: Wall) => void;
  tick: (tick: Tick) => void;
  reload: (why: Reload) => void;
};
export type ClientEvents = {
  subscribe: (wish: unknown, done?: (answer: SubscribeAnswer) => void) => void;
  watch: (wish: unknown, done?: (answer: WatchAnswer) => void) => void;
};
type NoEvents = Record<string, never>;
export type SocketData = { holder: Holder };
export type LiveSocket = Socket<ClientEvents, ServerEvents, NoEvents, SocketData>;
export type LiveNamespace = Namespace<ClientEvents, ServerEvents, NoEvents, SocketData>;
export type { SubscribeWish };

/** Everybody who has been given all up to the live edge; ticks go here, since a tick says just that. */
export const UP_TO_DATE = 'up-to-date';

/** Packets that may wait for a client, and how long any may: past either it is told to load everything again. */
const WAITING_MAX = 1_000;
const STUCK_MS = 5_000;
/** While this many wait, a replay waits as well. */
const REPLAY_WAITING_MAX = 200;

/** One connection. It has one subscription at a time; a newer one ends the one before, even while that catches up. */
export class Client {
  readonly socket: LiveSocket;
  audience: Audience | undefined;
  /** Grows with each subscription: a replay that finds another number has been overtaken. */
  turn = 0;
  #stuckSince: number | undefined;
  #isLeaving = false;

  constructor(socket: LiveSocket) {
    this.socket = socket;
    socket.conn.on('drain', () => {
      this.#stuckSince = undefined;
    });
  }

  get isOpen(): boolean {
    return this.socket.connected && !this.#isLeaving;
  }

  /** Whether it takes what it is sent too slowly; asked a few times a second. Only Socket.IO's own buffer, private by its type, shows it. */
  isTooSlow(now: number): boolean {
    const waiting = this.socket.conn['writeBuffer'].length;
    if (waiting === 0) this.#stuckSince = undefined;
    else this.#stuckSince ??= now;
    return waiting > WAITING_MAX || (this.#stuckSince !== undefined && now - this.#stuckSince > STUCK_MS);
  }

  /** Waits until the client has taken enough to be sent more. False: it is gone, or was told to go. */
  async hasRoom(): Promise<boolean> {
    await nextTurn(); // others get their turn between two pieces of a replay
    const { conn } = this.socket;
    while (this.isOpen && conn['writeBuffer'].length > REPLAY_WAITING_MAX) {
      await new Promise<void>((resolve) => {
        conn.once('drain', resolve);
        conn.once('close', () => resolve());
      });
    }
    return this.isOpen;
  }

  /** Told to load everything again, and closed. What waits for it is dropped if it does not take it. */
  dismiss(reason: Reload['reason']): void {
    this.#isLeaving = true;
    for (const room of this.socket.rooms) if (room !== this.socket.id) void this.socket.leave(room);
    this.socket.emit('reload', { reason });
    const { conn } = this.socket;
    const cut = setTimeout(() => conn.close(true), STUCK_MS);
    conn.once('close', () => clearTimeout(cut));
    this.socket.disconnect(true);
  }
}
