import { z } from 'zod';
import { type BadValue, badValue } from '../../../gateway/domain/bad-value.ts';
import { failed, ok, type Result } from '../../../gateway/domain/result.ts';
import { timeOf } from './frame.ts';
import names from './names.json' with { type: 'json' };

const Table = z.record(z.string(), z.string());
const Names = z.object({
  components: Table,
  systems: Table,
  address: z.string(),
  transmitter: z.string(),
  test: z.string(),
  analogs: z.record(z.string(), z.object({ name: z.string(), scale: z.number() })),
});
const { components, systems, address, transmitter, test, analogs } = Names.parse(names);

/** The states that we follow; what else a panel tells (shielded, started, feedback) raises nothing. */
export type Trouble = 'fire' | 'fault' | 'power' | 'network';
/** What one object (信息体) of a packet says of a part of the panel. */
export type Told =
  | Readonly<{ is: 'state'; part: string; time: string; text: string; troubles: readonly Trouble[]; isTest: boolean }>
  | Readonly<{ is: 'measured'; time: string; values: Readonly<Record<string, number>> }>
  /** A hand at the panel: reset (复位), manual alarm (手动报警), test (测试). */
  | Readonly<{ is: 'act'; time: string; isReset: boolean; isManual: boolean; isTest: boolean }>;

type WithoutTime<One> = One extends Told ? Omit<One, 'time'> : never;
type Untimed = WithoutTime<Told>;

const TIME_BYTES = 6;
const TEXT_BYTES = 31;
type Reader = Readonly<{ bytes: number; read: (object: Buffer) => Untimed }>;

/** Bits of the state of a component, a system and a transmitter that are one of ours. Source: 8.2.1.1, 8.2.1.2, 8.2.1.9. */
const COMPONENT_BITS: Readonly<Record<number, Trouble>> = { 1: 'fire', 2: 'fault', 8: 'power' };
const SYSTEM_BITS: Readonly<Record<number, Trouble>> = { 1: 'fire', 2: 'fault', 8: 'power', 9: 'fault', 10: 'fault' };
const TRANSMITTER_BITS: Readonly<Record<number, Trouble>> = {
  1: 'fire',
  2: 'fault',
  3: 'power',
  4: 'fault',
  5: 'network',
  6: 'fault',
};
const RESET_BIT = 0x2000;

const troublesOf = (state: number, bits: Readonly<Record<number, Trouble>>): readonly Trouble[] => [
  ...new Set(Object.entries(bits).flatMap(([bit, trouble]) => ((state & (1 << Number(bit))) === 0 ? [] : [trouble]))),
];

const state = (part: string, told: string, troubles: readonly Trouble[], isTest = false): Untimed => ({
  is: 'state',
  part,
  text: told,
  troubles,
  isTest,
});
const act = (flags: number): Untimed => ({
  is: 'act',
  isReset: (flags & 0x1) !== 0,
  isManual: (flags & 0x4) !== 0,
  isTest: (flags & 0x40) !== 0,
});

/** By type flag (类型标志): bytes of an object without its time, and what they say. Source: 8.1, table 3. */
const READERS: ReadonlyMap<number, Reader> = new Map([
  [1, { bytes: 4, read: systemState }],
  [2, { bytes: 40, read: componentState }],
  [3, { bytes: 10, read: measured }],
  [4, { bytes: 4, read: (object) => act(object.readUInt8(2)) }],
  [
    21,
    {
      bytes: 1,
      read: (object) => state('transmitter', transmitter, troublesOf(object.readUInt8(0), TRANSMITTER_BITS)),
    },
  ],
  [24, { bytes: 2, read: (object) => act(object.readUInt8(0)) }],
]);
/** Versions, configuration and clocks: nothing that happens. */
const SILENT: readonly number[] = [5, 6, 7, 8, 25, 26, 28];

function systemState(object: Buffer): Untimed {
  const [type, number, bits] = [object.readUInt8(0), object.readUInt8(1), object.readUInt16LE(2)];
  if ((bits & RESET_BIT) !== 0) return act(0x1);
  return state(`system ${type}/${number}`, systems[type] ?? systems[0] ?? '', troublesOf(bits, SYSTEM_BITS));
}

function componentState(object: Buffer): Untimed {
  const [system, number, type] = [object.readUInt8(0), object.readUInt8(1), object.readUInt8(2)];
  const [loop, place, bits] = [object.readUInt16LE(3), object.readUInt16LE(5), object.readUInt16LE(7)];
  const isTest = (bits & 1) === 0 && bits !== 0;
  const where = address.replace('{loop}', String(loop)).replace('{number}', String(place));
  const said = [textOf(object.subarray(9, 9 + TEXT_BYTES)), components[type] ?? components[0] ?? '', where];
  const told = [...said, ...(isTest ? [test] : [])].filter((part) => part !== '').join(' · ');
  return state(`${system}/${number}/${type}/${loop}/${place}`, told, troublesOf(bits, COMPONENT_BITS), isTest);
}

/** Filled up with NULs; a maker's other filling is no text either. */
const textOf = (bytes: Buffer): string => {
  const end = bytes.indexOf(0);
  const text = new TextDecoder('gb18030').decode(end === -1 ? bytes : bytes.subarray(0, end));
  return text.replaceAll(/[\p{Cc}\ufffd]/gu, '').trim();
};

function measured(object: Buffer): Untimed {
  const analog = analogs[object.readUInt8(7)];
  const value = object.readInt16LE(8);
  if (analog === undefined) return { is: 'measured', values: {} };
  return { is: 'measured', values: { [analog.name]: Math.round(value * analog.scale * 100) / 100 } };
}

/** The objects of a packet's data; some makers write one time for all of them. Fails as a whole. */
export function readObjects(data: Buffer): Result<readonly Told[], BadValue> {
  if (data.length === 0) return ok([]); // a packet that only says that it is there
  const [flag = 0, count = 0] = data;
  const objects = data.subarray(2);
  const reader = READERS.get(flag);
  if (SILENT.includes(flag)) return ok([]);
  if (reader === undefined) {
    return failed(badValue('unknown-code', 'type flag', String(flag), `${[...READERS.keys(), ...SILENT].join(', ')}`));
  }
  const { bytes, read } = reader;
  const isShared = count > 1 && objects.length === bytes * count + TIME_BYTES;
  if (!isShared && objects.length !== (bytes + TIME_BYTES) * count) {
    const expected = `${count} objects of ${bytes + TIME_BYTES} bytes`;
    return failed(badValue('bad-length', 'objects', `${objects.length} bytes`, expected));
  }
  const step = isShared ? bytes : bytes + TIME_BYTES;
  return ok(
    Array.from({ length: count }, (_, index) => {
      const object = objects.subarray(index * step, index * step + bytes);
      const time = isShared
        ? objects.subarray(-TIME_BYTES)
        : objects.subarray(index * step + bytes, (index + 1) * step);
      return { ...read(object), time: timeOf(time) };
    }),
  );
}
