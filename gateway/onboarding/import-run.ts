import { setImmediate as rest } from 'node:timers/promises';
import type { Actor } from '../domain/actor.ts';
import type { Device } from '../domain/device.ts';
import type { Result } from '../domain/result.ts';
import type { DeviceFault, DeviceRegistry } from '../registry/registry.ts';
import { faultOf, type Head, type Judged, type JudgePorts, type RowFault, RowJudge } from './judging.ts';
import { inColumn } from './row.ts';
import type { Table } from './table.ts';

/** Devices in one transaction of the journal. */
const BATCH = 500;
/** Rows that are judged in one go: a few milliseconds, then the rest of the house has its turn. */
const SLICE = 100;
/** Faults and changes that are listed, the first of each; all are counted. */
const LISTED_MAX = 1_000;

export type Listed = Readonly<{ line: number; id: string; outcome: 'new' | 'changed' }>;

/** What an import did so far, or would do. */
export type Tally = {
  done: number;
  created: number;
  changed: number;
  same: number;
  faulty: number;
  readonly faults: RowFault[];
  readonly changes: Listed[];
};

export const emptyTally = (): Tally => ({
  done: 0,
  created: 0,
  changed: 0,
  same: 0,
  faulty: 0,
  faults: [],
  changes: [],
});

/** Counts what the rows would do. */
export async function preview(table: Table, head: Head, ports: JudgePorts): Promise<Tally> {
  const tally = emptyTally();
  for await (const judged of slices(table, head, ports)) for (const one of judged) count(tally, one);
  return tally;
}

export type RunPorts = JudgePorts & Readonly<{ registry: Pick<DeviceRegistry, 'putAll'>; by: Actor }>;

/** Keeps what is good, and counts it as soon as it is durable. Throws JournalUnavailable: sent again, it goes on. */
export async function run(table: Table, head: Head, ports: RunPorts, tally: Tally, stop: AbortSignal): Promise<void> {
  let waiting: Judged[] = [];
  for await (const judged of slices(table, head, ports)) {
    if (stop.aborted) return;
    for (const one of judged) {
      if ('put' in one) waiting.push(one);
      else count(tally, one);
    }
    if (waiting.length < BATCH) continue;
    await keep(waiting, ports, tally);
    waiting = [];
  }
  await keep(waiting, ports, tally);
}

async function keep(waiting: readonly Judged[], { registry, by }: RunPorts, tally: Tally): Promise<void> {
  const puts = waiting.flatMap((one) => ('put' in one ? [one.put] : []));
  const outcomes = puts.length === 0 ? [] : await registry.putAll(puts, by);
  for (const [at, one] of waiting.entries()) count(tally, withOutcome(one, outcomes[at]));
}

/** What the registry refused, such as a device that somebody else changed meanwhile, is a fault of the row. */
function withOutcome(one: Judged, outcome: Result<Device, DeviceFault> | undefined): Judged {
  if (outcome?.ok !== false) return one;
  const { line, id } = one;
  const { field, value, expected } = inColumn(faultOf(outcome.error));
  return { line, id, outcome: 'faulty', faults: [{ line, field, value, expected }] };
}

async function* slices(table: Table, head: Head, ports: JudgePorts): AsyncGenerator<readonly Judged[]> {
  const judge = new RowJudge(ports, head);
  for (let at = 0; at < table.rows.length; at += SLICE) {
    yield table.rows.slice(at, at + SLICE).map((row) => judge.judge(row));
    await rest();
  }
}

function count(tally: Tally, one: Judged): void {
  tally.done += 1;
  switch (one.outcome) {
    case 'new':
    case 'changed':
      tally[one.outcome === 'new' ? 'created' : 'changed'] += 1;
      if (tally.changes.length < LISTED_MAX) tally.changes.push({ line: one.line, id: one.id, outcome: one.outcome });
      return;
    case 'same':
      tally.same += 1;
      return;
    case 'faulty':
      tally.faulty += 1;
      tally.faults.push(...one.faults.slice(0, LISTED_MAX - tally.faults.length));
      return;
    default:
      one satisfies never;
  }
}
