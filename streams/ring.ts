import type { AccessUnit, ParameterSets, VideoCodec } from './access-unit.ts';
import type { SoundFormat, SoundFrame } from './sound/sound.ts';
import { SoundClock } from './sound/sound-clock.ts';
import { Timeline } from './timeline.ts';

/** One picture as it came. `data` is NAL units behind their four-byte lengths. */
export type Picture = Readonly<{
  data: Buffer;
  isKey: boolean;
  /** When the gateway had it, milliseconds since 1970. */
  at: number;
  /** The camera's own running time, as viewers see it. */
  dtsMs: number;
  compositionMs: number;
}>;
/** A piece of sound as it came, on the same running time as the pictures. */
export type KeptSound = Readonly<{ format: SoundFormat; data: Buffer; at: number; dtsMs: number }>;
/** A key frame and what builds on it (GOP): what is kept or dropped whole. */
export type Group = Readonly<{
  codec: VideoCodec;
  sets: ParameterSets;
  pictures: readonly Picture[];
  sounds: readonly KeptSound[];
  /** The stream had broken off before it. */
  isAfterBreak: boolean;
}>;
type Growing = {
  codec: VideoCodec;
  sets: ParameterSets;
  pictures: Picture[];
  sounds: KeptSound[];
  isAfterBreak: boolean;
  bytes: number;
  /** What is left of the last sheet. */
  sheet: Buffer;
};

/** Pictures of a group lie behind each other on sheets of this size; a larger one has its own. */
const SHEET_BYTES = 32 * 1024;

/** What a ring costs is counted over all rings of the process. */
export interface RingBudget {
  enter(ring: Ring): void;
  leave(ring: Ring): void;
  /** `bytes` more are held, or less; it may drop groups of any ring, this one too. */
  changed(bytes: number): void;
}

/** The last seconds (预录) of one stream, compressed, by whole picture groups. Bounded by time here, by bytes in the budget. */
export class Ring {
  readonly #keepMs: number;
  readonly #budget: RingBudget;
  readonly #timeline = new Timeline();
  readonly #soundClock = new SoundClock();
  readonly #groups: Growing[] = [];
  readonly #pins = new Set<Readonly<{ from: number }>>();
  #isBroken = false;
  /** Kept by its camera's own right, not only for the minute after an alarm. */
  isArmed = false;

  constructor(keepMs: number, budget: RingBudget) {
    this.#keepMs = keepMs;
    this.#budget = budget;
    budget.enter(this);
  }

  get groups(): readonly Group[] {
    return this.#groups;
  }

  get bytes(): number {
    return this.#groups.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** When the oldest picture came; undefined while there is none. */
  get oldestAt(): number | undefined {
    return this.#groups[0]?.pictures[0]?.at;
  }

  /** Whether a clip waits for what is in it. */
  get isPinned(): boolean {
    return this.#pins.size > 0;
  }

  /** Keeps everything from `from` on, as far as the budget allows; answers the way to let go. */
  pin(from: number): () => void {
    const pin = { from };
    this.#pins.add(pin);
    return () => void this.#pins.delete(pin);
  }

  add(unit: AccessUnit, data: Buffer, at: number): void {
    if (unit.parameterSets !== undefined) this.#begin(unit.codec, unit.parameterSets, at);
    const growing = this.#groups.at(-1);
    if (growing === undefined || this.#isBroken) return; // a group was dropped whole: its rest would decode nowhere
    const own = kept(growing, data);
    growing.pictures.push({ data: own, isKey: unit.isKey, at, ...this.#timeline.next(unit.rtpTime, at) });
    growing.bytes += data.length;
    this.#budget.changed(data.length);
  }

  addSound(frame: SoundFrame, at: number): void {
    const [growing, picturesMs] = [this.#groups.at(-1), this.#timeline.msAt(at)];
    if (growing === undefined || picturesMs === undefined || this.#isBroken) return;
    const dtsMs = this.#soundClock.next(frame, picturesMs);
    growing.sounds.push({ format: frame.format, data: kept(growing, frame.data), at, dtsMs });
    growing.bytes += frame.data.length;
    this.#budget.changed(frame.data.length);
  }

  /** What comes next belongs to another connection. */
  interrupt(): void {
    this.#timeline.restart();
    this.#soundClock.restart();
    this.#isBroken = true;
  }

  /** Drops the oldest group; answers how many bytes that freed. */
  dropOldest(): number {
    const dropped = this.#groups.shift();
    if (this.#groups.length === 0) this.#isBroken = true;
    return dropped?.bytes ?? 0;
  }

  close(): void {
    this.#budget.leave(this);
    let bytes = 0;
    while (this.#groups.length > 0) bytes += this.dropOldest();
    this.#budget.changed(-bytes);
  }

  #begin(codec: VideoCodec, sets: ParameterSets, at: number): void {
    const isAfterBreak = this.#isBroken && this.#groups.length > 0;
    this.#isBroken = false;
    this.#groups.push({ codec, sets, pictures: [], sounds: [], isAfterBreak, bytes: 0, sheet: Buffer.alloc(0) });
    this.#dropBefore(Math.min(at - this.#keepMs, ...[...this.#pins].map(({ from }) => from)));
  }

  /** The group that was running at that moment stays. */
  #dropBefore(moment: number): void {
    let bytes = 0;
    for (let next = this.#groups[1]; next !== undefined; next = this.#groups[1]) {
      const nextAt = next.pictures[0]?.at;
      if (nextAt === undefined || nextAt > moment) break;
      bytes += this.dropOldest();
    }
    if (bytes > 0) this.#budget.changed(-bytes);
  }
}

/**
 * A copy, since Node cuts small buffers out of pages that they share: what the hub was given would keep four times its
 * size alive for as long as it is kept (measured).
 */
function kept(growing: Growing, data: Buffer): Buffer {
  if (growing.sheet.length < data.length) growing.sheet = Buffer.allocUnsafeSlow(Math.max(SHEET_BYTES, data.length));
  const own = growing.sheet.subarray(0, data.length);
  data.copy(own);
  growing.sheet = growing.sheet.subarray(data.length);
  return own;
}
