import type { ReceivedRtp } from './packet.ts';

/** A step beyond is no loss: the sender counts anew. Source: RFC 3550, A.1 (MAX_DROPOUT, MAX_MISORDER). */
const DROPOUT_MAX = 3000;
const MISORDER_MAX = 100;
const SENDER_REPORT = 200;
const RECEIVER_REPORT = 201;
const SOURCE_DESCRIPTION = 202;
const CNAME = 1;
/** What we call ourselves: nothing of the machine. */
const NAME = Buffer.from('fengsui');
/** Longer ones are not looked through. */
const COMPOUND_MAX_BYTES = 1500;

/** What one track's receiver knows of what came, and tells its sender. Source: RFC 3550, 6.4 and appendix A. */
export class Reception {
  readonly #own: number;
  readonly #ticksPerMs: number;
  #source: number | undefined;
  #base = 0;
  #highest = 0;
  #received = 0;
  #before = { expected: 0, received: 0 };
  #jitter = 0;
  #transit: number | undefined;
  #senderReport: { middle: number; at: number } | undefined;

  /** `own` is our SSRC; `clockRate` counts the track's ticks a second. */
  constructor(own: number, clockRate: number) {
    this.#own = own >>> 0;
    this.#ticksPerMs = clockRate / 1000;
  }

  /** A packet that came at `nowMs`, of any clock that does not jump. */
  note({ sequence, timestamp, source }: Pick<ReceivedRtp, 'sequence' | 'timestamp' | 'source'>, nowMs: number): void {
    const ahead = (sequence - this.#highest) & 0xffff;
    if (source !== this.#source || (ahead >= DROPOUT_MAX && ahead <= 0x10000 - MISORDER_MAX))
      this.#begin(sequence, source);
    else if (ahead < DROPOUT_MAX) this.#highest += ahead;
    this.#received += 1;
    const transit = (Math.round(nowMs * this.#ticksPerMs) - timestamp) | 0;
    if (this.#transit !== undefined) this.#jitter += (Math.abs((transit - this.#transit) | 0) - this.#jitter) / 16;
    this.#transit = transit;
  }

  /** RTCP of the sender: when it spoke last goes into our report, so that it can tell the way there and back. */
  hear(compound: Buffer, nowMs: number): void {
    if (compound.length > COMPOUND_MAX_BYTES) return;
    for (let at = 0; at + 20 <= compound.length; at += 4 * (compound.readUInt16BE(at + 2) + 1)) {
      if (compound.readUInt8(at + 1) === SENDER_REPORT)
        this.#senderReport = { middle: compound.readUInt32BE(at + 10), at: nowMs };
    }
  }

  /** A receiver's report with our name; undefined while nothing came. */
  report(nowMs: number): Buffer | undefined {
    if (this.#source === undefined) return undefined;
    const expected = this.#highest - this.#base + 1;
    const [since, got] = [expected - this.#before.expected, this.#received - this.#before.received];
    this.#before = { expected, received: this.#received };
    const fraction = since <= 0 || got >= since ? 0 : Math.min(255, Math.floor(((since - got) * 256) / since));
    const lost = Math.min(Math.max(expected - this.#received, -0x800000), 0x7fffff);
    const report = Buffer.alloc(32);
    report.set([0x81, RECEIVER_REPORT, 0, 7]);
    report.writeUInt32BE(this.#own, 4);
    report.writeUInt32BE(this.#source, 8);
    report.writeInt32BE(lost & 0xffffff, 12);
    report.writeUInt8(fraction, 12);
    report.writeUInt32BE(this.#highest >>> 0, 16);
    report.writeUInt32BE(Math.floor(this.#jitter) >>> 0, 20);
    report.writeUInt32BE(this.#senderReport?.middle ?? 0, 24);
    const delayMs = this.#senderReport === undefined ? 0 : nowMs - this.#senderReport.at;
    report.writeUInt32BE(Math.round((delayMs * 65_536) / 1000) >>> 0, 28);
    return Buffer.concat([report, this.#description()]);
  }

  #begin(sequence: number, source: number): void {
    [this.#source, this.#base, this.#highest, this.#received] = [source, sequence, sequence, 0];
    this.#before = { expected: 0, received: 0 };
    [this.#jitter, this.#transit] = [0, undefined];
  }

  /** Each report carries a name. Source: RFC 3550, 6.1 and 6.5.1. */
  #description(): Buffer {
    const words = Math.ceil((4 + 2 + NAME.length + 1) / 4);
    const description = Buffer.alloc(4 + 4 * words);
    description.set([0x81, SOURCE_DESCRIPTION, 0, words]);
    description.writeUInt32BE(this.#own, 4);
    description.set([CNAME, NAME.length, ...NAME], 8);
    return description;
  }
}
