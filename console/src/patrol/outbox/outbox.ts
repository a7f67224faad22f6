import type { Alarm, Evidence } from '../../../../gateway/http/contract/alarms.ts';
import type { PatrolRound, PatrolTask } from '../../../../gateway/http/contract/patrol.ts';
import type { Answer } from '../../api/request.ts';
import { type Draft, hasRoom, judge, nextOf, type OutboxEntry, waitMs } from './entry.ts';

/** Where entries are kept over a reload. */
export interface Shelf {
  all(): Promise<readonly OutboxEntry[]>;
  put(entry: OutboxEntry): Promise<void>;
  remove(id: string): Promise<void>;
}

/** What the gateway answers to our acts: the thing as it stands after it, or the photo that it has now. */
export type Taken = Alarm | PatrolTask | PatrolRound | Evidence;

export type OutboxPorts = Readonly<{
  shelf: Shelf;
  send: (entry: OutboxEntry) => Promise<Answer<Taken>>;
  /** Whose session this is; undefined while nobody is signed in. */
  user: () => string | undefined;
  now: () => number;
  newId: () => string;
  onChange: (entries: readonly OutboxEntry[]) => void;
  onTaken: (entry: OutboxEntry, answer: Taken) => void;
}>;

/**
 * Acts that wait for a network (发件箱). Each is on the shelf before it is sent and until the gateway has taken it, under
 * one key, so that what arrives twice is done once.
 */
export class Outbox {
  readonly #ports: OutboxPorts;
  #entries: readonly OutboxEntry[] = [];
  #isRunning = false;
  #isStopped = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
  }

  get entries(): readonly OutboxEntry[] {
    return this.#entries;
  }

  async open(): Promise<void> {
    const kept = await this.#ports.shelf.all();
    const known = new Set(this.#entries.map(({ id }) => id));
    this.#set([...kept.filter(({ id }) => !known.has(id)), ...this.#entries]);
    this.hurry();
  }

  /** False where there is no room for it: it is not done, and the person must know. */
  async add(draft: Draft): Promise<boolean> {
    if (!hasRoom(this.#entries, draft)) return false;
    const { newId, now, shelf } = this.#ports;
    const n = this.#entries.reduce((most, entry) => Math.max(most, entry.n), 0) + 1;
    const plain = { version: undefined, seen: undefined, photo: undefined, problem: undefined };
    const entry: OutboxEntry = {
      ...plain,
      ...draft,
      ...{ id: newId(), key: newId(), n, at: now(), attempts: 0, nextAt: 0, state: 'waiting' },
    };
    // At once: what it was built on may be taken while the shelf is written.
    this.#set([...this.#entries, entry]);
    const isKept = await shelf.put(entry).then(
      () => true,
      () => false, // no room on the phone
    );
    if (!isKept) this.#set(this.#entries.filter(({ id }) => id !== entry.id));
    else if (!this.#entries.some(({ id }) => id === entry.id)) await shelf.remove(entry.id); // taken already
    void this.#run();
    return isKept;
  }

  /** A refused act once more, as a new one, with what the person changed in it. */
  async again(id: string, changes: Readonly<Record<string, unknown>> = {}, version?: number): Promise<void> {
    const entry = this.#entries.find((one) => one.id === id);
    if (entry === undefined) return;
    await this.#keep({
      ...entry,
      ...{ body: { ...entry.body, ...changes }, version: version ?? entry.version, key: this.#ports.newId() },
      ...{ attempts: 0, nextAt: 0, problem: undefined, state: 'waiting' },
    });
    void this.#run();
  }

  async drop(id: string): Promise<void> {
    await this.#ports.shelf.remove(id);
    this.#set(this.#entries.filter((entry) => entry.id !== id));
    void this.#run();
  }

  /** The network may be back, or somebody has signed in: what waits for its time need not. */
  hurry(): void {
    this.#set(this.#entries.map((entry) => (entry.state === 'waiting' ? { ...entry, nextAt: 0 } : entry)));
    void this.#run();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#isRunning || this.#isStopped) return;
    this.#isRunning = true;
    try {
      for (let entry = this.#due(); entry !== undefined; entry = this.#due()) if (!(await this.#sendOne(entry))) break;
    } finally {
      this.#isRunning = false;
    }
    this.#wait();
  }

  #next(): OutboxEntry | undefined {
    const user = this.#ports.user();
    return user === undefined ? undefined : nextOf(this.#entries, user);
  }

  #due(): OutboxEntry | undefined {
    const next = this.#next();
    return next !== undefined && next.nextAt <= this.#ports.now() && !this.#isStopped ? next : undefined;
  }

  #wait(): void {
    const next = this.#next();
    if (next === undefined || this.#isStopped) return;
    this.#timer = setTimeout(() => void this.#run(), Math.max(50, next.nextAt - this.#ports.now()));
  }

  /** False: nobody is signed in any more, or the network is away: the rest need not be tried now. */
  async #sendOne(entry: OutboxEntry): Promise<boolean> {
    const answer = await this.#ports.send(entry);
    if (answer.ok) {
      await this.#taken(entry, answer.value);
      return true;
    }
    const verdict = judge(entry, answer.problem);
    const attempts = entry.attempts + 1;
    if (verdict.kind === 'refused') {
      await this.#keep({ ...entry, attempts, problem: answer.problem, state: 'refused' });
      return true;
    }
    if (verdict.kind === 'moved') {
      await this.#keep({ ...entry, attempts, version: verdict.version, key: this.#ports.newId() });
      return true;
    }
    const nextAt = this.#ports.now() + waitMs(attempts);
    this.#set(this.#entries.map((one) => (one.state === 'waiting' && one.nextAt < nextAt ? { ...one, nextAt } : one)));
    await this.#keep({ ...entry, attempts, problem: answer.problem, nextAt });
    return false;
  }

  /** What waits behind it on the same thing was built on it: it goes on the version that this one led to. */
  async #taken(entry: OutboxEntry, answer: Taken): Promise<void> {
    await this.#ports.shelf.remove(entry.id);
    this.#ports.onTaken(entry, answer); // first, so that nobody sees the thing as it was with nothing waiting
    const rest = this.#entries.filter(({ id }) => id !== entry.id);
    this.#set(rest.map((one) => (one.about === entry.about ? builtOn(one, answer) : one)));
    for (const one of this.#entries) if (one.about === entry.about) await this.#ports.shelf.put(one);
  }

  async #keep(entry: OutboxEntry): Promise<void> {
    if (!this.#entries.some(({ id }) => id === entry.id)) return; // dropped meanwhile
    await this.#ports.shelf.put(entry);
    this.#set(this.#entries.map((one) => (one.id === entry.id ? entry : one)));
  }

  #set(entries: readonly OutboxEntry[]): void {
    this.#entries = entries;
    this.#ports.onChange(entries);
  }
}

function builtOn(entry: OutboxEntry, answer: Taken): OutboxEntry {
  if (entry.version === undefined || !('version' in answer)) return entry;
  const { version } = answer;
  const isAlarm = entry.seen !== undefined && 'severity' in answer;
  return { ...entry, version, seen: isAlarm ? { state: answer.state, assignee: answer.assignee } : entry.seen };
}
