import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import { useAlarms } from '../../alarms/alarms-store.ts';
import { newId } from '../../api/new-id.ts';
import { ask } from '../../api/request.ts';
import { useLive } from '../../live/live-store.ts';
import { useSession } from '../../session/session-store.ts';
import { useTasks } from '../tasks-store.ts';
import { type Draft, nextOf, type OutboxEntry } from './entry.ts';
import { Outbox, type Taken } from './outbox.ts';
import { openShelf, shortShelf } from './shelf.ts';

const PHOTO_TIMEOUT_MS = 60_000;

/** The phone's outbox: opened with the first page of the phone, and sending while somebody is signed in. */
export const useOutbox = defineStore('outbox', () => {
  const session = useSession();
  const live = useLive();
  const all = shallowRef<readonly OutboxEntry[]>([]);
  /** False where the phone cannot keep entries over a reload. */
  const isKept = ref(true);
  /** It was full: the last act was not taken down. */
  const isFull = ref(false);
  const entries = computed(() => all.value.filter(({ by }) => by === session.user?.username));
  const waiting = computed(() => entries.value.filter(({ state }) => state === 'waiting'));
  const refused = computed(() => entries.value.filter(({ state }) => state === 'refused'));
  const sending = computed(() => nextOf(all.value, session.user?.username ?? '')?.id);
  let opening: Promise<Outbox> | undefined;

  async function open(): Promise<Outbox> {
    const shelf = await openShelf().catch(() => {
      isKept.value = false; // said on the outbox's page
      return shortShelf();
    });
    const outbox = new Outbox({
      shelf,
      send,
      user: () => (session.isExpired ? undefined : session.user?.username),
      now: Date.now,
      newId,
      onChange: (changed) => {
        all.value = changed;
      },
      onTaken,
    });
    await outbox.open();
    window.addEventListener('online', () => outbox.hurry());
    watch(
      () => [live.state, session.isExpired, session.user?.username],
      ([state]) => {
        if (state === 'live') outbox.hurry();
      },
    );
    return outbox;
  }
  const opened = (): Promise<Outbox> => (opening ??= open());

  async function add(draft: Omit<Draft, 'by'>): Promise<boolean> {
    if (session.user === undefined) return false;
    const outbox = await opened();
    const isAdded = await outbox.add({ ...draft, by: session.user.username });
    isFull.value = !isAdded;
    return isAdded;
  }

  const again = async (id: string, changes: Record<string, unknown>, version?: number): Promise<void> =>
    (await opened()).again(id, changes, version);
  const drop = async (id: string): Promise<void> => (await opened()).drop(id);
  const hurry = async (): Promise<void> => (await opened()).hurry();
  const about = (thing: string): readonly OutboxEntry[] => entries.value.filter((entry) => entry.about === thing);

  return { entries, waiting, refused, sending, isKept, isFull, opened, add, again, drop, hurry, about };
});

/** What lies on the shelf was cloned: a proxy of Vue's cannot be. */
function send({ path, body, version, photo, key }: OutboxEntry) {
  if (photo !== undefined) return ask<Taken>(path, { method: 'POST', body: photo, key, timeoutMs: PHOTO_TIMEOUT_MS });
  return ask<Taken>(path, { method: 'POST', body: version === undefined ? body : { ...body, version }, key });
}

/** The answer is the thing as it stands now: shown at once, without waiting for the feed. */
function onTaken(_entry: OutboxEntry, answer: Taken): void {
  if ('origin' in answer) useTasks().take(answer);
  else if ('points' in answer) useTasks().takeRound(answer);
  else if ('severity' in answer) useAlarms().take(answer);
}
