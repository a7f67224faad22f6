import type { Namespace, Socket } from 'socket.io';
import type { Holder } from '../../access/guard.ts';
import type {
  Change,
  DeviceChange,
  Reload,
  SubscribeAnswer,
  SubscribeWish,
  TaskChange,
  Tick,
  WatchAnswer,
} from '../../http/contract/live.ts';
import type { Wall } from '../../http/contract/video.ts';
import type { Audience } from './audience.ts';
import type { Packed } from './packed.ts';

export type ServerEvents = {
  change: (change: Change) => void;
  changes: (changes: readonly Change[]) => void;
  device: (change: DeviceChange) => void;
  task: (change: TaskChange) => void;
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

/**
 * How much may wait for a client behind what the system has been given, and how long any of it: past either it is told
 * to load everything again. The bytes are shared by all who get the same.
 */
const WAITING_MAX_BYTES = 2 * 1024 * 1024;
const STUCK_MS = 5_000;

/** One connection. It has one subscription at a time; a newer one ends the one before, even while that catches up. */
export class Client {
  readonly socket: LiveSocket;
  audience: Audience<Client> | undefined;
  /** Grows with each subscription: a replay that finds another number has been overtaken. */
  turn = 0;
  #stuckSince: number | undefined;
  #waitingBytes = 0;
  #isLeaving = false;
  /** Pieces of replays that are on their way: one, or more where a newer subscription has come meanwhile. */
  readonly #underWay = new Set<() => void>();

  constructor(socket: LiveSocket) {
    this.socket = socket;
    socket.conn.on('drain', () => {
      this.#stuckSince = undefined;
      this.#waitingBytes = 0;
    });
    socket.conn.on('close', () => {
      for (const taken of this.#underWay) taken();
    });
  }

  get isOpen(): boolean {
    return this.socket.connected && !this.#isLeaving;
  }

  /** Whether it takes what it is sent too slowly; asked a few times a second. Only Socket.IO's own buffer, private by its type, shows it. */
  isTooSlow(now: number): boolean {
    const { conn } = this.socket;
    if (conn['writeBuffer'].length === 0 && conn.transport.writable) this.#stuckSince = undefined;
    else this.#stuckSince ??= now;
    return (
      this.#waitingBytes > WAITING_MAX_BYTES || (this.#stuckSince !== undefined && now - this.#stuckSince > STUCK_MS)
    );
  }

  send(packed: Packed): void {
    this.#waitingBytes += packed.wsPreEncodedFrame[0].length;
    this.socket.conn.write('', packed);
  }

  /** Sends a piece of a replay, and resolves when the system has taken it or the client is gone. */
  sent(packed: Packed): Promise<void> {
    const { conn } = this.socket;
    if (conn.readyState !== 'open') return Promise.resolve();
    return new Promise((resolve) => {
      const taken = (): void => {
        this.#underWay.delete(taken);
        resolve();
      };
      this.#underWay.add(taken);
      this.#waitingBytes += packed.wsPreEncodedFrame[0].length;
      conn.write('', packed, taken);
    });
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
