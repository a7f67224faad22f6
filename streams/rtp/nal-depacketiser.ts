import type { AccessUnit, VideoCodec } from '../access-unit.ts';
import type { RtpPacket } from './packet.ts';
import type { SetStore } from './set-store.ts';

/** A key frame of a 4K camera is under 2 MB. */
export const UNIT_MAX_BYTES = 4 * 1024 * 1024;
/** Slices and messages of one picture; an encoder makes a dozen at most. */
const UNIT_MAX_NALS = 1024;
/** A fragment of a sane camera fills a packet of over a thousand bytes; this bounds those of a byte each. */
const UNIT_MAX_FRAGMENTS = 65_536;
/** The sets in a session description; more is none. */
const DESCRIBED_SETS_MAX = 16;

/** Where H.264 (RFC 6184) and H.265 (RFC 7798) differ; the rest of the two payload formats is one. */
export type NalFormat = Readonly<{
  codec: VideoCodec;
  /** What a packet's payload is, by its first bytes. */
  kindOf(payload: Buffer): 'single' | 'aggregate' | 'fragment' | 'unknown';
  /** Bytes before the first unit of an aggregate. */
  aggregateHeadBytes: number;
  /** Bytes before a fragment's own; the last of them holds the start and end bits. */
  fragmentHeadBytes: number;
  /** The header of the unit that a fragment is part of. */
  fragmentedHead(payload: Buffer): Buffer;
  /** `noise` is nothing that a decoder needs. */
  partOf(nal: Buffer): 'key' | 'slice' | 'noise' | 'other';
  beginsPicture(slice: Buffer): boolean;
  openSets(): SetStore;
}>;

/**
 * NAL units out of RTP, put together to whole pictures by marker and timestamp.
 * After a gap in the sequence nothing comes until the next key frame, so that no torn picture is ever shown.
 * Any step of the sequence but a repeat counts as a gap: inside TCP no packet comes late, and a camera that starts
 * its numbers anew must not be taken for one whose packets are old. Source: RFC 6184, sections 5.6 to 5.8; RFC 7798, 4.4.
 */
export class NalDepacketiser {
  readonly #format: NalFormat;
  readonly #onAccessUnit: (unit: AccessUnit) => void;
  readonly #sets: SetStore;
  #lost = 0;
  #sequence: number | undefined;
  #timestamp: number | undefined;
  #nals: Buffer[] = [];
  #bytes = 0;
  #fragments: Buffer[] = [];
  #fragmentBytes = 0;
  #waitsForKey = true;
  /** Timestamp of the picture that a marker ended last. */
  #markedTime: number | undefined;
  /** Some cameras mark every slice; then only a new timestamp ends a picture. */
  #markersLie = false;

  /** `described` are the parameter sets of the session description, in base64. */
  constructor(format: NalFormat, described: readonly string[], onAccessUnit: (unit: AccessUnit) => void) {
    this.#format = format;
    this.#onAccessUnit = onAccessUnit;
    this.#sets = format.openSets();
    for (const text of described.slice(0, DESCRIBED_SETS_MAX))
      this.#sets.keep(withoutTail(Buffer.from(text.trim(), 'base64')));
  }

  get lost(): number {
    return this.#lost;
  }

  /** Bytes kept for a picture that is not whole yet; never over UNIT_MAX_BYTES and a packet. */
  get heldBytes(): number {
    return this.#bytes + this.#fragmentBytes;
  }

  push(packet: RtpPacket): void {
    if (packet.sequence === this.#sequence) return;
    this.#checkSequence(packet.sequence);
    if (packet.timestamp !== this.#timestamp) {
      this.#flush();
      this.#timestamp = packet.timestamp;
    }
    this.#take(packet.payload);
    if (!packet.marker || this.#markersLie || this.#fragments.length > 0) return;
    this.#flush();
    this.#markedTime = packet.timestamp;
  }

  #checkSequence(sequence: number): void {
    const before = this.#sequence;
    this.#sequence = sequence;
    if (before === undefined) return;
    const missing = (sequence - before - 1) & 0xffff;
    if (missing === 0) return;
    this.#lost += missing < 0x8000 ? missing : 1;
    this.#dropUntilKey();
  }

  #dropUntilKey(): void {
    this.#clear();
    this.#waitsForKey = true;
  }

