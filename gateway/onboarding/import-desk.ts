import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Actor } from '../domain/actor.ts';
import type { Device } from '../domain/device.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { JournalUnavailable } from '../journal/journal.ts';
import type { DeviceRegistry } from '../registry/registry.ts';
import { emptyTally, preview, run, type Tally } from './import-run.ts';
import { type Head, readHead } from './judging.ts';
import { readTable } from './read-table.ts';
import type { FileFault, FileKind, Table } from './table.ts';

export type ImportFile = Readonly<{ bytes: Uint8Array; kind: FileKind }>;
/** Who imports, and which devices they may keep. */
export type Importer = Readonly<{ by: Actor; mayPut: (device: Omit<Device, 'version'>) => boolean }>;

export type ImportReport = Readonly<Tally> & Readonly<{ total: number; ignored: readonly string[] }>;
export type ImportStatus = ImportReport &
  Readonly<{
    id: string;
    state: 'running' | 'done' | 'failed';
    startedAt: number;
    endedAt: number | undefined;
    fault: string | undefined;
  }>;
/** `busy`: this person has an import under way, `id` where it has one already; `full`: too many people have. */
export type ImportFault =
  | Readonly<{ kind: 'file'; fault: FileFault }>
  | Readonly<{ kind: 'busy' }>
  | Readonly<{ kind: 'full' }>;

/** Files that are read or imported at once: each is some 100 MiB while it is read. */
const AT_ONCE = 3;
/** Imports that can be asked for, the oldest finished go first: some MiB. */
const KEPT_MAX = 50;

export type ImportPorts = Readonly<{
  registry: Pick<DeviceRegistry, 'find' | 'checked' | 'putAll'>;
  now: () => number;
  log: Logger;
}>;

type Job = Pick<ImportStatus, 'id' | 'state' | 'startedAt' | 'endedAt' | 'fault' | 'total' | 'ignored'> &
  Readonly<{ owner: string; tally: Tally }>;

/** Imports of device files (设备导入), one at a time for each person. What is durable stays when one is broken off. */
export class ImportDesk {
  readonly #ports: ImportPorts;
  readonly #busy = new Set<string>();
  readonly #jobs = new Map<string, Job>();
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  constructor(ports: ImportPorts) {
    this.#ports = ports;
  }

  /** What the file would do; nothing is kept. */
  preview(file: ImportFile, importer: Importer): Promise<Result<ImportReport, ImportFault>> {
    return this.#alone(importer.by.name, async () => {
      const read = await this.#read(file);
      if (!read.ok) return read;
      const { table, head } = read.value;
      const tally = await preview(table, head, { registry: this.#ports.registry, mayPut: importer.mayPut });
      return ok({ ...tally, total: table.rows.length, ignored: head.ignored });
    });
  }

  /** Resolves when the file is read and its rows are under way. */
  async start(file: ImportFile, importer: Importer): Promise<Result<Readonly<{ id: string }>, ImportFault>> {
    const { promise, resolve, reject } = Promise.withResolvers<Result<Readonly<{ id: string }>, ImportFault>>();
    const running = this.#alone(importer.by.name, async () => {
      const read = await this.#read(file);
      if (!read.ok) return read;
      const id = this.#begin(read.value, importer);
      resolve(ok({ id }));
      await this.#carryOut(id, read.value, importer);
      return ok(undefined);
    });
    const ended = running.then((outcome) => (outcome.ok ? undefined : resolve(outcome)), reject);
    this.#running.add(ended);
    void ended.finally(() => this.#running.delete(ended));
    return await promise;
  }

  /** An import of this person. */
  status(owner: string, id: string): ImportStatus | undefined {
    const job = this.#jobs.get(id);
    if (job?.owner !== owner) return undefined;
    const { owner: _owner, tally, ...rest } = job;
    return { ...tally, ...rest };
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  async #alone<T>(owner: string, work: () => Promise<Result<T, ImportFault>>): Promise<Result<T, ImportFault>> {
    if (this.#busy.has(owner)) return failed({ kind: 'busy' });
    if (this.#busy.size >= AT_ONCE) return failed({ kind: 'full' });
    this.#busy.add(owner);
    try {
      return await work();
    } finally {
      this.#busy.delete(owner);
    }
  }

  async #read({ bytes, kind }: ImportFile): Promise<Result<Readonly<{ table: Table; head: Head }>, ImportFault>> {
    const table = await readTable(bytes, kind);
    if (!table.ok) return failed({ kind: 'file', fault: table.error });
    const head = readHead(table.value.header);
    return head.ok ? ok({ table: table.value, head: head.value }) : failed({ kind: 'file', fault: head.error });
  }

  #begin({ table, head }: Readonly<{ table: Table; head: Head }>, { by }: Importer): string {
    const id = randomUUID();
    const ended = [...this.#jobs.values()].find(({ state }) => state !== 'running');
    if (this.#jobs.size >= KEPT_MAX && ended !== undefined) this.#jobs.delete(ended.id);
    const about = { total: table.rows.length, ignored: head.ignored, startedAt: this.#ports.now() };
    const job = { id, owner: by.name, state: 'running' as const, endedAt: undefined, fault: undefined, ...about };
    this.#jobs.set(id, { ...job, tally: emptyTally() });
    return id;
  }

  async #carryOut(id: string, read: Readonly<{ table: Table; head: Head }>, { by, mayPut }: Importer): Promise<void> {
    const job = this.#jobs.get(id);
    if (job === undefined) return;
    const { registry, log } = this.#ports;
    try {
      await run(read.table, read.head, { registry, mayPut, by }, job.tally, this.#stop.signal);
      const isWhole = job.tally.done === job.total;
      this.#end(job, isWhole ? 'done' : 'failed', isWhole ? undefined : 'the gateway stopped: send the file again');
    } catch (error) {
      const isAway = error instanceof JournalUnavailable;
      if (!isAway) log.error({ err: error, job: id }, 'an import ended by a mistake of ours');
      this.#end(job, 'failed', isAway ? 'the journal cannot store it now: send the file again' : 'see the log');
    }
  }

  #end(job: Job, state: 'done' | 'failed', fault: string | undefined): void {
    this.#jobs.set(job.id, { ...job, state, fault, endedAt: this.#ports.now() });
    const { created, changed, same, faulty } = job.tally;
    this.#ports.log.info({ job: job.id, state, created, changed, same, faulty }, 'import ended');
  }
}
