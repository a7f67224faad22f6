import Sqlite from 'better-sqlite3';
import { z } from 'zod';
import { type City, type Group, sees } from './city.ts';
import type { Finishing } from './finishing.ts';
import { type Program, startProgram } from './program.ts';

/** One process cannot read 2,000 sockets as fast as they are written, and would measure itself. */
const PROCESSES = 2;
const BUCKET_MS = 0.1;

const Report = z.object({
  delays: z.record(z.string(), z.number()),
  lists: z.array(z.object({ group: z.int(), screens: z.int(), seqs: z.custom<number[]>(Array.isArray) })),
  bytes: z.int(),
  reloads: z.int(),
});
export type Span = Readonly<{ from: number; to: number }>;
export const Span = z.object({ from: z.number(), to: z.number() });

/** Sends an order and waits for its answer. */
export async function ask(program: Program, name: string, value: unknown = {}): Promise<unknown> {
  const answer = program.said(name);
  program.child.send([name, value]);
  return answer;
}

/** All that screens heard: delays in milliseconds, and the different lists of seqs that the screens of a group have. */
export class Heard {
  readonly lists: z.infer<typeof Report>['lists'] = [];
  readonly #delays = new Map<number, number>();
  bytes = 0;
  reloads = 0;

  add(report: unknown): void {
    const { delays, lists, bytes, reloads } = Report.parse(report);
    for (const [bucket, count] of Object.entries(delays)) {
      this.#delays.set(Number(bucket), (this.#delays.get(Number(bucket)) ?? 0) + count);
    }
    this.lists.push(...lists);
    this.bytes = Math.max(this.bytes, bytes);
    this.reloads += reloads;
  }

  get count(): number {
    return [...this.#delays.values()].reduce((sum, count) => sum + count, 0);
  }

  /** The delay that this part of all that was heard did not exceed. */
  delayMs(part: number): number {
    let left = this.count * part;
    for (const [bucket, count] of [...this.#delays].sort(([a], [b]) => a - b)) {
      left -= count;
      if (left <= 0) return bucket * BUCKET_MS;
    }
    return Number.NaN;
  }
}

/** The screens of the whole city, in a few processes. */
export class ScreenProcesses {
  readonly #programs: readonly Program[];

  constructor(file: 'screens.ts' | 'bare-screens.ts', finishing: Finishing) {
    this.#programs = Array.from({ length: PROCESSES }, () => startProgram(file, [], finishing));
  }

  /** Every process has its part of every group. */
  open(plan: object, screens: readonly object[]): Promise<readonly unknown[]> {
    return Promise.all(
      this.#programs.map((program, own) =>
        ask(program, 'open', { ...plan, screens: screens.filter((_, at) => at % PROCESSES === own) }),
      ),
    );
  }

  all = (name: string, value: unknown = {}): Promise<readonly unknown[]> =>
    Promise.all(this.#programs.map((program) => ask(program, name, value)));

  /** `seq`: the screens of a gateway are waited for until they have all up to it. */
  async heard(span: Span, seq = 0): Promise<Heard> {
    const heard = new Heard();
    for (const report of await this.all('heard', { ...span, seq })) heard.add(report);
    return heard;
  }

  end(): void {
    for (const { child } of this.#programs) child.kill('SIGKILL');
  }
}

export type Faults = Readonly<{
  lost: number;
  doubled: number;
  disordered: number;
  foreign: number;
  deliveries: number;
}>;

/** Holds what each screen heard against the journal's file: each change in its scope once, in order, and no other. */
export function faultsOf({ lists }: Heard, { groups }: City, journalFile: string, since: number): Faults {
  const entries = changesIn(journalFile, since);
  const sum = { lost: 0, doubled: 0, disordered: 0, foreign: 0, deliveries: 0 };
  for (const [at, group] of groups.entries()) {
    const expected = new Set(entries.filter((entry) => sees(group, entry)).map(({ seq }) => seq));
    const ours = lists.filter((list) => list.group === at);
    const screens = ours.reduce((count, list) => count + list.screens, 0);
    if (screens !== group.screens) throw new Error(`${screens} screens of ${group.screens} of a group reported`);
    for (const { seqs, screens: same } of ours) {
      const heard = new Set(seqs);
      sum.deliveries += same * seqs.length;
      sum.doubled += same * (seqs.length - heard.size);
      sum.lost += same * [...expected].filter((seq) => !heard.has(seq)).length;
      sum.foreign += same * [...heard].filter((seq) => !expected.has(seq)).length;
      sum.disordered += same * seqs.filter((seq, index) => seq < (seqs[index - 1] ?? 0)).length;
    }
  }
  return sum;
}

/** Sensors stay where they are, and so do the region, type and severity of their alarms. */
type ChangeRow = { seq: number; region: string; type: string; severity: number };

function changesIn(journalFile: string, since: number): readonly ChangeRow[] {
  const file = new Sqlite(journalFile, { readonly: true });
  const rows = file
    .prepare<[number], ChangeRow>(
      `SELECT entries.seq, alarms.region, alarms.type, alarms.severity FROM entries
       JOIN alarms ON alarms.id = entries.alarm WHERE entries.seq > ? ORDER BY entries.seq`,
    )
    .all(since);
  file.close();
  return rows;
}

/** One line a screen, so that they can be dealt to processes. */
export const screensOf = <T>(groups: readonly Group[], toScreen: (group: Group, at: number) => T): readonly T[] =>
  groups.flatMap((group, at) => Array.from({ length: group.screens }, () => toScreen(group, at)));
