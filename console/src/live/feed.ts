import { io, type Socket } from 'socket.io-client';
import type {
  Change,
  DeviceChange,
  Reload,
  SubscribeAnswer,
  SubscribeWish,
  TaskChange,
  Tick,
  WatchAnswer,
} from '../../../gateway/http/contract/live.ts';
import type { Wall } from '../../../gateway/http/contract/video.ts';

type ServerEvents = {
  change: (change: Change) => void;
  changes: (changes: readonly Change[]) => void;
  device: (change: DeviceChange) => void;
  task: (change: TaskChange) => void;
  tick: (tick: Tick) => void;
  wall: (wall: Wall) => void;
  reload: (why: Reload) => void;
};
type ClientEvents = {
  subscribe: (wish: SubscribeWish, done: (answer: SubscribeAnswer) => void) => void;
  watch: (wish: { wall: string }, done: (answer: WatchAnswer) => void) => void;
};
export type FeedSocket = Socket<ServerEvents, ClientEvents>;

export type FeedListener = Readonly<{
  changes(changes: readonly Change[]): void;
  device(change: DeviceChange): void;
  task?(change: TaskChange): void;
  tick(tick: Tick): void;
  wall(wall: Wall): void;
  /** The subscription stands: the gateway's last seq and its time; `isReturn` after a break. */
  subscribed(seq: number, at: string, isReturn: boolean): void;
  /** What was missed is gone, or we were too slow: load everything again. False: it could not be loaded. */
  load(): Promise<boolean>;
  attempt(count: number): void;
  /** The gateway does not take the token (any more). */
  refused(): void;
}>;

export type Feed = Readonly<{ loadAgain(): void; watchWall(id: string): void; close(): void }>;

/** How long an answer to `subscribe` may take before the socket is given up and opened anew. */
const ANSWER_MS = 5_000;
const LOAD_AGAIN_MS = 2_000;
/**
 * Told to load everything again, each page waits up to this long, at random: two thousand of them at once would be the
 * next outage. Well under the silence after which the feed counts as lost.
 */
export const LOAD_SPREAD_MS = 8_000;

export const openSocket = (token: string): FeedSocket =>
  io('/live', {
    path: '/socket.io',
    transports: ['websocket'],
    auth: { token },
    reconnectionDelay: 500,
    reconnectionDelayMax: 5_000,
    randomizationFactor: 0.5,
    timeout: 5_000,
    forceNew: true,
  });

/**
 * The live feed from the seq that `since` names. After a break the subscription is taken up again from there;
 * what the gateway no longer holds is loaded anew first.
 */
export function openFeed(
  socket: FeedSocket,
  since: () => number | undefined,
  listener: FeedListener,
  random: () => number = Math.random,
): Feed {
  let wall: string | undefined;
  /** True from the start where the first load failed. */
  let mustLoad = since() === undefined;
  let wasDown = false;
  /** Everybody is told to load at the same moment, and not this page alone. */
  let isSpread = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function takeUp(): Promise<void> {
    clearTimeout(timer);
    if (wall !== undefined) socket.emit('watch', { wall }, () => {});
    if (mustLoad && isSpread) {
      timer = setTimeout(() => {
        isSpread = false;
        void takeUp();
      }, random() * LOAD_SPREAD_MS);
      return;
    }
    if (mustLoad && !(await listener.load())) {
      timer = setTimeout(() => void takeUp(), LOAD_AGAIN_MS * (0.5 + random()));
      return;
    }
    mustLoad = false;
    if (socket.connected) subscribe();
  }

  function subscribe(): void {
    const from = since();
    const wish = { gathered: true, ...(from === undefined ? {} : { since: from }) };
    socket.timeout(ANSWER_MS).emit('subscribe', wish, (late, answer) => {
      if (late) return void socket.disconnect().connect();
      if (answer.ok) {
        listener.subscribed(answer.seq, answer.at, wasDown);
        wasDown = false;
        return;
      }
      if (answer.error === 'cursor-expired') loadSoon();
      else if (answer.error === 'no-session') listener.refused();
    });
  }

  function loadSoon(): void {
    mustLoad = true;
    isSpread = true;
    void takeUp();
  }

  /** By hand: somebody waits for it. */
  function loadAgain(): void {
    mustLoad = true;
    isSpread = false;
    void takeUp();
  }

  socket.on('connect', () => void takeUp());
  socket.on('connect_error', () => {
    // An inactive socket was turned away by the gateway itself and does not try again.
    if (!socket.active) listener.refused();
  });
  socket.on('disconnect', (reason) => {
    wasDown = true;
    if (reason === 'io server disconnect') socket.connect();
  });
  socket.io.on('reconnect_attempt', listener.attempt);
  socket.on('change', (change) => listener.changes([change]));
  socket.on('changes', listener.changes);
  socket.on('device', listener.device);
  socket.on('task', (change) => listener.task?.(change));
  socket.on('tick', listener.tick);
  socket.on('wall', listener.wall);
  // The gateway closes the connection after it. Where it only stops, the journal still holds all that follows.
  socket.on('reload', ({ reason }) => {
    if (reason === 'stopping') return;
    mustLoad = true;
    isSpread = true;
  });

  return {
    loadAgain,
    watchWall(id) {
      wall = id;
      if (socket.connected) socket.emit('watch', { wall: id }, () => {});
    },
    close() {
      clearTimeout(timer);
      socket.removeAllListeners().disconnect();
    },
  };
}
