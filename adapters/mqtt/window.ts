import type { Intake, Report } from '../../gateway/domain/signal.ts';

/** Messages that wait for the journal, decoded: reading is held at this many and freed when half of them are done. */
export const WINDOW_MAX = 2_000;
/** The same for their bytes, since a report keeps its message within reach; usually 2,000 of them are under one MiB. */
export const WINDOW_MAX_BYTES = 32 * 1024 * 1024;
/** Messages handed to the intake at once: the journal commits them together. */
export const BATCH_MAX = 512;
/** Batches with the intake at once: while the disk has one, the next is decided, and a third lies ready. */
export const UNDER_WAY_MAX = 3;

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

type Outcome = 'durable' | Readonly<{ cause: unknown }>;
type Batch<Origin> = { readonly messages: readonly Waiting<Origin>[]; outcome: Outcome | undefined };

/**
 * What was read and is not yet acknowledged, in order, on its way to the intake: some batches under way, the next one
 * gathering. Answers keep the order, whichever batch is done first. Where one is refused, so is all that came after
 * it, under way or not, and nothing more is handed over before that is said: were a later one accepted then, a
 * device's "cleared" could stand in the journal before its "active". What is under way at that moment was decided on
 * top of the refused one, and the journal refuses it by its version.
 */
export class Window<Origin> {
  readonly #ports: WindowPorts<Origin>;
  #gathering: Waiting<Origin>[] = [];
  #underWay: Batch<Origin>[] = [];
  #messagesUnderWay = 0;
  #bytes = 0;
  #isHeld = false;
  #isComing = false;
  #drained = Promise.withResolvers<void>();
  readonly counts = { accepted: 0, refused: 0 };

  constructor(ports: WindowPorts<Origin>) {
    this.#ports = ports;
    this.#drained.resolve();
  }

  /** Messages that have been read and not answered. */
  get waiting(): number {
    return this.#gathering.length + this.#messagesUnderWay;
  }

  /** Whether its owner must stop reading until `readOn`. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Takes a message always; the owner looks at `isHeld` before it reads the next one. */
  add(message: Waiting<Origin>): void {
    if (this.waiting === 0) this.#drained = Promise.withResolvers();
    this.#gathering.push(message);
    this.#bytes += message.bytes;
    this.#isHeld ||= this.#isFuller(1);
    this.#handOverSoon();
  }

  /** Forgets what has not gone to the intake and whose sender is gone, for it will come again. */
  drop(isGone: (origin: Origin) => boolean): void {
    this.#gathering = this.#gathering.filter(({ origin }) => !isGone(origin));
    this.#bytes = bytesOf(this.#gathering) + this.#underWay.reduce((sum, { messages }) => sum + bytesOf(messages), 0);
    this.#goOn();
  }

  /** Resolves when nothing waits. */
  drained = (): Promise<void> => this.#drained.promise;

  /** What stands in the same piece of the stream comes along. A batch a turn: the journal has one while the next is decided. */
  #handOverSoon(): void {
    if (this.#isComing || !this.#mayHandOver()) return;
    this.#isComing = true;
    setImmediate(() => {
      this.#isComing = false;
      if (this.#mayHandOver()) this.#handOver();
      this.#handOverSoon();
    });
  }

  /** Not behind a batch that is refused, even while one before it is still under way and so its senders have not heard. */
  #mayHandOver(): boolean {
    const isRoom = this.#gathering.length > 0 && this.#underWay.length < UNDER_WAY_MAX;
    return isRoom && this.#underWay.every(({ outcome }) => outcome === undefined || outcome === 'durable');
  }

  #handOver(): void {
    const batch: Batch<Origin> = { messages: this.#gathering.splice(0, BATCH_MAX), outcome: undefined };
    this.#underWay.push(batch);
    this.#messagesUnderWay += batch.messages.length;
    void this.#accept(batch).then((outcome) => {
      batch.outcome = outcome;
      this.#answer();
    });
  }

  async #accept({ messages }: Batch<Origin>): Promise<Outcome> {
    try {
      const reports = messages.flatMap((message) => message.reports);
      if (reports.length > 0) await this.#ports.intake.accept(reports);
      return 'durable';
    } catch (cause) {
      return { cause }; // answered by refusing: the senders keep their messages
    }
  }

  #answer(): void {
    for (let [first] = this.#underWay; first?.outcome !== undefined; [first] = this.#underWay) {
      if (first.outcome === 'durable') this.#acknowledge();
      else this.#refuse(first.outcome.cause);
    }
    this.#goOn();
  }

  #acknowledge(): void {
    const messages = this.#underWay.shift()?.messages ?? [];
    this.#forget(messages);
    this.#messagesUnderWay -= messages.length;
    this.counts.accepted += messages.length;
    this.#ports.acknowledge(messages.map(({ origin }) => origin));
  }

  /** What waits behind a refused message came after it and must not overtake it. */
  #refuse(cause: unknown): void {
    const messages = [...this.#underWay.flatMap((batch) => batch.messages), ...this.#gathering];
    this.#underWay = [];
    this.#gathering = [];
    this.#messagesUnderWay = 0;
    this.#forget(messages);
    this.counts.refused += messages.length;
    this.#ports.refuse(
      messages.map(({ origin }) => origin),
      cause,
    );
  }

  #forget(messages: readonly Waiting<Origin>[]): void {
    this.#bytes -= bytesOf(messages);
  }

  #goOn(): void {
    if (this.#gathering.length > 0) this.#handOverSoon();
    if (this.waiting === 0) this.#drained.resolve();
    if (!this.#isHeld || this.#isFuller(0.5)) return;
    this.#isHeld = false;
    this.#ports.readOn();
  }

  #isFuller(than: number): boolean {
    return this.waiting >= WINDOW_MAX * than || this.#bytes >= WINDOW_MAX_BYTES * than;
  }
}

const bytesOf = (messages: readonly Waiting<unknown>[]): number => messages.reduce((sum, { bytes }) => sum + bytes, 0);
