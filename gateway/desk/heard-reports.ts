import { hash } from 'node:crypto';
import { SeenSignals } from '../alarms/seen.ts';
import type { OtherEntry } from '../domain/entry.ts';
import type { Recorded } from '../journal/journal.ts';

/**
 * Measurements, doors and dead letters that were heard lately, so that what a broker delivers again is there once.
 * As many as of signals are remembered, apart from them: values never push an alarm's identity out.
 */
export class HeardReports {
  readonly #seen = new SeenSignals();
  /** Those on their way to the disk: bounded by the windows of the adapters. */
  readonly #underWay = new Map<string, Promise<void>>();

  /** At start, from the end of the log. */
  remember({ entry, at }: Recorded): void {
    const identity = identityOfReport(entry, at);
    if (identity !== undefined) this.#seen.add(identity);
  }

  /** Stores the entry, unless it is there; resolves once it is durable, whichever delivery brought it. */
  once(entry: OtherEntry, receivedAt: number, store: () => Promise<void>): Promise<void> {
    const identity = identityOfReport(entry, receivedAt);
    if (identity === undefined) return store();
    if (this.#seen.has(identity)) return this.#underWay.get(identity) ?? Promise.resolve();
    this.#seen.add(identity);
    const stored = this.#untilStored(identity, store);
    this.#underWay.set(identity, stored);
    return stored;
  }

  async #untilStored(identity: string, store: () => Promise<void>): Promise<void> {
    try {
      await store();
    } catch (error) {
      this.#seen.delete(identity); // its next delivery must count
      throw error;
    } finally {
      this.#underWay.delete(identity);
    }
  }
}

/**
 * By what a report is known again, made of its entry, so that a start finds it in the log: the device's own id, or what
 * it said and when. Without a time of the device's that is the gateway's, in which a later delivery differs: such
 * values count twice. A message that nobody could read has no time; the same one in the same second is one.
 */
function identityOfReport(entry: Recorded['entry'], at: number): string | undefined {
  switch (entry.kind) {
    case 'telemetry': {
      const { device, values, place } = entry.telemetry;
      return digest('telemetry', device, entry.telemetry.at ?? at, values, place);
    }
    case 'access': {
      const { device, id, result, direction, credential } = entry.access;
      const said = id === undefined ? [entry.access.at ?? at, result, direction, credential] : [id];
      return digest('access', device, ...said);
    }
    case 'dead-letter': {
      const { topic, device, payload, fault } = entry.letter;
      return digest('dead-letter', topic, device, payload, fault, Math.floor(at / 1000));
    }
    default:
      return undefined;
  }
}

const digest = (...said: readonly unknown[]): string => hash('sha256', JSON.stringify(said), 'base64url');
