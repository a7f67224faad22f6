import { onBeforeUnmount, type Ref, ref, watch } from 'vue';

/** A tile that nobody can see is closed after this: not at once, since people scroll and switch back. */
export const OUT_OF_SIGHT_MS = 3_000;

/** Whether `element` can be seen, or could until a moment ago: on screen, in a page that is not hidden. */
export function useInSight(element: Ref<HTMLElement | undefined>): Ref<boolean> {
  const isInSight = ref(true);
  let [isOnScreen, timer]: [boolean, ReturnType<typeof setTimeout> | undefined] = [true, undefined];

  function judge(): void {
    clearTimeout(timer);
    if (isOnScreen && document.visibilityState === 'visible') isInSight.value = true;
    else
      timer = setTimeout(() => {
        isInSight.value = false;
      }, OUT_OF_SIGHT_MS);
  }

  const observer = new IntersectionObserver((entries) => {
    isOnScreen = entries[entries.length - 1]?.isIntersecting ?? isOnScreen;
    judge();
  });
  watch(element, (now, before) => {
    if (before !== undefined) observer.unobserve(before);
    if (now !== undefined) observer.observe(now);
  });
  document.addEventListener('visibilitychange', judge);
  onBeforeUnmount(() => {
    clearTimeout(timer);
    observer.disconnect();
    document.removeEventListener('visibilitychange', judge);
  });
  return isInSight;
}
