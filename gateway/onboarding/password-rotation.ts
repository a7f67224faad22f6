import { randomInt, randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Actor } from '../domain/actor.ts';
import type { Connection, Device, DeviceId } from '../domain/device.ts';
import type { OtherEntry } from '../domain/entry.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { type Journal, type JournalQueries, JournalUnavailable } from '../journal/journal.ts';
import type { DeviceRegistry } from '../registry/registry.ts';
import type { Vault } from '../registry/vault.ts';

type Fault = Readonly<{ reason: string; text: string; code?: string }>;
export type RotationPorts = Readonly<{
  registry: Pick<DeviceRegistry, 'find' | 'put'>;
  journal: Pick<Journal, 'append'>;
  queries: Pick<JournalQueries, 'facts'>;
  vault: Vault;
  /** A fault with a `code` is the camera's own word: nothing has changed. Without one it is not known. */
  changePassword: (connection: Connection, password: string) => Promise<Result<void, Fault>>;
  tryLogin: (connection: Connection) => Promise<Result<unknown, Fault>>;
  now: () => number;
  log: Logger;
}>;

/** `unknown`: it is not known which of the two passwords holds; both are kept, and tried later. */
export type RotationOutcome = 'changed' | 'refused' | 'unknown';
export type Rotated = Readonly<{ id: DeviceId; outcome: RotationOutcome; text?: string }>;
export type RotationJob = Readonly<{
  id: string;
  owner: string;
  state: 'running' | 'done';
  startedAt: number;
  total: number;
  items: readonly Rotated[];
}>;

/** Cameras at once: each is asked some four times. */
const AT_ONCE = 4;
/** Jobs that can be asked for; the oldest go first. */
const KEPT_MAX = 20;
const LOOK_EVERY_MS = 60_000;
/** Both passwords were refused: makers lock an account after five to seven wrong ones. */
const AFTER_REFUSAL_MS = 3_600_000;
const AFTER_SILENCE_MS = 300_000;
const KEY = 'password-pending/';
/** Sixteen characters of all four kinds, which every maker takes; without those that look alike. */
const LENGTH = 16;
const KINDS = ['ABCDEFGHJKLMNPQRSTUVWXYZ', 'abcdefghijkmnopqrstuvwxyz', '23456789', '-_.!'] as const;
const FINDER: Actor = { name: 'fengsui', centre: undefined };

/**
 * Gives cameras new passwords (口令轮换). What is about to be set is in the log, sealed, before the camera is told, so that
 * a crash at any moment leaves both to try; the record takes the new one once the camera has let us in with it.
 */
export class PasswordRotations {
  readonly #ports: RotationPorts;
  readonly #jobs = new Map<string, RotationJob>();
  /** One for each camera whose password is not known for sure: when to look again. */
  readonly #pending = new Map<DeviceId, { password: string; notBefore: number }>();
  readonly #busy = new Set<DeviceId>();
  #running: Promise<void> | undefined;
  #isStopping = false;

  constructor(ports: RotationPorts) {
    this.#ports = ports;
    for (const { key, value } of ports.queries.facts(KEY)) {
      const id = key.slice(KEY.length);
      this.#pending.set(id, { password: ports.vault.open(z.string().parse(value), contextOf(id)), notBefore: 0 });
    }
  }

  /** Looks after what an earlier run left; answers the way to stop. */
  start(): () => Promise<void> {
    const timer = setInterval(() => void this.settleAll(), LOOK_EVERY_MS);
    void this.settleAll();
    return async () => {
      this.#isStopping = true;
      clearInterval(timer);
      await this.#running;
    };
  }

