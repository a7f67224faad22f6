/** When a picture is decoded, in milliseconds of its viewers' time, and how much later it is shown. */
export type Moment = Readonly<{ dtsMs: number; compositionMs: number }>;

const TICKS_PER_MS = 90;
/** A picture that is shown this much before the last one is reordered (B frames); more is a jump of the clock. */
const REORDER_MAX_MS = 1000;
const STEP_MAX_MS = 10_000;

/**
 * Makes one running time of a camera's clock, which starts anywhere, wraps every 13 hours, jumps, and begins anew with
 * each connection. Over a jump or an outage the viewers' time goes on with the clock on the wall.
 */
export class Timeline {
  #rtpTime: number | undefined;
  #ms = 0;
  #at = 0;
  #hasBegun = false;
  #jumps = 0;

  /** How often the camera's clock has leapt within a connection. */
  get jumps(): number {
    return this.#jumps;
  }

  /** The next picture belongs to another connection. */
  restart(): void {
    this.#rtpTime = undefined;
  }

  /** The running time that a picture would have which came now; undefined before the first one of a connection. */
  msAt(at: number): number | undefined {
    return this.#rtpTime === undefined ? undefined : this.#ms + Math.max(0, at - this.#at);
  }

  /** `at` is when the picture came, milliseconds of any clock that does not jump. */
  next(rtpTime: number, at: number): Moment {
    const stepMs = this.#rtpTime === undefined ? Number.NaN : ((rtpTime - this.#rtpTime) | 0) / TICKS_PER_MS;
    if (stepMs < 0 && stepMs > -REORDER_MAX_MS) return this.#moment(Math.round(stepMs));
    if (stepMs >= 0 && stepMs <= STEP_MAX_MS) this.#ms += stepMs;
    else if (this.#hasBegun) this.#ms += Math.max(1, at - this.#at);
    if (stepMs < 0 || stepMs > STEP_MAX_MS) this.#jumps += 1; // no number, and no jump, in a new connection
    this.#rtpTime = rtpTime;
    this.#at = at;
    this.#hasBegun = true;
    return this.#moment(0);
  }

  #moment = (compositionMs: number): Moment => ({ dtsMs: Math.round(this.#ms), compositionMs });
}
