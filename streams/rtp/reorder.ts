import type { RtpPacket } from './packet.ts';

/** Packets that a missing one is waited for: some 30 ms of a main stream. Then it counts as lost. */
export const WAIT_MAX = 32;
/** So many packets from before in a row: the camera counts anew. */
const OLD_MAX = 16;
const HALF = 0x8000;

/** Puts packets that came by UDP into their order again. Never holds more than WAIT_MAX. */
export class ReorderWindow {
  readonly #onPacket: (packet: RtpPacket) => void;
  readonly #waiting = new Map<number, RtpPacket>();
  #next: number | undefined;
  #old = 0;

  constructor(onPacket: (packet: RtpPacket) => void) {
    this.#onPacket = onPacket;
  }

  push(packet: RtpPacket): void {
    this.#next ??= packet.sequence;
    const ahead = (packet.sequence - this.#next) & 0xffff;
    if (ahead >= HALF && !this.#countsAnew()) return; // a repeat, or too late
    if (ahead >= HALF) this.#beginAt(packet.sequence);
    this.#old = 0;
    this.#waiting.set(packet.sequence, packet);
    this.#give();
    while (this.#waiting.size > WAIT_MAX) this.#passOver();
  }

  #countsAnew(): boolean {
    this.#old += 1;
    return this.#old > OLD_MAX;
  }

  #beginAt(sequence: number): void {
    this.#waiting.clear();
    this.#next = sequence;
  }

  /** All that follow each other. */
  #give(): void {
    for (;;) {
      const sequence = this.#next ?? 0;
      const packet = this.#waiting.get(sequence);
      if (packet === undefined) return;
      this.#waiting.delete(sequence);
      this.#next = (sequence + 1) & 0xffff;
      this.#onPacket(packet);
    }
  }

  /** What is missing does not come any more: on with the nearest that has. */
  #passOver(): void {
    const from = this.#next ?? 0;
    const nearest = [...this.#waiting.keys()].reduce((best, one) =>
      ((one - from) & 0xffff) < ((best - from) & 0xffff) ? one : best,
    );
    this.#next = nearest;
    this.#give();
  }
}
