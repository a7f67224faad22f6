import { isDeepStrictEqual } from 'node:util';
import { type BadValue, badValue } from '../domain/bad-value.ts';
import type { Device } from '../domain/device.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { DeviceFault, DevicePut, DeviceRegistry } from '../registry/registry.ts';
import { COLUMN_NAMES, type Column, columnOf } from './columns.ts';
import { type Cells, deviceOf, inColumn } from './row.ts';
import type { FileFault, Table } from './table.ts';

type Row = Table['rows'][number];

/** One wrong cell of a file. `line` counts from 1, as a spreadsheet shows it. */
export type RowFault = Readonly<{ line: number; field: string; value: string; expected: string }>;

/** What a row would do. */
export type Judged = Readonly<{ line: number; id: string }> &
  (
    | Readonly<{ outcome: 'new' | 'changed'; put: DevicePut }>
    | Readonly<{ outcome: 'same' }>
    | Readonly<{ outcome: 'faulty'; faults: readonly RowFault[] }>
  );

export type Head = Readonly<{
  columns: readonly (Column | undefined)[];
  /** Headers that name no column: what stands below them is passed over. */
  ignored: readonly string[];
}>;

/** The columns by what their headers say; a file without ids, or with one column twice, is refused as a whole. */
export function readHead(header: readonly string[]): Result<Head, FileFault> {
  const columns = header.map(columnOf);
  const twice = columns.find((column, at) => column !== undefined && columns.indexOf(column) !== at);
  if (twice !== undefined) {
    return failed({ ...badValue('out-of-range', twice, twice, 'each column once'), line: 1 });
  }
  if (!columns.includes('id')) {
    const expected = `a header with id (编号) and what is known of ${COLUMN_NAMES.slice(1).join(', ')}`;
    return failed({ ...badValue('missing-field', 'id', header.join(','), expected), line: 1 });
  }
  return ok({ columns, ignored: header.filter((name, at) => name !== '' && columns[at] === undefined) });
}

export type JudgePorts = Readonly<{
  registry: Pick<DeviceRegistry, 'find' | 'checked'>;
  /** Whether the one who imports may keep such a device. */
  mayPut: (device: Omit<Device, 'version'>) => boolean;
}>;

/** Judges the rows of one file in their order: it remembers which ids and names stood in it already. */
export class RowJudge {
  readonly #ports: JudgePorts;
  readonly #columns: Head['columns'];
  /** Lines by the names that stand there; bounded by the rows and the aliases of each. */
  readonly #lines = new Map<string, number>();

  constructor(ports: JudgePorts, { columns }: Head) {
    this.#ports = ports;
    this.#columns = columns;
  }

  judge({ line, cells }: Row): Judged {
    const named = this.#named(cells);
    const id = named.id ?? '';
    const judged = this.#judged(cells, named, line);
    if (!judged.ok) {
      const faults = judged.error.map(({ field, value, expected }) => ({ line, field, value, expected }));
      return { line, id, outcome: 'faulty', faults };
    }
    const { version: _version, ...present } = this.#ports.registry.find(id) ?? { version: 0 };
    if (isDeepStrictEqual(present, judged.value.device)) return { line, id, outcome: 'same' };
    return { line, id, outcome: judged.value.version === undefined ? 'new' : 'changed', put: judged.value };
  }

  #judged(cells: readonly string[], named: Cells, line: number): Result<DevicePut, readonly BadValue[]> {
    const { registry, mayPut } = this.#ports;
    if (cells.slice(this.#columns.length).some((cell) => cell !== '')) {
      const expected = `${this.#columns.length} cells, as the header has: a comma inside a cell needs quotes around it`;
      return failed([badValue('out-of-range', '(row)', `${cells.length} cells`, expected)]);
    }
    const present = registry.find(named.id ?? '');
    if (present !== undefined && !mayPut(present)) {
      return failed([badValue('out-of-range', 'id', present.id, 'an id that is free, or a device’s of your scope')]);
    }
    const device = deviceOf(named, present);
    if (!device.ok) return device;
    if (!mayPut(device.value)) {
      return failed([badValue('out-of-range', 'region', device.value.region, 'a place within your scope')]);
    }
    const checked = registry.checked(device.value);
    if (!checked.ok) return failed([inColumn(faultOf(checked.error))]);
    const twice = this.#claim(checked.value, line);
    return twice === undefined ? ok({ device: checked.value, version: present?.version }) : failed([twice]);
  }

  #named(cells: readonly string[]): Cells {
    const named: Partial<Record<Column, string>> = {};
    this.#columns.forEach((column, at) => {
      const cell = cells[at];
      if (column !== undefined && cell !== undefined && cell !== '') named[column] = cell;
    });
    return named;
  }

  #claim({ id, aliases = [] }: Omit<Device, 'version'>, line: number): BadValue | undefined {
    const taken = [id, ...aliases].find((name) => this.#lines.has(name));
    if (taken !== undefined) {
      const expected = `a name that stands once in the file; line ${this.#lines.get(taken)} has it`;
      return badValue('out-of-range', taken === id ? 'id' : 'aliases', taken, expected);
    }
    for (const name of [id, ...aliases]) this.#lines.set(name, line);
    return undefined;
  }
}

/** What the registry finds wrong with a row; another's change in between is the row's fault as well. */
export function faultOf(fault: DeviceFault): BadValue {
  if (fault.kind === 'bad-value') return fault.fault;
  const value = fault.kind === 'conflict' ? fault.present.id : '';
  return badValue('out-of-range', 'id', value, 'a device that nobody changes meanwhile: send the file again');
}
