import type { Notification } from './notification.ts';

/** Messages that wait for a client that does not pull; the oldest goes first, as cameras do it. */
const QUEUE_MAX = 1000;

export type PullRequest = Readonly<{ timeoutMs: number; limit: number }>;

/** One subscription: a queue that its client pulls from, with an end of life. */
export class PullPoint {
  readonly id: string;
  readonly wants: (topic: string) => boolean;
  readonly lifetimeMs: number;
  terminatesAt = 0;
  isEnded = false;
  #queue: Notification[] = [];
  #wake: (() => void) | undefined;
  #expiry: NodeJS.Timeout | undefined;
  readonly #onExpiry: () => void;

  constructor(id: string, wants: (topic: string) => boolean, lifetimeMs: number, onExpiry: () => void) {
    this.id = id;
    this.wants = wants;
    this.lifetimeMs = lifetimeMs;
    this.#onExpiry = onExpiry;
  }

  prolong(now: number, terminatesAt: number): void {
    this.terminatesAt = terminatesAt;
    clearTimeout(this.#expiry);
    this.#expiry = setTimeout(this.#onExpiry, terminatesAt - now);
  }

  offer(notification: Notification): void {
    this.#queue.push(notification);
    if (this.#queue.length > QUEUE_MAX) this.#queue.shift();
    this.#wake?.();
  }

  /** The messages that wait, or the first that come within the timeout; none when it is over. A newer pull ends an older. */
  async pull({ timeoutMs, limit }: PullRequest): Promise<readonly Notification[]> {
    this.#wake?.();
    if (this.#queue.length === 0) await this.#somethingWithin(timeoutMs);
    return this.#queue.splice(0, limit);
  }

  end(): void {
    this.isEnded = true;
    clearTimeout(this.#expiry);
    this.#queue = [];
    this.#wake?.();
  }

  #somethingWithin(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        if (this.#wake === wake) this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      this.#wake = wake;
    });
  }
}
