import { type BadValue, badValue } from '../../gateway/domain/bad-value.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';

/** Sparkplug B's protobuf, the parts that a host needs. Source: eclipse/tahu, sparkplug_b.proto (proto2). */
export type RawMetric = Readonly<{
  name?: string | undefined;
  alias?: number | undefined;
  timestamp?: number | undefined;
  datatype?: number | undefined;
  is_historical?: boolean | undefined;
  is_null?: boolean | undefined;
  /** Whole numbers as they ride, before the datatype gives them a sign. */
  value?: bigint | number | boolean | string | undefined;
}>;
export type RawPayload =
  | Readonly<{ timestamp?: number | undefined; metrics: readonly RawMetric[]; seq?: number }>
  | undefined;

/** A field of a protobuf message: its number, and its value by wire type. */
type Field = Readonly<{ number: number; value: bigint | Uint8Array; bits: 64 | 32 | 0 }>;

/** Metrics in one message; a birth of a whole plant has some thousands. */
const METRICS_MAX = 10_000;
const WHOLE = 'a whole protobuf message';

export function readPayload(bytes: Uint8Array): Result<RawPayload, BadValue> {
  try {
    return ok(payloadOf(bytes));
  } catch (error) {
    if (!(error instanceof Cut)) throw error;
    return failed(badValue('bad-length', '(payload)', `${bytes.length} bytes`, `${WHOLE}; ${error.message}`));
  }
}

/** The bytes end within a field, or are no protobuf at all. */
class Cut extends Error {}

function payloadOf(bytes: Uint8Array): RawPayload {
  let head: Omit<RawPayload, 'metrics'> = {};
  const metrics: RawMetric[] = [];
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) head = { ...head, timestamp: numberOf(field) };
    else if (field.number === 3) head = { ...head, seq: numberOf(field) };
    else if (field.number === 2) metrics.push(metricOf(bytesOf(field)));
    if (metrics.length > METRICS_MAX) throw new Cut(`more than ${METRICS_MAX} metrics`);
  }
  return { ...head, metrics };
}

function metricOf(bytes: Uint8Array): RawMetric {
  let metric: RawMetric = {};
  for (const field of fieldsOf(bytes)) metric = { ...metric, ...partOf(field) };
  return metric;
}

/** 8 metadata, 9 properties, 16 bytes, 17 data sets and 18 templates are passed over: they are no values of a place. */
function partOf(field: Field): RawMetric {
  switch (field.number) {
    case 1:
      return { name: textOf(field) };
    case 2:
      return { alias: numberOf(field) };
    case 3:
      return { timestamp: numberOf(field) };
    case 4:
      return { datatype: numberOf(field) };
    case 5:
      return { is_historical: whole(field) !== 0n };
    case 7:
      return { is_null: whole(field) !== 0n };
    case 10:
    case 11:
      return { value: whole(field) };
    case 12:
      return { value: floatOf(field, 32) };
    case 13:
      return { value: floatOf(field, 64) };
    case 14:
      return { value: whole(field) !== 0n };
    case 15:
      return { value: textOf(field) };
    default:
      return {};
  }
}

function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  const cursor = { at: 0 };
  while (cursor.at < bytes.length) {
    const tag = Number(varint(bytes, cursor, 0));
    const number = Math.floor(tag / 8);
    if (number === 0) throw new Cut('field 0 is none');
    yield { number, ...bodyOf(bytes, cursor, number, tag % 8) };
  }
}

function bodyOf(bytes: Uint8Array, cursor: { at: number }, number: number, wire: number): Omit<Field, 'number'> {
  if (wire === 0) return { value: varint(bytes, cursor, number), bits: 0 };
  if (wire === 1) return { value: take(bytes, cursor, number, 8), bits: 64 };
  if (wire === 5) return { value: take(bytes, cursor, number, 4), bits: 32 };
  if (wire === 2) return { value: take(bytes, cursor, number, Number(varint(bytes, cursor, number))), bits: 0 };
  throw new Cut(`field ${number} has wire type ${wire}`);
}

function take(bytes: Uint8Array, cursor: { at: number }, number: number, length: number): Uint8Array {
  const end = cursor.at + length;
  if (end > bytes.length) throw new Cut(`field ${number} runs past the end`);
  const part = bytes.subarray(cursor.at, end);
  cursor.at = end;
  return part;
}

/** At most ten groups of seven bits, the lowest first. */
function varint(bytes: Uint8Array, cursor: { at: number }, number: number): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = bytes[cursor.at++];
    if (byte === undefined) throw new Cut(number === 0 ? 'it ends within a tag' : `field ${number} runs past the end`);
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return BigInt.asUintN(64, value);
  }
  throw new Cut(`field ${number} has a number of more than 64 bits`);
}

function whole({ number, value }: Field): bigint {
  if (typeof value === 'bigint') return value;
  throw new Cut(`field ${number} is no whole number`);
}

const numberOf = (field: Field): number => Number(whole(field));

function bytesOf({ number, value, bits }: Field): Uint8Array {
  if (value instanceof Uint8Array && bits === 0) return value;
  throw new Cut(`field ${number} has no length`);
}

const textOf = (field: Field): string => Buffer.from(bytesOf(field)).toString('utf8');

function floatOf({ number, value, bits }: Field, expected: 32 | 64): number {
  if (!(value instanceof Uint8Array) || bits !== expected)
    throw new Cut(`field ${number} is no float of ${expected} bits`);
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  return expected === 32 ? view.getFloat32(0, true) : view.getFloat64(0, true);
}

/** Bits of the datatypes whose sign rides as two's complement: Int8, Int16, Int32, Int64. */
const SIGNED_BITS: Readonly<Record<number, number>> = { 1: 8, 2: 16, 3: 32, 4: 64 };
/** The longest text of a metric that is looked at, in characters. */
const TEXT_MAX_CHARS = 500;

/** A metric's value by its datatype; undefined where it has none, or is of a kind that tells nothing here. */
export function valueByType(
  { value, is_null }: RawMetric,
  datatype: number | undefined,
): number | boolean | string | undefined {
  if (is_null === true || value === undefined) return undefined;
  if (datatype === 11) return typeof value === 'bigint' ? value !== 0n : value;
  if (typeof value === 'string') return value.slice(0, TEXT_MAX_CHARS);
  if (typeof value !== 'bigint') return value;
  const bits = SIGNED_BITS[datatype ?? 0];
  return Number(bits === undefined ? value : BigInt.asIntN(bits, value));
}

/** `Node Control/Rebirth` = true, which asks an edge node for its births. */
export function rebirthRequest(atMs: number): Uint8Array {
  const at = varintOf(atMs);
  const name = Buffer.from('Node Control/Rebirth');
  const metric = [0x0a, name.length, ...name, 0x18, ...at, 0x20, 11, 0x70, 1];
  return Uint8Array.from([0x08, ...at, 0x12, metric.length, ...metric]);
}

function varintOf(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}
