import { FRAME_MS } from '../camera/picture/frame-code.ts';

/** Real cameras do not all send in the same instant: a frame's time has so many turns, and each session one of them. */
const TURNS = 8;
const TURN_MS = FRAME_MS / TURNS;
/** Turns made up for after the process was held up, a second's; past that pictures are left out. */
const CATCH_UP = 25 * TURNS;

/** Called with the number of the frame whose time it is. */
export type OnFrame = (frame: number) => void;

/** One timer for every session of every camera. Runs while there is one. */
export class Turns {
  readonly #sessions: readonly Set<OnFrame>[] = Array.from({ length: TURNS }, () => new Set());
  readonly #now: () => number;
  #count = 0;
  #next = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The frame of this moment. */
  get frame(): number {
    return Math.floor(this.#turn() / TURNS);
  }

  /** Calls `onFrame` once in each frame's time, in turn `turn`; answers the way to stop. */
  join(turn: number, onFrame: OnFrame): () => void {
    const mine = this.#sessions[turn % TURNS];
    mine?.add(onFrame);
    this.#count += 1;
    if (this.#timer === undefined) {
      this.#next = this.#turn() + 1;
      this.#schedule();
    }
    return () => {
      if (mine?.delete(onFrame) !== true) return;
      this.#count -= 1;
      if (this.#count > 0) return;
      clearTimeout(this.#timer);
      this.#timer = undefined;
    };
  }

  #turn = (): number => Math.floor(this.#now() / TURN_MS);

  #schedule(): void {
    this.#timer = setTimeout(() => this.#tick(), Math.max(0, this.#next * TURN_MS - this.#now()));
  }

  #tick(): void {
    const until = this.#turn();
    if (Math.abs(until - this.#next) > CATCH_UP) this.#next = until; // held up, or the clock was put
    for (; this.#next <= until; this.#next += 1) {
      const frame = Math.floor(this.#next / TURNS);
      for (const onFrame of [...(this.#sessions[this.#next % TURNS] ?? [])]) onFrame(frame);
    }
    if (this.#count > 0) this.#schedule();
    else this.#timer = undefined;
  }
}
