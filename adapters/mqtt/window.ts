import { setImmediate } from 'node:timers/promises';
import type { Intake, Report } from '../../gateway/domain/signal.ts';

/** Messages that wait for the journal, decoded: reading is held at this many and freed when half of them are done. */
export const WINDOW_MAX = 2_000;
/** The same for their bytes, since a report keeps its message within reach; usually 2,000 of them are under one MiB. */
export const WINDOW_MAX_BYTES = 32 * 1024 * 1024;
/** Messages handed to the intake at once: the journal commits them together. */
export const BATCH_MAX = 512;

/** A decoded message, where its acknowledgement goes, and how large its body was. */
export type Waiting<Origin> = Readonly<{ reports: readonly Report[]; origin: Origin; bytes: number }>;

export type WindowPorts<Origin> = Readonly<{
  intake: Intake;
  /** These are durable, in the order in which they came. */
  acknowledge(origins: readonly Origin[]): void;
  /** The journal took none of these: whoever sent them must send them again. */
  refuse(origins: readonly Origin[], cause: unknown): void;
  /** Half of a full window is done: read on. */
  readOn(): void;
}>;

/**
 * What was read and is not yet acknowledged, in order, on its way to the intake: one batch under way, the next one
 * gathering. One only: were a second accepted after the first was refused, a device's "cleared" would stand in the
 * journal before its "active".
 */
export class Window<Origin> {
  readonly #ports: WindowPorts<Origin>;
  #gathering: Waiting<Origin>[] = [];
  #underWay: readonly Waiting<Origin>[] = [];
  #bytes = 0;
  #isHeld = false;
  #running: Promise<void> | undefined;
  readonly counts = { accepted: 0, refused: 0 };

  constructor(ports: WindowPorts<Origin>) {
    this.#ports = ports;
  }

  /** Messages that have been read and not answered. */
  get waiting(): number {
    return this.#gathering.length + this.#underWay.length;
  }

  /** Whether its owner must stop reading until `readOn`. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Takes a message always; the owner looks at `isHeld` before it reads the next one. */
  add(message: Waiting<Origin>): void {
    this.#gathering.push(message);
    this.#bytes += message.bytes;
    this.#isHeld ||= this.#isFuller(1);
    this.#running ??= this.#run();
  }

  /** Forgets what has not gone to the intake and whose sender is gone, for it will come again. */
  drop(isGone: (origin: Origin) => boolean): void {
    this.#gathering = this.#gathering.filter(({ origin }) => !isGone(origin));
    this.#bytes = bytesOf(this.#gathering) + bytesOf(this.#underWay);
    this.#makeRoom();
  }

  /** Resolves when nothing waits. */
  async drained(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    await setImmediate(); // what stands in the same piece of the stream comes along
    while (this.#gathering.length > 0) await this.#handOver(this.#gathering.splice(0, BATCH_MAX));
    this.#running = undefined;
  }

  async #handOver(batch: readonly Waiting<Origin>[]): Promise<void> {
    this.#underWay = batch;
    const fault = await this.#accept(batch.flatMap(({ reports }) => reports));
    this.#underWay = [];
    // what waits behind a refused message came after it and must not overtake it
    const done = fault === undefined ? batch : [...batch, ...this.#gathering.splice(0)];
    this.#bytes -= bytesOf(done);
    const origins = done.map(({ origin }) => origin);
    if (fault === undefined) {
      this.counts.accepted += origins.length;
      this.#ports.acknowledge(origins);
    } else {
      this.counts.refused += origins.length;
      this.#ports.refuse(origins, fault.cause);
    }
    this.#makeRoom();
  }

  async #accept(reports: readonly Report[]): Promise<{ cause: unknown } | undefined> {
    try {
      if (reports.length > 0) await this.#ports.intake.accept(reports);
      return undefined;
    } catch (cause) {
      return { cause }; // answered by refusing: the senders keep their messages
    }
  }

  #makeRoom(): void {
    if (!this.#isHeld || this.#isFuller(0.5)) return;
    this.#isHeld = false;
    this.#ports.readOn();
  }

  #isFuller(than: number): boolean {
    return this.waiting >= WINDOW_MAX * than || this.#bytes >= WINDOW_MAX_BYTES * than;
  }
}

const bytesOf = (messages: readonly Waiting<unknown>[]): number => messages.reduce((sum, { bytes }) => sum + bytes, 0);
