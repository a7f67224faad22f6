import { ref } from 'vue';
import type { Router } from 'vue-router';

const TRIED_AS = 'fengsui.loaded-anew-at';
/** A whole load that did not help is not done again within this time. */
const AGAIN_AFTER_MS = 30_000;

/** Why a part of the console could not be fetched, for as long as the page does without it. */
export const missingPart = ref<'renewed' | 'unreachable' | undefined>();

/**
 * A page of the console is fetched when it is first opened. That fails where the gateway was upgraded since this page
 * was loaded (its parts have new names then), or where the network is away. Somebody on the way to a page gets it by
 * a whole load, if the gateway is there to give it; otherwise the page stays as it is, and says what to do.
 */
export function watchMissingParts(router: Router): void {
  const failures = new WeakSet<Error>();
  window.addEventListener('vite:preloadError', ({ payload }) => {
    failures.add(payload);
    void isGatewayThere().then((isThere) => {
      missingPart.value = isThere ? 'renewed' : 'unreachable';
    });
  });
  router.onError((error, to) => {
    if (error instanceof Error && failures.has(error)) void loadAnew(to.fullPath);
  });
  router.afterEach((_to, _from, failure) => {
    if (failure === undefined) missingPart.value = undefined;
  });
}

async function loadAnew(address: string): Promise<void> {
  const triedAt = Number(sessionStorage.getItem(TRIED_AS) ?? 0);
  if (Date.now() - triedAt < AGAIN_AFTER_MS || !(await isGatewayThere())) return;
  sessionStorage.setItem(TRIED_AS, String(Date.now()));
  location.assign(address);
}

const isGatewayThere = (): Promise<boolean> =>
  fetch('/', { method: 'HEAD', cache: 'no-store' }).then(
    ({ ok }) => ok,
    () => false,
  );
