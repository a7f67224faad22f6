import { createHash } from 'node:crypto';
import type { Signal } from '../domain/signal.ts';

/**
 * By what the same signal is known again: the device's own message id, or else a hash of what it said and when.
 * Where the device gives no time, the second of `receivedAt` stands for it.
 */
export function identityOf(signal: Signal, receivedAt: number): string {
  if (signal.id !== undefined) return `${signal.device}:${signal.id}`;
  const when = signal.at ?? Math.floor(receivedAt / 1000);
  const said = JSON.stringify([signal.type, signal.active ?? null, signal.value ?? null, when]);
  return `${signal.device}#${createHash('sha256').update(said).digest('base64url').slice(0, 22)}`;
}
