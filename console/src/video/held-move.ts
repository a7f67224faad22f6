import type { PtzCommand } from '../../../gateway/http/contract/video.ts';

/** What is sent while a button is held: the gateway stops a camera that nobody moves on for a second and a half. */
const REPEAT_MS = 600;
export const MOVE_MS = 1_500;

export type Speeds = Readonly<{ pan: number; tilt: number; zoom: number }>;
/** Sends one order; false when it was refused, or did not arrive. */
export type SendOrder = (order: PtzCommand) => Promise<boolean>;

const isSame = (one: Speeds, other: Speeds): boolean =>
  one.pan === other.pan && one.tilt === other.tilt && one.zoom === other.zoom;

/**
 * A held button as orders to a camera: the move at once and again while it is held, a stop when it is let go. One order
 * goes after the other, since a stop that overtook its move would leave the camera turning.
 */
export class HeldMove {
  readonly #send: SendOrder;
  #wanted: Speeds | undefined;
  #isRunning = false;
  #wake = (): void => {};

  constructor(send: SendOrder) {
    this.#send = send;
  }

  hold(speeds: Speeds): void {
    if (this.#wanted !== undefined && isSame(this.#wanted, speeds)) return;
    this.#wanted = speeds;
    this.#wake();
    if (!this.#isRunning) void this.#run();
  }

  letGo(): void {
    this.#wanted = undefined;
    this.#wake();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#wanted !== undefined) {
      if (await this.#moveWhileWanted()) await this.#send({ act: 'stop' });
    }
    this.#isRunning = false;
  }

  /** Whether the camera moves for us when this ends; after a refusal it does not. */
  async #moveWhileWanted(): Promise<boolean> {
    for (let speeds = this.#wanted; speeds !== undefined; speeds = this.#wanted) {
      if (!(await this.#send({ act: 'move', ...speeds, timeoutMs: MOVE_MS }))) {
        this.#wanted = undefined;
        return false;
      }
      if (this.#wanted === speeds) await this.#pause();
    }
    return true;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, REPEAT_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
