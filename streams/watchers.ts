import type { FlvViewer } from './flv-viewer.ts';
import type { Broadcast } from './hub.ts';

/** Who watches one broadcast; when nobody uses it any more, it is let go after a while. */
export class Watchers {
  readonly #broadcast: Broadcast;
  readonly #lingerMs: number;
  readonly #isUsedElse: () => boolean;
  readonly #onUnused: () => void;
  readonly #viewers = new Set<FlvViewer>();
  #linger: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** `isUsedElse`: whether something besides viewers needs it, such as a recording. */
  constructor(broadcast: Broadcast, lingerMs: number, onUnused: () => void, isUsedElse: () => boolean = () => false) {
    this.#broadcast = broadcast;
    this.#lingerMs = lingerMs;
    this.#onUnused = onUnused;
    this.#isUsedElse = isUsedElse;
  }

  get size(): number {
    return this.#viewers.size;
  }

  join(viewer: FlvViewer): void {
    this.stay();
    this.#viewers.add(viewer);
    this.#broadcast.join(viewer);
  }

  leave(viewer: FlvViewer): void {
    if (!this.#viewers.delete(viewer)) return;
    this.#broadcast.leave(viewer);
    this.lingerIfUnused();
  }

  /** Lets viewers notice that time has passed. */
  tick(): void {
    for (const viewer of this.#viewers) viewer.tick();
  }

  /** It is needed: whatever was about to let it go does not. */
  stay(): void {
    clearTimeout(this.#linger);
  }

  lingerIfUnused(): void {
    if (this.#isClosed || this.#viewers.size > 0 || this.#isUsedElse()) return;
    clearTimeout(this.#linger);
    this.#linger = setTimeout(this.#onUnused, this.#lingerMs);
  }

  close(reason?: string): void {
    this.#isClosed = true;
    clearTimeout(this.#linger);
    for (const viewer of [...this.#viewers]) viewer.close(reason);
    this.#viewers.clear();
    this.#broadcast.close();
  }
}
