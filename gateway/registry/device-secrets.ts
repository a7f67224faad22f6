import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { z } from 'zod';
import type { Actor } from '../domain/actor.ts';
import type { DeviceId } from '../domain/device.ts';
import type { OtherEntry } from '../domain/entry.ts';
import type { Journal, JournalQueries } from '../journal/journal.ts';

/** 192 random bits: nobody guesses one, however quick the hash is. */
const SECRET_BYTES = 24;
/**
 * argon2id with 1 MiB and 2 passes, half a millisecond: the secret is random, so the hash has only to be one-way and
 * compared in constant time, and 5,000 devices that come back at once must not keep the machine busy for minutes.
 */
const COST = { memoryCost: 1024, timeCost: 2, parallelism: 1 };
const Stored = z.object({ hash: z.string() });
const KEY = 'device-secret/';

type Listener = (device: DeviceId) => void;

/** The secrets with which devices sign in; the log and the memory hold their hashes only. */
export class DeviceSecrets {
  readonly #journal: Journal;
  readonly #hashes = new Map<DeviceId, string>();
  readonly #listeners = new Set<Listener>();
  #hashOfNobody: Promise<string> | undefined;

  constructor(journal: Journal, queries: JournalQueries) {
    this.#journal = journal;
    for (const { key, value } of queries.facts(KEY)) this.#hashes.set(key.slice(KEY.length), Stored.parse(value).hash);
  }

  /** A new secret for a device of the registry, durable and shown here only; the old one is worth nothing now. */
  async give(device: DeviceId, by: Actor): Promise<string> {
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    const secretHash = await hash(secret, COST);
    const entry: OtherEntry = { kind: 'device-secret-set', device, secretHash, by };
    const write = { subject: `secret/${device}`, expectedVersion: undefined, entries: [{ entry, alarm: undefined }] };
    await this.#journal.append([write]);
    this.#hashes.set(device, secretHash);
    for (const listener of this.#listeners) listener(device);
    return secret;
  }

  /** Takes as long for a device without a secret as for one with a wrong guess. */
  async matches(device: DeviceId, secret: string): Promise<boolean> {
    this.#hashOfNobody ??= hash(randomBytes(SECRET_BYTES), COST);
    const known = this.#hashes.get(device);
    const isRight = await verify(known ?? (await this.#hashOfNobody), secret);
    return isRight && known !== undefined;
  }

  /** The entry that takes a removed device's secret away: one who gets its id later must not inherit it. */
  removalOf(device: DeviceId, by: Actor): readonly OtherEntry[] {
    return this.#hashes.has(device) ? [{ kind: 'device-secret-set', device, secretHash: undefined, by }] : [];
  }

  forget = (device: DeviceId): boolean => this.#hashes.delete(device);

  /** Calls `listener` after each new secret. Returns the way to stop listening. */
  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
