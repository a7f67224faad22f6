import { computed, onBeforeUnmount, onMounted, ref, watch } from 'vue';
import type { Problem } from '../../../gateway/http/contract/problem.ts';
import type { PictureBox, PtzCommand, PtzState } from '../../../gateway/http/contract/video.ts';
import { ask } from '../api/request.ts';
import { useLive } from '../live/live-store.ts';
import { HeldMove } from './held-move.ts';

/** Who else steers is asked for this often: so late a taken camera shows by itself; a refusal shows it at once. */
const LOOK_MS = 3_000;
const HELD = 'fengsui:ptz-held';

/** One camera's head: what it can do, who has it, and orders to it. */
export function usePtz(camera: () => string) {
  const live = useLive();
  const state = ref<PtzState>();
  const problem = ref<Problem>();
  const path = (): string => `/cameras/${encodeURIComponent(camera())}/ptz`;

  async function look(): Promise<void> {
    const asked = path();
    const answer = await ask<PtzState>(asked);
    if (answer.ok && asked === path()) state.value = answer.value;
  }

  async function send(order: PtzCommand): Promise<boolean> {
    const answer = await ask<unknown>(path(), { method: 'POST', body: order });
    const isHeld = !answer.ok && answer.problem.type === HELD;
    problem.value = answer.ok || isHeld ? undefined : answer.problem;
    if (isHeld) showHolder(answer.problem);
    else if (order.act !== 'move') void look();
    return answer.ok;
  }

  function showHolder({ holder, until }: Problem): void {
    if (state.value === undefined || holder === undefined || until === undefined) return;
    state.value = { ...state.value, holder, until, mayTake: false };
  }

  const leftMs = computed(() => Math.max(0, Date.parse(state.value?.until ?? '') - live.now) || 0);
  /** Whoever has it, while they have it. */
  const holder = computed(() => (leftMs.value > 0 ? state.value?.holder : undefined));
  const mayTake = computed(() => holder.value === undefined || state.value?.mayTake === true);

  const held = new HeldMove(send);
  let timer: ReturnType<typeof setInterval> | undefined;
  onMounted(() => {
    void look();
    timer = setInterval(() => document.visibilityState === 'visible' && void look(), LOOK_MS);
    window.addEventListener('blur', letGo);
  });
  onBeforeUnmount(() => {
    clearInterval(timer);
    window.removeEventListener('blur', letGo);
    held.letGo();
  });
  watch(camera, () => {
    held.letGo();
    state.value = undefined;
    problem.value = undefined;
    void look();
  });
  function letGo(): void {
    held.letGo();
  }

  return {
    state,
    problem,
    holder,
    leftMs,
    mayTake,
    hold: (speeds: Parameters<HeldMove['hold']>[0]) => held.hold(speeds),
    letGo,
    zoomTo: (box: PictureBox) => send({ act: 'zoom-to', box }),
    goTo: (preset: string) => send({ act: 'preset', preset }),
    release: () => send({ act: 'release' }),
  };
}
