import { FRAME_MS } from '../camera/picture/frame-code.ts';
import { GOP_FRAMES } from '../camera/picture/loops.ts';
import type { OnAir, Viewer } from '../camera/rtsp/on-air.ts';
import { onChannel, Packetiser } from '../camera/rtsp/rtp.ts';
import { describe } from '../camera/rtsp/sdp.ts';
import { isKey, type Loop } from './loop.ts';
import { framesThatArrive, spoil } from './spoiling.ts';
import type { Troubles } from './troubles.ts';
import type { Turns } from './turns.ts';

/** Frames between two sender reports: five seconds. */
const REPORT_FRAMES = 125;
/** Bytes that may wait for one client, some eight seconds; beyond, it misses up to a key picture. */
const WAITING_MAX = 512 * 1024;
/** Frames between two leaps of a clock that leaps. */
const LEAP_FRAMES = 50;

export type ShowingParts = Readonly<{
  loop: Loop;
  turns: Turns;
  turn: number;
  random: () => number;
  /** Asked for each picture: they may change while it plays. */
  troubles: () => Troubles;
  /** It plays now, or not any more. */
  onPlaying: (isPlaying: boolean) => void;
  /** The camera is to lose its power. */
  reboot: () => void;
}>;

/**
 * A loop, shown to one client. Beside its connection a client costs a packetiser and a place in the loop: packets are
 * cut already, and get its numbers, time and source as they go. Begins with a key picture, as cameras do on PLAY.
 */
export class Showing implements OnAir {
  readonly #parts: ShowingParts;
  readonly #packetiser: Packetiser;
  readonly #bornAt: number;
  #at: number;
  #last: number | undefined;
  #shown = 0;
  #leave: (() => void) | undefined;

  constructor(parts: ShowingParts) {
    this.#parts = parts;
    this.#packetiser = new Packetiser(parts.loop.described.codec);
    this.#bornAt = parts.turns.frame;
    this.#at = (parts.turn * GOP_FRAMES) % parts.loop.frames.length;
  }

  get ssrc(): number {
    return this.#packetiser.ssrc;
  }

  get sequence(): number {
    return this.#packetiser.sequence;
  }

  nextRtpTime = (): number => this.#packetiser.rtpTime(this.#parts.turns.frame + 1);

  describe = (name: string): string => describe(name, this.#parts.loop.described, this.#parts.troubles().missing ?? []);

  add(viewer: Viewer): void {
    const { turns, turn, onPlaying } = this.#parts;
    this.#leave = turns.join(turn, (frame) => this.#show(frame, viewer));
    onPlaying(true);
  }

  remove(): void {
    if (this.#leave === undefined) return;
    this.#leave();
    this.#leave = undefined;
    this.#parts.onPlaying(false);
  }

  #show(frame: number, viewer: Viewer): void {
    const troubles = this.#parts.troubles();
    this.#shown += 1;
    const playedMs = this.#shown * FRAME_MS;
    if (playedMs > (troubles.rebootAfterMs ?? Number.POSITIVE_INFINITY)) this.#parts.reboot();
    else if (playedMs > (troubles.dropAfterMs ?? Number.POSITIVE_INFINITY)) viewer.hangUp();
    else if (playedMs <= (troubles.silentAfterMs ?? Number.POSITIVE_INFINITY)) this.#send(frame, viewer, troubles);
  }

  #send(frame: number, viewer: Viewer, troubles: Troubles): void {
    const { loop, random } = this.#parts;
    const isBehind = viewer.waitingBytes() > WAITING_MAX;
    if (isBehind || (this.#last !== undefined && frame !== this.#last + 1)) this.#toNextKey();
    this.#last = frame;
    if (isBehind) return;
    const cut = loop.frames[this.#at];
    if (cut === undefined) throw new RangeError(`the loop has no frame ${this.#at}`);
    const time = frame + leap(troubles, frame - this.#bornAt);
    const own = this.#packetiser.asOwn(cut, time);
    const arriving = framesThatArrive(own, troubles.loss ?? 0, random);
    viewer.send(spoil(onChannel(arriving, viewer.channel), arriving.starts, troubles.wrong, random));
    if (this.#shown % REPORT_FRAMES === 1) viewer.send(this.#report(time, frame, viewer.channel));
    this.#at = (this.#at + 1) % loop.frames.length;
  }

  #report = (time: number, frame: number, channel: number): Buffer =>
    onChannel(this.#packetiser.senderReport(time, frame * FRAME_MS, 'cameras'), channel);

  #toNextKey(): void {
    while (!isKey(this.#at)) this.#at = (this.#at + 1) % this.#parts.loop.frames.length;
  }
}

/** How many frames the clock is off: forward in one turn, right again in the next. */
const leap = ({ clockJumpMs = 0 }: Troubles, frames: number): number =>
  Math.floor(frames / LEAP_FRAMES) % 2 === 1 ? Math.round(clockJumpMs / FRAME_MS) : 0;
