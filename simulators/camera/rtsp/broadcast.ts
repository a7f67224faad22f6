import { FRAME_MS, frameAt } from '../picture/frame-code.ts';
import type { AccessUnit, Caption, PictureStream } from '../picture/stream.ts';
import type { OnAir, Viewer } from './on-air.ts';
import { onEachFrame } from './pace.ts';
import { onChannel, Packetiser, type Packets } from './rtp.ts';
import { describe } from './sdp.ts';

/** Frames between two sender reports: five seconds. */
const REPORT_FRAMES = 125;
/** Pictures sent at once after the process was held up; past that the stream goes on with a key picture. */
const CATCH_UP_FRAMES = 25;
/** Bytes that may wait for one viewer: about five seconds of the main stream. Beyond, it misses up to a key picture. */
const WAITING_MAX = 2 * 1024 * 1024;

export type BroadcastOptions = Readonly<{
  stream: PictureStream;
  name: string;
  now: () => number;
  caption: () => Caption;
}>;

/** One stream on air, while anybody watches: pictures go out at their time, the same bytes to all viewers. */
export class Broadcast implements OnAir {
  readonly #packetiser = new Packetiser();
  readonly #options: BroadcastOptions;
  readonly #viewers = new Map<Viewer, { needsKey: boolean }>();
  #last: number | undefined;
  #stopTicking: (() => void) | undefined;

  constructor(options: BroadcastOptions) {
    this.#options = options;
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  get ssrc(): number {
    return this.#packetiser.ssrc;
  }

  get sequence(): number {
    return this.#packetiser.sequence;
  }

  describe(name: string): string {
    const { sps, pps, size } = this.stream.loop;
    return describe(name, { codec: 'h264', kbits: size.kbits, sps, pps });
  }

  get stream(): PictureStream {
    return this.#options.stream;
  }

  /** The RTP time of the next picture, for the answer to PLAY. */
  nextRtpTime(): number {
    return this.#packetiser.rtpTime(this.#nextFrame());
  }

  /** The picture of this moment, on its own. */
  still(): AccessUnit {
    const { stream, now, caption } = this.#options;
    return stream.still(frameAt(now()), caption());
  }

  add(viewer: Viewer): void {
    this.#viewers.set(viewer, { needsKey: true });
    if (this.#stopTicking !== undefined) return;
    this.#last = undefined; // the first viewer starts with a key picture at once
    this.#stopTicking = onEachFrame(() => this.#tick());
  }

  remove(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    if (this.#viewers.size > 0) return;
    this.#stopTicking?.();
    this.#stopTicking = undefined;
  }

  #nextFrame(): number {
    const frame = frameAt(this.#options.now());
    return this.#last === undefined ? frame : Math.max(this.#last + 1, frame - CATCH_UP_FRAMES);
  }

  #tick(): void {
    const until = frameAt(this.#options.now());
    if (this.#last !== undefined && until < this.#last) this.#last = undefined; // the clock was put back
    for (let frame = this.#nextFrame(); frame <= until; frame += 1) this.#sendPicture(frame);
  }

  #sendPicture(frame: number): void {
    this.#last = frame;
    const picture = this.#options.stream.picture(frame, this.#options.caption());
    const packets = this.#packetiser.packets(picture);
    for (const [viewer, state] of this.#viewers) {
      if (viewer.waitingBytes() > WAITING_MAX) state.needsKey = true;
      else if (picture.isKey || !state.needsKey) {
        state.needsKey = false;
        viewer.send(onChannel(packets, viewer.channel));
      }
    }
    if (picture.isKey || frame % REPORT_FRAMES === 0) this.#sendToAll(this.#report(frame));
  }

  #report(frame: number): Packets {
    return this.#packetiser.senderReport(frame, frame * FRAME_MS, this.#options.name);
  }

  #sendToAll(packets: Packets): void {
    for (const viewer of this.#viewers.keys()) viewer.send(onChannel(packets, viewer.channel));
  }
}
