import type { Database } from 'better-sqlite3';
import type { AlarmFigures, AlarmQuery } from './journal.ts';
import { pageStatement } from './sqlite-pages.ts';

type Count = AlarmFigures['counts'][number];
type Steps = Readonly<{ begun: number | null; accept: number | null; arrive: number | null; close: number | null }>;

/** Along the same index as a page of these alarms, and from there by their ids: costs the alarms that it counts. */
export function selectFigures(database: Database, where: AlarmQuery['where'], limit: number): AlarmFigures {
  const { sql, values } = pageStatement({ where, after: undefined, limit });
  const chosen = `WITH chosen AS MATERIALIZED (SELECT id FROM (${sql}))`;
  const counts = database.prepare<unknown[], Count>(
    `${chosen} SELECT severity, state, type, count(*) AS count FROM chosen JOIN alarms USING (id)
      GROUP BY severity, state, type`,
  );
  const first = (kind: string): string => `min(CASE kind WHEN '${kind}' THEN at END)`;
  const steps = database.prepare<unknown[], Steps>(
    `${chosen} SELECT ${first('raised')} AS begun, ${first('acknowledged')} AS accept, ${first('arrived')} AS arrive,
      ${first('closed')} AS "close" FROM chosen JOIN entries ON entries.alarm = chosen.id GROUP BY chosen.id`,
  );
  const taken = steps.all(...values);
  const responses = (step: 'accept' | 'arrive' | 'close'): readonly number[] =>
    taken.flatMap((one) => {
      const at = one[step];
      return at === null || one.begun === null ? [] : [at - one.begun];
    });
  return {
    counts: counts.all(...values),
    responses: { accept: responses('accept'), arrive: responses('arrive'), close: responses('close') },
  };
}

/** By the index over the alarms that are not closed. */
export function selectDevicesWith(database: Database, typePrefix: string): ReadonlySet<string> {
  const select = database
    .prepare<[string, string], string>(
      `SELECT DISTINCT device FROM alarms INDEXED BY alarms_open
        WHERE state <> 'closed' AND condition = 'active' AND type >= ? AND type < ?`,
    )
    .pluck();
  return new Set(select.all(typePrefix, `${typePrefix}\uffff`));
}
