import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { z } from 'zod';
import { toAlarm } from '../gateway/journal/sqlite-rows.ts';
import { type RunningGateway, startGateway } from '../tests/parts/gateway.ts';
import { bigJournal, citySize } from './journal-start.ts';
import type { Bench, Row } from './table.ts';

const ROUNDS = 100;
const LIMIT = 50;
const DAY_MS = 86_400_000;
const Page = z.object({ items: z.array(z.object({ id: z.string() })) });

/** The counties of Yichun, each a node that is asked for. */
const COUNTIES = ['360902', '360921', '360922', '360923', '360924', '360925', '360926', '360981', '360982', '360983'];
const dayOf = (round: number) => {
  const to = Date.now() - (1 + (round % 70)) * DAY_MS;
  return { from: new Date(to - DAY_MS).toISOString(), to: new Date(to).toISOString() };
};
const region = (round: number) => ({ region: `${COUNTIES[round % COUNTIES.length]}000000` });

type Ask = (round: number) => Readonly<Record<string, string>>;
const ASKED: readonly (readonly [string, Ask])[] = [
  ['县一日 a county’s day', (round) => ({ ...region(round), ...dayOf(round) })],
  ['县一日，红色 its red ones', (round) => ({ ...region(round), ...dayOf(round), severity: '1' })],
  ['县一日，一类 of one family', (round) => ({ ...region(round), ...dayOf(round), type: 'camera.' })],
  ['县一日，处置中 not closed', (round) => ({ ...region(round), ...dayOf(round), state: 'new,acknowledged' })],
  ['县，待处置 what is open in it', (round) => ({ ...region(round), state: 'new,acknowledged,dispatched,handling' })],
  ['县，红色，不限时 its red ones of all time', (round) => ({ ...region(round), severity: '1' })],
  ['全市一日 the city’s day', dayOf],
  ['设备 one device', (round) => ({ device: `bench-${String(round * 31).padStart(6, '0')}` })],
];

/**
 * First pages of alarms through HTTP out of a city's journal, beside the least that any answer must do: the same alarms
 * by their primary key and parsed, in one process with SQLite. On the file that `journal-start` made, with its options.
 */
export const queries: Bench = async (finishing) => {
  const dataDir = await bigJournal(citySize(), finishing);
  const gateway = await startGateway({ dataDir }, finishing.add);
  await gateway.signIn();
  const database = new Sqlite(join(dataDir, 'journal.sqlite'), { readonly: true });
  finishing.add(() => void database.close());
  const byKey = database.prepare<[string], { body: string }>('SELECT body FROM alarms WHERE id = ?');
  const rows: Row[] = [];
  for (const [what, ask] of ASKED) rows.push(await pages(gateway, what, ask, (id) => byKey.get(id)));
  rows.push(await counts(gateway));
  return rows;
};

async function pages(
  gateway: RunningGateway,
  what: string,
  ask: Ask,
  byKey: (id: string) => { body: string } | undefined,
): Promise<Row> {
  const [ours, floor]: [number[], number[]] = [[], []];
  let found = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const path = `/api/v1/alarms?${new URLSearchParams({ ...ask(round), limit: String(LIMIT) })}`;
    const startedAt = performance.now();
    const { items } = Page.parse(await gateway.call('GET', path));
    const answeredAt = performance.now();
    for (const { id } of items) {
      const row = byKey(id);
      if (row !== undefined) toAlarm(row);
    }
    ours.push(answeredAt - startedAt);
    floor.push(performance.now() - answeredAt);
    found += items.length;
  }
  return rowOf(`${what} (${(found / ROUNDS).toFixed(0)})`, ours, floor);
}

/** Open alarms of a county by severity and state; a request that asks the database nothing stands beside it. */
async function counts(gateway: RunningGateway): Promise<Row> {
  const [ours, floor]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const startedAt = performance.now();
    await gateway.call('GET', `/api/v1/alarms/counts?${new URLSearchParams(region(round))}`);
    const answeredAt = performance.now();
    await gateway.call('GET', '/healthz');
    ours.push(answeredAt - startedAt);
    floor.push(performance.now() - answeredAt);
  }
  return rowOf('县的数 a county’s counts | /healthz', ours, floor);
}

function rowOf(what: string, ours: number[], floor: number[]): Row {
  const at = (times: number[], share: number): number =>
    times.sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  const told = (times: number[]): string => `p50 ${at(times, 0.5).toFixed(2)} p99 ${at(times, 0.99).toFixed(2)} ms`;
  return { what, ours: told(ours), floor: told(floor), ratio: (at(ours, 0.5) / at(floor, 0.5)).toFixed(1) };
}
