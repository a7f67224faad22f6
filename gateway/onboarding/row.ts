import { type BadValue, badValue } from '../domain/bad-value.ts';
import type { Device } from '../domain/device.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { check } from '../domain/zod-fault.ts';
import { DeviceInput } from '../http/contract/devices.ts';
import { DeviceIdText } from '../http/contract/words.ts';
import { given } from '../http/wire.ts';
import { type Column, VALUE_WORDS } from './columns.ts';

export type Cells = Readonly<Partial<Record<Column, string>>>;
type Input = Omit<Device, 'version'>;

const ImportedDevice = DeviceInput.omit({ version: true }).extend({ id: DeviceIdText });
const NUMBER = /^-?\d+(?:\.\d+)?$/;
/** Between several names in one cell. */
const BETWEEN = /[,，;；、\s]+/;

/**
 * The device that a row says. An empty cell says nothing: what the registry knows already stays. Faults name the
 * row's column and never repeat a password.
 */
export function deviceOf(cells: Cells, present: Device | undefined): Result<Input, readonly BadValue[]> {
  const checked = check(ImportedDevice, written(cells, present));
  if (!checked.ok) return failed(checked.error.map(inColumn));
  const { place, connection, ...device } = checked.value;
  return ok(
    given({ ...device, place: given(place), connection: connection === undefined ? undefined : given(connection) }),
  );
}

function written(cells: Cells, present: Device | undefined): unknown {
  const { version: _old, place, connection, settings, ...known } = present ?? { version: 0 };
  const { id, kind, profile, name, region, compound, parent, zone, credentials } = cells;
  const { line, direction, km, cameras, tags, aliases, enabled, url, username, password } = cells;
  const said = { id, kind: wordOf('kind', kind), profile, name, region, compound, parent, zone };
  const lists = { cameras: listOf(cameras), tags: listOf(tags), aliases: listOf(aliases) };
  const where = { name: cells.place, lng: numberOf(cells.lng), lat: numberOf(cells.lat), line, km };
  const to = filled({ ...connectionFor(connection, url, username), ...filled({ url, username, password }) });
  return filled({
    ...known,
    ...filled({ ...said, ...lists, enabled: booleanOf(wordOf('enabled', enabled)) }),
    place: placeOf(place, filled({ ...where, direction: wordOf('direction', direction) })),
    connection: Object.keys(to).length === 0 ? undefined : to,
    settings: credentials === undefined ? settings : { ...settings, credentials },
  });
}

/** A known password is not sent to a changed address, nor kept for another user. */
function connectionFor(known: Device['connection'], url: string | undefined, username: string | undefined): object {
  const isSame = (url ?? known?.url) === known?.url && (username ?? known?.username) === known?.username;
  const { password: _password, ...rest } = known ?? {};
  return isSame ? (known ?? {}) : rest;
}

/** A new post makes the metres of the old one wrong. */
function placeOf(known: Device['place'] | undefined, said: Readonly<Record<string, unknown>>): object {
  const { kmValue, ...rest } = known ?? {};
  return 'km' in said ? { ...rest, ...said } : filled({ ...rest, kmValue, ...said });
}

const filled = (values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
const wordOf = (column: Column, text: string | undefined): string | undefined =>
  text === undefined ? undefined : (VALUE_WORDS[column]?.[text.toLowerCase()] ?? text);
const listOf = (text: string | undefined): readonly string[] | undefined =>
  text?.split(BETWEEN).filter((one) => one !== '');
/** What is no number goes on as it is, for the check to name. */
const numberOf = (text: string | undefined): number | string | undefined =>
  text !== undefined && NUMBER.test(text) ? Number(text) : text;
const booleanOf = (text: string | undefined): boolean | string | undefined =>
  text === 'true' || text === 'false' ? text === 'true' : text;

const COLUMN_OF_PATH: Readonly<Record<string, Column>> = {
  'place.name': 'place',
  'settings.credentials': 'credentials',
};

/** A fault as whoever wrote the row finds it again: by the column. */
export function inColumn(fault: BadValue): BadValue {
  const field = fault.field.replace(/\[\d+\]$/, '');
  const column = COLUMN_OF_PATH[field] ?? field.replace(/^(?:place|connection)\./, '');
  const isSecret = column === 'password' || (column === 'url' && fault.value.includes('@'));
  return { ...badValue(fault.reason, column, isSecret ? '' : fault.value, fault.expected) };
}
