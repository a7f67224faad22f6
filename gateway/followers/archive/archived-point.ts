import type { ArchivedPoint, Measurement } from './point.ts';

/** Columns that an engine adds to a row, and those that have a place of their own. */
const NOT_VALUES = new Set(['time', 'alarm', 'seq', 'result', 'table', '_start', '_stop', '_time', '_measurement']);

/** A row of any engine's answer as a point: `at` in milliseconds, whatever else has a value under `values`. */
export function toArchivedPoint(
  measurement: Measurement,
  at: number,
  row: Readonly<Record<string, unknown>>,
): ArchivedPoint {
  const isValue = (pair: [string, unknown]): pair is [string, string | number | boolean] =>
    !NOT_VALUES.has(pair[0]) && ['string', 'number', 'boolean'].includes(typeof pair[1]);
  return {
    measurement,
    at,
    seq: Number(row['seq']),
    alarm: String(row['alarm']),
    values: Object.fromEntries(Object.entries(row).filter(isValue)),
  };
}
