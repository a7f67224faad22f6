import type { SoundFrame } from './sound.ts';

/** Sound that is further from its pictures than this is brought back to them: the camera's two clocks have parted. */
const APART_MAX_MS = 400;

/**
 * Puts sound beside the pictures that come at the same moment. Its own clock counts from there, so that packets which
 * come in bursts play evenly.
 */
export class SoundClock {
  #time: number | undefined;
  #ms = 0;

  /** The next sound belongs to another connection. */
  restart(): void {
    this.#time = undefined;
  }

  /** `picturesMs`: the running time that a picture would have now. Never goes back. */
  next({ time, format }: Pick<SoundFrame, 'time' | 'format'>, picturesMs: number): number {
    const stepMs = this.#time === undefined ? Number.NaN : (((time - this.#time) | 0) * 1000) / format.sampleRate;
    const followed = this.#ms + stepMs;
    const isBeside = stepMs >= 0 && Math.abs(followed - picturesMs) <= APART_MAX_MS;
    this.#ms = isBeside ? followed : Math.max(this.#ms, picturesMs);
    this.#time = time;
    return Math.round(this.#ms);
  }
}
