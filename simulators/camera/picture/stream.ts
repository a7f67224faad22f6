import { Banner, type Writing } from './banner.ts';
import { CODE_RANGE } from './frame-code.ts';
import { GOP_FRAMES, type Loop } from './loops.ts';
import { writeRow } from './slices.ts';

/** One picture: its NAL units in order, the parameter sets before a key picture. */
export type AccessUnit = Readonly<{ frame: number; isKey: boolean; nals: readonly Buffer[] }>;

/** What the banner says beside the camera's name. */
export type Caption = Readonly<{ clock: string; position: string }>;

/**
 * One stream of one camera: the scene's loop, frame by frame, under a banner that is written as it goes.
 * The loop is shared; only the banner is this camera's own.
 */
export class PictureStream {
  readonly loop: Loop;
  readonly #banner: Banner;
  #name: Writing | string | undefined;
  #next = 0; // index of the next frame in the loop
  #frame: number | undefined;

  constructor(loop: Loop) {
    this.loop = loop;
    this.#banner = new Banner(loop.size.width);
  }

  get scale(): number {
    return this.#banner.scale;
  }

  showName(name: Writing | string): void {
    this.#name = name;
    this.#banner.showName(name);
  }

  /** The picture of frame number `frame`. A key picture, unless it is the one after the last that was asked for. */
  picture(frame: number, caption: Caption): AccessUnit {
    if (this.#frame === undefined || frame !== this.#frame + 1) this.#next = this.#keyBefore(frame);
    this.#frame = frame;
    this.#banner.showClock(caption.clock);
    this.#banner.showPosition(caption.position);
    return this.#compose(frame);
  }

  /** Goes on with the next key picture, as a camera does when a viewer asks for one. */
  startWithKey(): void {
    this.#next = (Math.ceil(this.#next / GOP_FRAMES) * GOP_FRAMES) % this.loop.frames.length;
  }

  /** One key picture, on its own: the stream goes on as if it had not been asked for. */
  still(frame: number, caption: Caption): AccessUnit {
    const other = new PictureStream(this.loop);
    if (this.#name !== undefined) other.showName(this.#name);
    return other.picture(frame, caption);
  }

  /** Index of the latest key picture, were the loop to run by the clock alone. */
  #keyBefore(frame: number): number {
    return Math.floor((frame % this.loop.frames.length) / GOP_FRAMES) * GOP_FRAMES;
  }

  #compose(frame: number): AccessUnit {
    const { coding, sps, pps, frames } = this.loop;
    const scene = frames[this.#next];
    if (scene === undefined) throw new RangeError(`the loop has no frame ${this.#next}`);
    this.#next = (this.#next + 1) % frames.length;
    const { isKey } = scene.head;
    const rows = this.#banner.nextRows(frame % CODE_RANGE, isKey);
    const banner = rows.map((blocks, row) => writeRow(scene.head, coding, row, blocks));
    return { frame, isKey, nals: isKey ? [sps, pps, ...banner, scene.slice] : [...banner, scene.slice] };
  }
}
