import type { Head, Message } from './frame.ts';

/** Messages of which parts are missing, of all terminals; 64 of at most 64 parts of 1 KiB each are 4 MiB. */
const PENDING_MAX = 64;
const PARTS_MAX = 64;
/** What is not whole by then never will be. */
const PENDING_MS = 60_000;

type Pending = { readonly since: number; readonly parts: Map<number, Readonly<{ body: Buffer; serial: number }>> };
/** The whole message, and the serial of each of its parts, for the answers. */
export type Joined = Readonly<{ message: Message; serials: readonly number[] }>;

/** Puts messages in several parts (分包) together again. */
export class SplitMessages {
  readonly #pending = new Map<string, Pending>();

  /** Undefined while a part is missing; the parts of one message have serials in a row. */
  add({ head, body }: Message, at: number): Joined | undefined | 'too-many' {
    const { split, phone, id, serial } = head;
    if (split === undefined) return { message: { head, body }, serials: [serial] };
    if (split.total > PARTS_MAX || split.index < 1 || split.index > split.total) return 'too-many';
    const key = `${phone} ${id} ${split.total} ${(serial - split.index) & 0xffff}`;
    const pending = this.#pendingOf(key, at);
    pending.parts.set(split.index, { body, serial });
    if (pending.parts.size < split.total) return undefined;
    this.#pending.delete(key);
    return joined(head, pending);
  }

  #pendingOf(key: string, at: number): Pending {
    for (const [old, { since }] of this.#pending) if (at - since > PENDING_MS) this.#pending.delete(old);
    const known = this.#pending.get(key);
    if (known !== undefined) return known;
    if (this.#pending.size >= PENDING_MAX) this.#pending.delete(this.#pending.keys().next().value ?? '');
    const pending: Pending = { since: at, parts: new Map() };
    this.#pending.set(key, pending);
    return pending;
  }
}

function joined(head: Head, { parts }: Pending): Joined {
  const inOrder = [...parts].sort(([a], [b]) => a - b).map(([, part]) => part);
  return {
    message: { head: { ...head, split: undefined }, body: Buffer.concat(inOrder.map(({ body }) => body)) },
    serials: inOrder.map(({ serial }) => serial),
  };
}
