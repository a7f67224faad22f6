import { FRAME_MS } from '../picture/frame-code.ts';

/** One timer paces all streams of the process: five hundred cameras cost one wake-up a frame. */
const listeners = new Set<() => void>();
let timer: NodeJS.Timeout | undefined;

/** Calls `listener` as each frame's time begins; returns the way to stop. */
export function onEachFrame(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setTimeout(tick, 0);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearTimeout(timer);
    timer = undefined;
  };
}

function tick(): void {
  timer = setTimeout(tick, FRAME_MS - (Date.now() % FRAME_MS));
  for (const listener of [...listeners]) listener();
}