  /** Begins with these cameras; without a password each gets one of its own. `busy` while another is under way. */
  begin(ids: readonly DeviceId[], password: string | undefined, by: Actor): Result<Readonly<{ id: string }>, 'busy'> {
    if (this.#running !== undefined) return failed('busy');
    const id = randomUUID();
    const [oldest] = this.#jobs.keys();
    if (this.#jobs.size >= KEPT_MAX && oldest !== undefined) this.#jobs.delete(oldest);
    const about = { id, owner: by.name, startedAt: this.#ports.now(), total: ids.length };
    this.#jobs.set(id, { ...about, state: 'running', items: [] });
    this.#running = this.#carryOut(id, [...new Set(ids)], password, by).finally(() => {
      this.#running = undefined;
    });
    return ok({ id });
  }

  job = (owner: string, id: string): RotationJob | undefined => {
    const job = this.#jobs.get(id);
    return job?.owner === owner ? job : undefined;
  };

  /** Tries what is not known for sure, and keeps what holds. */
  async settleAll(): Promise<void> {
    for (const [id, { notBefore }] of this.#pending) {
      if (this.#isStopping) return;
      if (notBefore <= this.#ports.now() && !this.#busy.has(id)) await this.#alone(id, () => this.#settle(id));
    }
  }

  async #carryOut(job: string, ids: readonly DeviceId[], password: string | undefined, by: Actor): Promise<void> {
    const waiting = [...ids];
    const work = async (): Promise<void> => {
      for (let id = waiting.shift(); id !== undefined && !this.#isStopping; id = waiting.shift()) {
        this.#tell(job, await this.#one(id, password ?? makePassword(), by));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const done = this.#jobs.get(job);
    if (done !== undefined) this.#jobs.set(job, { ...done, state: 'done' });
  }

  #tell(job: string, rotated: Rotated): void {
    const { id: device, outcome, text } = rotated;
    this.#ports.log.info({ device, outcome, reason: text }, 'password of a camera');
    const present = this.#jobs.get(job);
    if (present !== undefined) this.#jobs.set(job, { ...present, items: [...present.items, rotated] });
  }

  async #one(id: DeviceId, password: string, by: Actor): Promise<Rotated> {
    const connection = this.#ports.registry.find(id)?.connection;
    if (connection?.password === undefined || this.#pending.has(id)) {
      const text = connection === undefined ? 'no such camera, or no sign-in' : 'its last change is not known yet';
      return { id, outcome: 'refused', text };
    }
    try {
      return (await this.#alone(id, () => this.#change(id, connection, password, by))) ?? { id, outcome: 'unknown' };
    } catch (error) {
      if (!(error instanceof JournalUnavailable)) throw error;
      return { id, outcome: this.#pending.has(id) ? 'unknown' : 'refused', text: 'the journal cannot store it now' };
    }
  }

  async #change(id: DeviceId, connection: Connection, password: string, by: Actor): Promise<Rotated> {
    await this.#keepPending(id, password, by);
    const set = await this.#ports.changePassword(connection, password);
    if (!set.ok && set.error.code !== undefined) {
      await this.#keepPending(id, undefined, by);
      return { id, outcome: 'refused', text: `${set.error.reason}: ${set.error.text}` };
    }
    return await this.#settle(id);
  }

  /** Which of the two passwords holds: the new one is tried first. */
  async #settle(id: DeviceId): Promise<Rotated> {
    const { registry, tryLogin, now } = this.#ports;
    const [device, pending] = [registry.find(id), this.#pending.get(id)];
    const connection = device?.connection;
    if (device === undefined || connection === undefined || pending === undefined) {
      if (pending !== undefined) await this.#keepPending(id, undefined, FINDER);
      return { id, outcome: 'refused', text: 'the camera is no longer registered' };
    }
    const fresh = { ...connection, password: pending.password };
    const asNew = await tryLogin(fresh);
    if (asNew.ok) return await this.#keep(device, fresh);
    const asOld = asNew.error.reason === 'not-authorized' ? await tryLogin(connection) : undefined;
    if (asOld?.ok === true) {
      await this.#keepPending(id, undefined, FINDER);
      return { id, outcome: 'refused', text: 'the camera kept its password' };
    }
    const isRefused = asOld?.error.reason === 'not-authorized';
    pending.notBefore = now() + (isRefused ? AFTER_REFUSAL_MS : AFTER_SILENCE_MS);
    return { id, outcome: 'unknown', text: (asOld ?? asNew).error.text };
  }

  async #keep({ version, ...device }: Device, connection: Connection): Promise<Rotated> {
    const put = await this.#ports.registry.put({ ...device, connection }, version, FINDER);
    if (!put.ok) return { id: device.id, outcome: 'unknown', text: 'its record was changed meanwhile' };
    await this.#keepPending(device.id, undefined, FINDER);
    return { id: device.id, outcome: 'changed' };
  }

  async #keepPending(device: DeviceId, password: string | undefined, by: Actor): Promise<void> {
    const sealed = password === undefined ? undefined : this.#ports.vault.seal(password, contextOf(device));
    const entry: OtherEntry = { kind: 'device-password-pending', device, sealed, by };
    const write = { subject: `password/${device}`, expectedVersion: undefined, entries: [{ entry, alarm: undefined }] };
    await this.#ports.journal.append([write]);
    if (password === undefined) this.#pending.delete(device);
    else this.#pending.set(device, { password, notBefore: 0 });
  }

  /** Seals anew what is not known for sure yet. Throws JournalUnavailable. */
  async reseal(by: Actor): Promise<void> {
    for (const [id, { password }] of this.#pending) await this.#keepPending(id, password, by);
  }

  async #alone<T>(id: DeviceId, work: () => Promise<T>): Promise<T | undefined> {
    if (this.#busy.has(id)) return undefined;
    this.#busy.add(id);
    try {
      return await work();
    } finally {
      this.#busy.delete(id);
    }
  }
}

const contextOf = (device: DeviceId): string => `pending password of ${device}`;

/** At least one character of each kind, anywhere. */
export function makePassword(): string {
  const pick = (from: string): string => from.charAt(randomInt(from.length));
  const characters = [...KINDS.map(pick), ...Array.from({ length: LENGTH - KINDS.length }, () => pick(KINDS.join('')))];
  for (let at = characters.length - 1; at > 0; at -= 1) {
    const other = randomInt(at + 1);
    [characters[at], characters[other]] = [characters[other] ?? '', characters[at] ?? ''];
  }
  return characters.join('');
}
