import { onBeforeUnmount, onMounted, ref } from 'vue';

const POINTER_MS = 3_000;

/** Nobody sits at a wall: its pointer hides after three seconds, and its screen does not go to sleep. */
export function useUnattended() {
  const isPointerHidden = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lock: WakeLockSentinel | undefined;

  function moved(): void {
    isPointerHidden.value = false;
    clearTimeout(timer);
    timer = setTimeout(() => {
      isPointerHidden.value = true;
    }, POINTER_MS);
  }

  /** The browser lets go of it whenever the page is hidden; it is missing outside a secure context. */
  async function stayAwake(): Promise<void> {
    if (document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
    lock = await navigator.wakeLock.request('screen').catch(() => undefined);
  }

  onMounted(() => {
    moved();
    void stayAwake();
    window.addEventListener('pointermove', moved, { passive: true });
    document.addEventListener('visibilitychange', stayAwake);
  });
  onBeforeUnmount(() => {
    clearTimeout(timer);
    void lock?.release();
    window.removeEventListener('pointermove', moved);
    document.removeEventListener('visibilitychange', stayAwake);
  });
  return { isPointerHidden };
}
