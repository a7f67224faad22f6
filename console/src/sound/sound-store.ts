import { defineStore } from 'pinia';
import { ref, watch } from 'vue';
import { useAlarms } from '../alarms/alarms-store.ts';
import type { Severity } from '../severity/levels.ts';
import { type Heard, nextSound } from './next-sound.ts';
import { Player } from './player.ts';

const LOOK_MS = 500;

/** Sound of the desk. Loops until the alarms that sound are accepted, or somebody silences them. */
export const useSound = defineStore('sound', () => {
  const alarms = useAlarms();
  const isReady = ref(false);
  const silenced = ref<ReadonlySet<Severity>>(new Set());
  const player = new Player((ready) => {
    isReady.value = ready;
  });
  let arrived = new Set<Severity>();
  let last: Heard | undefined;
  let timer: ReturnType<typeof setInterval> | undefined;

  const wake = (): void => player.wake();

  /** 消声: what sounds now stops; the next orange or red sounds again. */
  function mute(): void {
    silenced.value = new Set<Severity>([1, 2, 3]);
    arrived = new Set();
  }

  watch(
    () => alarms.news,
    (raised) => {
      const levels = raised.map(({ severity }) => severity);
      arrived = new Set([...arrived, ...levels]);
      if (levels.some((level) => level <= 2)) silenced.value = new Set();
    },
  );

  function look(): void {
    const waiting = new Set(alarms.unaccepted.map(({ severity }) => severity));
    const now = Date.now();
    const severity = nextSound({ waiting, arrived, last, silenced: silenced.value, now });
    if (severity !== undefined) {
      player.play(severity);
      last = { severity, at: now };
    }
    arrived = new Set();
  }

  function start(): void {
    if (timer !== undefined) return;
    timer = setInterval(look, LOOK_MS);
    wake();
    for (const gesture of ['pointerdown', 'keydown']) window.addEventListener(gesture, wake, { once: true });
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
    for (const gesture of ['pointerdown', 'keydown']) window.removeEventListener(gesture, wake);
    player.close();
  }

  return { isReady, silenced, mute, wake, start, stop };
});
