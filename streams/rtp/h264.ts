import type { AccessUnit } from '../access-unit.ts';
import { firstMacroblockIsZero, isSlice, NAL, nalType } from '../h264/nal.ts';
import { SetStore } from '../h264/parameter-sets.ts';
import type { RtpPacket } from './packet.ts';

/** A key frame of a 4K camera is under 2 MB. */
export const UNIT_MAX_BYTES = 4 * 1024 * 1024;
/** Slices and messages of one picture; an encoder makes a dozen at most. */
const UNIT_MAX_NALS = 1024;

/** A fragment of a sane camera fills a packet of over a thousand bytes; this bounds those of a byte each. */
const UNIT_MAX_FRAGMENTS = 65_536;

const STAP_A = 24;
const FU_A = 28;

/**
 * H.264 out of RTP: single NAL units, STAP-A and FU-A, put together to whole pictures by marker and timestamp.
 * After a gap in the sequence nothing comes until the next key frame, so that no torn picture is ever shown.
 * Any step of the sequence but a repeat counts as a gap: inside TCP no packet comes late, and a camera that starts
 * its numbers anew must not be taken for one whose packets are old. Source: RFC 6184, sections 5.6 to 5.8.
 */
export class H264Depacketiser {
  readonly #onAccessUnit: (unit: AccessUnit) => void;
  readonly #sets = new SetStore();
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

  constructor(sprop: string | undefined, onAccessUnit: (unit: AccessUnit) => void) {
    this.#onAccessUnit = onAccessUnit;
    for (const text of sprop?.split(',').slice(0, 16) ?? []) this.#sets.keep(Buffer.from(text.trim(), 'base64'));
  }

  get lost(): number {
    return this.#lost;
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
    const type = nalType(payload);
    if (type >= 1 && type <= 23) this.#addNal(payload);
    else if (type === STAP_A) this.#takeAggregate(payload);
    else if (type === FU_A) this.#takeFragment(payload);
  }

  #takeAggregate(payload: Buffer): void {
    for (let at = 1; at + 2 < payload.length; ) {
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
    if (payload.length < 2) return;
    const header = payload.readUInt8(1);
    if ((header & 0x80) !== 0) this.#startFragments(payload, header);
    else if (this.#fragments.length > 0) this.#fragments.push(payload.subarray(2));
    this.#fragmentBytes += payload.length;
    if (this.#isTooLarge()) this.#dropUntilKey();
    if ((header & 0x40) === 0 || this.#fragments.length === 0) return;
    const nal = Buffer.concat(this.#fragments);
    this.#fragments = [];
    this.#fragmentBytes = 0;
    this.#addNal(nal);
  }

  #startFragments(payload: Buffer, header: number): void {
    const nalHeader = (payload.readUInt8(0) & 0xe0) | (header & 0x1f);
    this.#fragments = [Buffer.from([nalHeader]), payload.subarray(2)];
    this.#fragmentBytes = 0;
  }

  #isTooLarge = (): boolean =>
    this.#bytes + this.#fragmentBytes > UNIT_MAX_BYTES ||
    this.#nals.length > UNIT_MAX_NALS ||
    this.#fragments.length > UNIT_MAX_FRAGMENTS;

  #addNal(nal: Buffer): void {
    const type = nalType(nal);
    if (this.#sets.keep(nal)) return;
    if (type === NAL.delimiter || type === NAL.filler || type === NAL.endOfSequence || type === NAL.endOfStream) return;
    if (isSlice(type) && this.#continuesMarkedPicture(nal)) this.#markersLie = true;
    this.#nals.push(nal);
    this.#bytes += nal.length;
    if (this.#isTooLarge()) this.#dropUntilKey();
  }

  #continuesMarkedPicture = (nal: Buffer): boolean =>
    !this.#waitsForKey && this.#markedTime === this.#timestamp && !firstMacroblockIsZero(nal);

  #flush(): void {
    const nals = this.#nals;
    if (this.#fragments.length > 0)
      this.#dropUntilKey(); // a picture that ends inside a fragment is torn
    else if (nals.some((nal) => isSlice(nalType(nal)))) this.#emit(nals);
    this.#clear();
  }

  #emit(nals: readonly Buffer[]): void {
    const rtpTime = this.#timestamp ?? 0;
    if (!nals.some((nal) => nalType(nal) === NAL.idr)) {
      if (!this.#waitsForKey) this.#onAccessUnit({ codec: 'h264', nals, isKey: false, rtpTime });
      return;
    }
    const parameterSets = this.#sets.current();
    this.#waitsForKey = parameterSets === undefined; // a key frame without its sets decodes nowhere
    if (parameterSets !== undefined) this.#onAccessUnit({ codec: 'h264', nals, isKey: true, rtpTime, parameterSets });
  }
}
