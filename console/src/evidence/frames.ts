/** As fine as any camera here sends, until a step has met two neighbours: while a clip plays, pictures may be left out. */
const GAP_S = 1 / 60;
const GAP_MIN_S = 0.005;
/** Without word of single pictures: a twenty-fifth of a second each. */
const BLIND_GAP_S = 1 / 25;
/** Half a gap each, so that a pause of over a second between two pictures is crossed as well. */
const TRIES_MAX = 60;
const PRESENTED_WITHIN_MS = 150;
const WISHED_MAX = 3;

/** Of an HTMLVideoElement, what stepping needs. */
export type Steppable = Pick<HTMLVideoElement, 'currentTime' | 'duration' | 'seeking' | 'pause' | 'addEventListener'> &
  Partial<Pick<HTMLVideoElement, 'requestVideoFrameCallback'>>;

/**
 * Steps through a clip picture by picture. A browser seeks to times, not pictures, and a camera's pictures are not
 * evenly spaced: so the time of the picture on screen is learnt from the browser (`requestVideoFrameCallback`), and a
 * step goes on until another picture stands there.
 */
export class Frames {
  readonly #video: Steppable;
  #shownAtS: number | undefined;
  #gapS: number | undefined;
  #isBusy = false;
  /** Steps to come, on or back. */
  #wished = 0;
  #onShown: (() => void) | undefined;
  /** Somebody sought, and the picture of that time is not on screen yet. */
  #isOnTheWay = false;

  constructor(video: Steppable) {
    this.#video = video;
    video.addEventListener('seeking', () => {
      this.#isOnTheWay = true;
    });
    this.#watch();
  }

  /** When the picture on screen begins, in seconds of the clip. */
  get shownAtS(): number {
    return this.#shownAtS ?? this.#video.currentTime;
  }

  /** One picture on or back. Taps that come faster than pictures are kept; a key held down does not run on after it. */
  async step(by: 1 | -1): Promise<void> {
    this.#wished = Math.min(Math.max(this.#wished + by, -WISHED_MAX), WISHED_MAX);
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#video.pause();
    while (this.#wished !== 0) {
      const next = this.#wished > 0 ? 1 : -1;
      this.#wished -= next;
      await this.#arrived();
      await this.#one(next);
    }
    this.#isBusy = false;
  }

  #one(by: 1 | -1): Promise<void> {
    if (this.#video.requestVideoFrameCallback === undefined) return this.#seek(this.shownAtS + by * BLIND_GAP_S);
    return by === 1 ? this.#on() : this.#seek(this.shownAtS - 0.001);
  }

  /** Past a picture only where two are closer together than any two that a step has met. */
  async #on(): Promise<void> {
    const fromS = this.shownAtS;
    const gapS = this.#gapS ?? GAP_S;
    for (let tried = 0; tried < TRIES_MAX && this.shownAtS <= fromS; tried++) {
      const toS = fromS + gapS * (1.01 + tried / 2);
      await this.#seek(toS);
      if (toS >= this.#video.duration) break;
    }
    const gapSeenS = this.shownAtS - fromS;
    if (gapSeenS >= GAP_MIN_S) this.#gapS = Math.min(this.#gapS ?? gapSeenS, gapSeenS);
  }

  /** Resolves when the picture of that time stands on screen. */
  async #seek(toS: number): Promise<void> {
    this.#isOnTheWay = true;
    const sought = this.#sought();
    this.#video.currentTime = Math.min(Math.max(0, toS), this.#video.duration || 0);
    await sought;
    await this.#presented();
  }

  /** A step begins at the picture that was asked for last, not at the one before it. */
  async #arrived(): Promise<void> {
    if (this.#video.seeking) await this.#sought();
    if (this.#isOnTheWay) await this.#presented();
  }

  #sought = (): Promise<void> =>
    new Promise((resolve) => {
      this.#video.addEventListener('seeked', () => resolve(), { once: true });
    });

  /** The same picture again is not always told as a new one: then the wait has an end. */
  async #presented(): Promise<void> {
    if (this.#isOnTheWay) {
      await new Promise<void>((resolve) => {
        this.#onShown = resolve;
        setTimeout(resolve, PRESENTED_WITHIN_MS);
      });
    }
    this.#onShown = undefined;
    this.#isOnTheWay = false;
  }

  #watch(): void {
    this.#video.requestVideoFrameCallback?.((_now, { mediaTime }) => {
      this.#shownAtS = mediaTime;
      if (!this.#video.seeking) this.#isOnTheWay = false;
      this.#onShown?.();
      this.#watch();
    });
  }
}
