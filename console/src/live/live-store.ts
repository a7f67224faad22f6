import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { Change, DeviceChange, TaskChange } from '../../../gateway/http/contract/live.ts';
import type { Wall } from '../../../gateway/http/contract/video.ts';
import { type Feed, type FeedSocket, openFeed, openSocket } from './feed.ts';
import { Gathering } from './gathering.ts';
import { freshness } from './staleness.ts';

/** How often ages and clocks on screen move on. */
const STEP_MS = 500;
const BACK_NOTE_MS = 5_000;

export type Follower = Readonly<{
  /** Changes of one batch, in the journal's order. */
  changes?: (batch: readonly Change[]) => void;
  device?: (change: DeviceChange) => void;
  task?: (change: TaskChange) => void;
  wall?: (wall: Wall) => void;
  /** Load everything again; answers with the seq that the answer reflects, undefined if it could not be loaded. */
  load?: () => Promise<number | undefined>;
}>;

/** The one connection of this page: how old what it shows is, the gateway's time, and who follows the changes. */
export const useLive = defineStore('live', () => {
  const localNow = ref(Date.now());
  const heardAt = ref(Date.now());
  const offsetMs = ref(0);
  const seq = ref<number>();
  const attempts = ref(0);
  const isOpen = ref(false);
  const caughtUp = ref<{ count: number; at: number }>();
  const wasReloaded = ref(false);
  const followers = shallowRef<readonly Follower[]>([]);

  const silenceMs = computed(() => Math.max(0, localNow.value - heardAt.value));
  const state = computed(() => (isOpen.value ? freshness(silenceMs.value) : 'live'));
  /** The gateway's time now, in milliseconds since 1970. */
  const now = computed(() => localNow.value + offsetMs.value);
  /** The gateway's time of the newest data on screen. */
  const dataAt = computed(() => heardAt.value + offsetMs.value);
  const isBack = computed(() => caughtUp.value !== undefined && localNow.value - caughtUp.value.at < BACK_NOTE_MS);

  let feed: Feed | undefined;
  let clock: ReturnType<typeof setInterval> | undefined;
  let catching: { count: number } | undefined;
  let wall: string | undefined;

  const gathering = new Gathering<Change>((batch) => {
    for (const follower of followers.value) follower.changes?.(batch);
  });

  function heard(at: string): void {
    const local = Date.now();
    heardAt.value = local;
    localNow.value = local;
    offsetMs.value = Date.parse(at) - local;
  }

  function advance(to: number): void {
    seq.value = Math.max(seq.value ?? 0, to);
    // Old entries carry old times: the clock is set by ticks and the hand-shake only.
    heardAt.value = Date.now();
  }

  async function load(): Promise<boolean> {
    gathering.clear();
    const loaded = await Promise.all(followers.value.map((follower) => follower.load?.()));
    const seqs = loaded.filter((found): found is number => found !== undefined);
    if (seqs.length === 0) return false;
    seq.value = Math.min(...seqs);
    return true;
  }

  function subscribed(last: number, at: string, isReturn: boolean): void {
    heard(at);
    seq.value ??= last;
    attempts.value = 0;
    if (!isReturn) return;
    catching ??= { count: 0 };
    setTimeout(finishCatching, STEP_MS * 2);
  }

  function finishCatching(): void {
    gathering.flush();
    if (catching !== undefined) caughtUp.value = { count: catching.count, at: Date.now() };
    catching = undefined;
  }

  function open(socket: FeedSocket, onRefused: () => void): void {
    feed = openFeed(socket, () => seq.value, {
      changes(batch) {
        for (const change of batch) gathering.add(change);
        if (catching !== undefined) catching.count += batch.length;
        advance(batch[batch.length - 1]?.seq ?? 0);
      },
      device(change) {
        advance(change.seq);
        for (const follower of followers.value) follower.device?.(change);
      },
      task(change) {
        advance(change.seq);
        for (const follower of followers.value) follower.task?.(change);
      },
      tick(tick) {
        advance(tick.seq);
        heard(tick.at);
      },
      wall(wall) {
        for (const follower of followers.value) follower.wall?.(wall);
      },
      subscribed,
      async load() {
        wasReloaded.value = await load();
        return wasReloaded.value;
      },
      attempt(count) {
        attempts.value = count;
        wasReloaded.value = false;
        catching = { count: 0 };
      },
      refused: onRefused,
    });
    if (wall !== undefined) feed.watchWall(wall);
  }

  /** Loads what the followers show, then opens the feed from there. Does nothing while it is open. */
  async function start(token: string, onRefused: () => void, connect = openSocket): Promise<void> {
    if (isOpen.value) return;
    isOpen.value = true;
    heardAt.value = Date.now();
    clock = setInterval(() => {
      localNow.value = Date.now();
    }, STEP_MS);
    await load();
    heardAt.value = Date.now();
    if (isOpen.value) open(connect(token), onRefused);
  }

  function stop(): void {
    feed?.close();
    clearInterval(clock);
    gathering.clear();
    feed = undefined;
    seq.value = undefined;
    attempts.value = 0;
    isOpen.value = false;
  }

  /** Takes part in the feed until the returned function is called. */
  function follow(follower: Follower): () => void {
    followers.value = [...followers.value, follower];
    return () => {
      followers.value = followers.value.filter((one) => one !== follower);
    };
  }

  /** Loads again by hand, after a load that failed. */
  const loadAgain = (): void => feed?.loadAgain();

  function watchWall(id: string): void {
    wall = id;
    feed?.watchWall(id);
  }

  return {
    now,
    dataAt,
    silenceMs,
    state,
    localNow,
    seq,
    attempts,
    isOpen,
    isBack,
    caughtUp,
    wasReloaded,
    start,
    stop,
    follow,
    loadAgain,
    watchWall,
  };
});
