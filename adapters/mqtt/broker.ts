import { setTimeout } from 'node:timers/promises';
import type { Outgoing } from './commands.ts';
import type { Window } from './window.ts';

/** What the embedded broker knows besides messages: how many now, and how often since the start. */
export type BrokerCounts = Readonly<{
  connections: number;
  sessions: number;
  retained: number;
  commandsQueued: number;
  commandsExpired: number;
  /** Gave way to newer ones in a full queue. */
  commandsDropped: number;
  connectionsRefused: number;
  signInsRefused: number;
  /** On a topic of another device, or of the broker. */
  publishesRefused: number;
  /** Times that a connection was not read for a while because of its rate. */
  throttled: number;
}>;

/** What the embedded broker and an outside one have in common. */
export interface Broker {
  /** Where devices connect. */
  readonly url: string;
  readonly window: Readonly<Pick<Window<unknown>, 'waiting' | 'counts'>>;
  isConnected(): boolean;
  /** Undefined for an outside broker, which counts for itself. */
  counts(): BrokerCounts | undefined;
  /** Sends at QoS 1; undefined while there is no connection. */
  publish(topic: string, payload: string | Uint8Array): Outgoing | undefined;
  /** Reads no more, answers what was read, closes. */
  stop(): Promise<void>;
}

/** How long a stop waits for the journal. What is unanswered then was not acknowledged, so it comes again. */
const STOP_MAX_MS = 10_000;

export const drainedInTime = (window: Pick<Window<unknown>, 'drained'>): Promise<void> =>
  within(STOP_MAX_MS, window.drained());

/** Waits for `done`, but no longer. */
export async function within(ms: number, done: Promise<void>): Promise<void> {
  const limit = new AbortController();
  const over = setTimeout(ms, undefined, { signal: limit.signal }).catch(() => undefined); // aborted: done was quicker
  await Promise.race([done, over]);
  limit.abort();
}
