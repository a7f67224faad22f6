import { onBeforeUnmount, ref, watch } from 'vue';
import type { Problem } from '../../../gateway/http/contract/problem.ts';
import type { Wall } from '../../../gateway/http/contract/video.ts';
import { ask } from '../api/request.ts';
import { useLive } from '../live/live-store.ts';

/** A wall that nobody has laid out yet. */
export const EMPTY_WALL: Omit<Wall, 'id'> = { layout: 4, tiles: [], version: 0 };

/** What the gateway holds for one wall, kept up to date by the feed; `save` changes it for everybody. */
export function useWall(id: () => string) {
  const live = useLive();
  const wall = ref<Wall>();
  const problem = ref<Problem>();
  const isOverridden = ref(false);
  const path = (): string => `/walls/${encodeURIComponent(id())}`;

  function take(found: Wall): void {
    if (found.id === id() && found.version >= (wall.value?.version ?? 0)) wall.value = found;
  }

  async function load(): Promise<void> {
    const answer = await ask<Wall>(path());
    problem.value = answer.ok || answer.problem.status === 404 ? undefined : answer.problem;
    if (answer.ok) take(answer.value);
    else if (answer.problem.status === 404) wall.value ??= { ...EMPTY_WALL, id: id() };
  }

  async function save(change: Partial<Omit<Wall, 'id' | 'version'>>): Promise<void> {
    if (wall.value === undefined) return;
    const { id: _, ...changed } = { ...wall.value, ...change };
    // The gateway takes no more tiles than the layout shows.
    const wish = { ...changed, tiles: changed.tiles.slice(0, changed.layout) };
    const answer = await ask<Wall>(path(), { method: 'PUT', body: wish });
    problem.value = answer.ok || answer.problem.status === 409 ? undefined : answer.problem;
    isOverridden.value = !answer.ok && answer.problem.status === 409;
    if (answer.ok) take(answer.value);
    else if (isOverridden.value) await load();
  }

  const unfollow = live.follow({
    wall: take,
    async load() {
      await load();
      return undefined;
    },
  });
  watch(
    id,
    (wanted) => {
      wall.value = undefined;
      live.watchWall(wanted);
      void load();
    },
    { immediate: true },
  );
  onBeforeUnmount(unfollow);
  return { wall, problem, isOverridden, load, save };
}