  #clear(): void {
    this.#nals = [];
    this.#bytes = 0;
    this.#fragments = [];
    this.#fragmentBytes = 0;
  }

  #take(payload: Buffer): void {
    if (payload.length === 0) return;
    const kind = this.#format.kindOf(payload);
    if (kind === 'single') this.#addNal(payload);
    else if (kind === 'aggregate') this.#takeAggregate(payload);
    else if (kind === 'fragment') this.#takeFragment(payload);
  }

  #takeAggregate(payload: Buffer): void {
    for (let at = this.#format.aggregateHeadBytes; at + 2 < payload.length; ) {
      const end = at + 2 + payload.readUInt16BE(at);
      if (end > payload.length) {
        this.#dropUntilKey();
        return;
      }
      if (end > at + 2) this.#addNal(payload.subarray(at + 2, end));
      at = end;
    }
  }

  #takeFragment(payload: Buffer): void {
    const { fragmentHeadBytes } = this.#format;
    if (payload.length < fragmentHeadBytes) return;
    const flags = payload.readUInt8(fragmentHeadBytes - 1);
    const piece = payload.subarray(fragmentHeadBytes);
    if ((flags & 0x80) !== 0) this.#startFragments(payload, piece);
    else if (this.#fragments.length > 0) this.#fragments.push(piece);
    this.#fragmentBytes += payload.length;
    if (this.#isTooLarge()) this.#dropUntilKey();
    if ((flags & 0x40) === 0 || this.#fragments.length === 0) return;
    const nal = Buffer.concat(this.#fragments);
    this.#fragments = [];
    this.#fragmentBytes = 0;
    this.#addNal(nal);
  }

  #startFragments(payload: Buffer, piece: Buffer): void {
    this.#fragments = [this.#format.fragmentedHead(payload), piece];
    this.#fragmentBytes = 0;
  }

  #isTooLarge = (): boolean =>
    this.#bytes + this.#fragmentBytes > UNIT_MAX_BYTES ||
    this.#nals.length > UNIT_MAX_NALS ||
    this.#fragments.length > UNIT_MAX_FRAGMENTS;

  #addNal(nal: Buffer): void {
    if (this.#sets.keep(nal)) return;
    const part = this.#format.partOf(nal);
    if (part === 'noise') return;
    if (part !== 'other' && this.#continuesMarkedPicture(nal)) this.#markersLie = true;
    this.#nals.push(nal);
    this.#bytes += nal.length;
    if (this.#isTooLarge()) this.#dropUntilKey();
  }

  #continuesMarkedPicture = (nal: Buffer): boolean =>
    !this.#waitsForKey && this.#markedTime === this.#timestamp && !this.#format.beginsPicture(nal);

  #flush(): void {
    const nals = this.#nals;
    if (this.#fragments.length > 0)
      this.#dropUntilKey(); // a picture that ends inside a fragment is torn
    else this.#emit(nals);
    this.#clear();
  }

  #emit(nals: readonly Buffer[]): void {
    const parts = nals.map((nal) => this.#format.partOf(nal));
    const { codec } = this.#format;
    const rtpTime = this.#timestamp ?? 0;
    if (parts.includes('key')) {
      const parameterSets = this.#sets.current();
      this.#waitsForKey = parameterSets === undefined; // a key frame without its sets decodes nowhere
      if (parameterSets !== undefined) this.#onAccessUnit({ codec, nals, isKey: true, rtpTime, parameterSets });
    } else if (parts.includes('slice') && !this.#waitsForKey)
      this.#onAccessUnit({ codec, nals, isKey: false, rtpTime });
  }
}

/** Some cameras describe a set with the start code of the next one behind it; no unit ends so. Source: ITU-T H.264 and H.265, 7.4.1. */
function withoutTail(nal: Buffer): Buffer {
  let end = nal.length;
  if (nal.subarray(-START_CODE.length).equals(START_CODE)) end -= START_CODE.length;
  while (end > 0 && nal[end - 1] === 0) end -= 1;
  return nal.subarray(0, end);
}
const START_CODE = Buffer.from([0, 0, 1]);
