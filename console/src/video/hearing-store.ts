import { defineStore } from 'pinia';
import { ref } from 'vue';
import type { SoundAddress } from '../../../gateway/http/contract/video.ts';
import { ask } from '../api/request.ts';
import { playSound, type SoundPlayer } from './sound-player.ts';

/** Why nothing is heard, as the console has words for it. */
export type HearingTrouble = 'insecure' | 'silent' | 'decoder' | 'no-sound' | 'failed';
/** A camera that gives no sound within this time gives none. */
const SILENT_MS = 8_000;

/** The one camera that is heard on this page (听): the next one takes its place, and nothing is heard unasked. */
export const useHearing = defineStore('hearing', () => {
  const camera = ref<string>();
  const state = ref<'off' | 'opening' | 'on'>('off');
  /** Of the camera that was asked for last. */
  const trouble = ref<HearingTrouble>();
  let player: SoundPlayer | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Grows with every wish: an answer for an older one is dropped. */
  let wish = 0;

  async function listen(id: string): Promise<void> {
    stop();
    const mine = wish;
    trouble.value = undefined;
    camera.value = id;
    if (!('AudioDecoder' in window)) return fail('insecure');
    state.value = 'opening';
    const answer = await ask<SoundAddress>(`/cameras/${encodeURIComponent(id)}/sound`, { method: 'POST' });
    if (mine !== wish) return;
    const url = answer.ok ? answer.value.sources.find(({ protocol }) => protocol === 'ws-flv')?.url : undefined;
    if (url === undefined) return fail(!answer.ok && answer.problem.status === 501 ? 'no-sound' : 'failed');
    timer = setTimeout(() => fail('silent'), SILENT_MS);
    player = playSound(url, {
      onHeard: () => {
        clearTimeout(timer);
        state.value = 'on';
      },
      onEnd: (why, reason) => fail(why === 'decoder' ? 'decoder' : reason === 'no-sound' ? 'no-sound' : 'failed'),
    });
  }

  /** Of this camera, or of whichever is heard. */
  function stop(id?: string): void {
    if (id !== undefined && id !== camera.value) return;
    wish += 1;
    clearTimeout(timer);
    player?.close();
    player = undefined;
    state.value = 'off';
    if (id !== undefined) camera.value = undefined;
  }

  function fail(why: HearingTrouble): void {
    stop();
    trouble.value = why;
  }

  const isHeard = (id: string): boolean => camera.value === id && state.value !== 'off';

  return { camera, state, trouble, listen, stop, isHeard };
});
