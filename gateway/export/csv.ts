import type { Alarm } from '../http/contract/alarms.ts';

/** Cells that a spreadsheet would run as a formula, and those that begin with the mark itself. Source: OWASP, CSV injection. */
const MARKED = /^[=+\-@\t\r']/;

type Text = string | undefined;
type Column = Readonly<{ name: string; write: (alarm: Alarm) => Text; read: (cell: string) => unknown }>;

const numberOf = (value: number | undefined): Text => (value === undefined ? undefined : String(value));
/** Not a number is handed on as it stands, so that whoever checks can name it. */
const toNumber = (cell: string): unknown => (cell.trim() !== '' && !Number.isNaN(Number(cell)) ? Number(cell) : cell);
const asIs = (cell: string): unknown => cell;
function fromJson(cell: string): unknown {
  try {
    return JSON.parse(cell);
  } catch {
    return cell; // as with numbers
  }
}
const text = (name: string, write: Column['write']): Column => ({ name, write, read: asIs });
const figure = (name: string, write: (alarm: Alarm) => number | undefined): Column => ({
  name,
  write: (alarm) => numberOf(write(alarm)),
  read: toNumber,
});
const list = (name: string, write: (alarm: Alarm) => readonly unknown[]): Column => ({
  name,
  write: (alarm) => JSON.stringify(write(alarm)),
  read: fromJson,
});

/** In this order; a dot goes one level down. Change it and a file of an earlier release no longer reads. */
const COLUMNS: readonly Column[] = [
  text('id', ({ id }) => id),
  text('occurredAt', ({ occurredAt }) => occurredAt),
  figure('severity', ({ severity }) => severity),
  text('type', ({ type }) => type),
  text('title.zh', ({ title }) => title.zh),
  text('title.en', ({ title }) => title.en),
  text('state', ({ state }) => state),
  text('condition', ({ condition }) => condition),
  text('verdict', ({ verdict }) => verdict),
  text('device', ({ device }) => device),
  text('region', ({ region }) => region),
  text('compound', ({ compound }) => compound),
  text('centre', ({ centre }) => centre),
  text('place.name', ({ place }) => place.name),
  figure('place.lng', ({ place }) => place.lng),
  figure('place.lat', ({ place }) => place.lat),
  text('place.line', ({ place }) => place.line),
  text('place.km', ({ place }) => place.km),
  figure('place.kmValue', ({ place }) => place.kmValue),
  text('place.direction', ({ place }) => place.direction),
  text('lastAt', ({ lastAt }) => lastAt),
  text('receivedAt', ({ receivedAt }) => receivedAt),
  figure('count', ({ count }) => count),
  figure('value', ({ value }) => value),
  text('text', (alarm) => alarm.text),
  text('assignee', ({ assignee }) => assignee),
  text('due.accept', ({ due }) => due.accept),
  text('due.arrive', ({ due }) => due.arrive),
  text('due.close', ({ due }) => due.close),
  text('shelvedUntil', ({ shelvedUntil }) => shelvedUntil),
  text('incident', ({ incident }) => incident),
  list('evidence', ({ evidence }) => evidence),
  list('cameras', ({ cameras }) => cameras),
  figure('version', ({ version }) => version),
];

export const CSV_COLUMNS = COLUMNS.map(({ name }) => name);
export const CSV_HEADER = `${CSV_COLUMNS.join(',')}\r\n`;

/** A cell that is there but empty is a lone `'`: one without anything is absent. */
export const toCell = (value: Text): string => {
  if (value === undefined) return '';
  const safe = value === '' || MARKED.test(value) ? `'${value}` : value;
  return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** One alarm as a line of CSV (RFC 4180). Cells that a spreadsheet would run get a leading `'`, which reading takes off. */
export const toCsvLine = (alarm: Alarm): string => `${COLUMNS.map(({ write }) => toCell(write(alarm))).join(',')}\r\n`;

/** The alarm that a line's cells say, by column name; still to be checked. */
export function fromCsvCells(cells: Readonly<Record<string, string>>): unknown {
  const alarm: Record<string, unknown> = { place: {}, title: {}, due: {} };
  for (const { name, read } of COLUMNS) {
    const cell = cells[name];
    if (cell === undefined || cell === '') continue;
    put(alarm, name.split('.'), read(cell.startsWith("'") ? cell.slice(1) : cell));
  }
  return alarm;
}

function put(into: Record<string, unknown>, [key = '', inner]: readonly string[], value: unknown): void {
  const part = into[key];
  if (inner !== undefined && typeof part === 'object' && part !== null) Object.assign(part, { [inner]: value });
  else into[key] = value;
}
