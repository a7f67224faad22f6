import { z } from 'zod';
import { toBytes } from '../codec/payload.ts';
import { type BrokerPacket, restoredPacket } from './broker-packet.ts';
import { COMMAND_TOPIC } from './commands.ts';
import type { SessionStore, StoredCommand } from './session-store.ts';

/** Commands that wait for one sleeping device; the oldest give way. */
export const QUEUE_MAX = 100;

const Expiry = z.object({ expiresAt: z.iso.datetime({ offset: true }) });

type Queued = { readonly row: number; readonly expiresAt: number; readonly packet: BrokerPacket };

/** What waits until a device wakes: its commands, each until its own time is over. In the file and in memory. */
export class CommandQueues {
  readonly #store: SessionStore;
  readonly #now: () => number;
  readonly #queues = new Map<string, Queued[]>();
  readonly #counts = { commandsExpired: 0, commandsDropped: 0 };

  constructor(store: SessionStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  counts() {
    const commandsQueued = [...this.#queues.values()].reduce((sum, queue) => sum + queue.length, 0);
    return { commandsQueued, ...this.#counts };
  }

  /** A command without a time is over at once: it must not reach a device that wakes much later. */
  add(client: string, packet: BrokerPacket): void {
    if (COMMAND_TOPIC.match(packet.topic) === undefined) return;
    const payload = toBytes(packet.payload);
    const expiresAt = expiryOf(payload);
    this.#makeRoom(client);
    const row = this.#store.enqueue({ client, topic: packet.topic, payload, qos: packet.qos, expiresAt });
    this.#queueOf(client).push({ row, expiresAt, packet: { ...packet, payload } });
  }

  restore({ id: row, client, expiresAt, ...message }: StoredCommand): void {
    this.#queueOf(client).push({ row, expiresAt, packet: restoredPacket(message, false, row) });
  }

  /** It goes out under this message id. What does not wait here is none of the queue's: it goes out once. */
  sent(client: string, { brokerId, brokerCounter, messageId }: BrokerPacket): void {
    const isIt = ({ packet }: Queued): boolean =>
      packet.brokerId === brokerId && packet.brokerCounter === brokerCounter;
    const queued = this.#queues.get(client)?.find(isIt);
    if (queued !== undefined) queued.packet.messageId = messageId;
  }

  acknowledged(client: string, messageId: number | undefined): BrokerPacket | undefined {
    const queue = this.#queues.get(client) ?? [];
    const at = queue.findIndex(({ packet }) => packet.messageId !== undefined && packet.messageId === messageId);
    const [done] = at < 0 ? [] : queue.splice(at, 1);
    if (done !== undefined) this.#store.dequeue(done.row);
    return done?.packet;
  }

  waiting(client: string): readonly BrokerPacket[] {
    this.#dropExpiredOf(client);
    return (this.#queues.get(client) ?? []).map(({ packet }) => packet);
  }

  dropExpired(): void {
    for (const client of this.#queues.keys()) this.#dropExpiredOf(client);
  }

  forget = (client: string): boolean => this.#queues.delete(client);

  #queueOf(client: string): Queued[] {
    const queue = this.#queues.get(client) ?? [];
    this.#queues.set(client, queue);
    return queue;
  }

  #makeRoom(client: string): void {
    this.#dropExpiredOf(client);
    const queue = this.#queueOf(client);
    while (queue.length >= QUEUE_MAX) {
      const oldest = queue.shift();
      if (oldest !== undefined) this.#store.dequeue(oldest.row);
      this.#counts.commandsDropped++;
    }
  }

  #dropExpiredOf(client: string): void {
    const queue = this.#queues.get(client) ?? [];
    const isOver = ({ expiresAt }: Queued): boolean => expiresAt <= this.#now();
    const over = queue.filter(isOver);
    for (const { row } of over) this.#store.dequeue(row);
    this.#counts.commandsExpired += over.length;
    const left = queue.filter((one) => !isOver(one));
    if (left.length === 0) this.#queues.delete(client);
    else if (over.length > 0) this.#queues.set(client, left);
  }
}

/** Milliseconds since 1970, 0 where it says none. */
function expiryOf(payload: Buffer): number {
  try {
    const parsed = Expiry.safeParse(JSON.parse(payload.toString('utf8')));
    return parsed.success ? Date.parse(parsed.data.expiresAt) : 0;
  } catch {
    return 0; // no JSON: no command of ours
  }
}
