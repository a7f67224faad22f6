// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { defineComponent, h, ref } from 'vue';
import { OUT_OF_SIGHT_MS, useInSight } from '../../../console/src/video/use-in-sight.ts';

let tell: (isIntersecting: boolean) => void;
beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      observe = vi.fn();
      unobserve = vi.fn();
      disconnect = vi.fn();
      constructor(callback: (entries: readonly { isIntersecting: boolean }[]) => void) {
        tell = (isIntersecting) => callback([{ isIntersecting }]);
      }
    },
  );
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A picture that says whether it is in sight. */
const Picture = defineComponent(() => {
  const element = ref<HTMLElement>();
  const isInSight = useInSight(element);
  return () => h('figure', { ref: element }, String(isInSight.value));
});

async function after(ms: number, picture: ReturnType<typeof mount>): Promise<string> {
  await vi.advanceTimersByTimeAsync(ms);
  return picture.text();
}

it('gives a picture up three seconds after it left the screen, and takes it up at once when it is back', async () => {
  const picture = mount(Picture);
  tell(false);
  expect(await after(OUT_OF_SIGHT_MS - 1, picture)).toBe('true');
  expect(await after(1, picture)).toBe('false');
  tell(true);
  expect(await after(0, picture)).toBe('true');
});

it('does not give up what was scrolled past', async () => {
  const picture = mount(Picture);
  tell(false);
  await after(OUT_OF_SIGHT_MS - 1, picture);
  tell(true);
  expect(await after(OUT_OF_SIGHT_MS * 2, picture)).toBe('true');
});

it('gives up what is on a page that nobody sees', async () => {
  const picture = mount(Picture);
  const visible = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
  document.dispatchEvent(new Event('visibilitychange'));
  expect(await after(OUT_OF_SIGHT_MS, picture)).toBe('false');
  visible.mockReturnValue('visible');
  document.dispatchEvent(new Event('visibilitychange'));
  expect(await after(0, picture)).toBe('true');
  picture.unmount();
});
