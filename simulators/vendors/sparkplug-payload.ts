/* Sparkplug B payloads in protobuf. Source: eclipse/tahu, sparkplug_b.proto. */

export const DOUBLE = 10;
export const BOOLEAN = 11;
const UINT64 = 8;

export type Metric = Readonly<{ name?: string; alias?: number; type: number; value: number | boolean }>;

/** The number by which an edge node's death is known as its own. */
export const bdSeq = (value: number): Metric => ({ name: 'bdSeq', type: UINT64, value });

export function sparkplugPayload(timestamp: number, seq: number, metrics: readonly Metric[]): Buffer {
  const said = metrics.map((metric) => bytesField(2, metricBytes(metric, timestamp)));
  return Buffer.concat([numberField(1, timestamp), ...said, numberField(3, seq)]);
}

function metricBytes({ name, alias, type, value }: Metric, timestamp: number): Buffer {
  return Buffer.concat([
    ...(name === undefined ? [] : [bytesField(1, Buffer.from(name))]),
    ...(alias === undefined ? [] : [numberField(2, alias)]),
    numberField(3, timestamp),
    numberField(4, type),
    valueField(type, value),
  ]);
}

function valueField(type: number, value: number | boolean): Buffer {
  if (type === BOOLEAN) return numberField(14, value === true ? 1 : 0);
  if (type !== DOUBLE) return numberField(11, Number(value));
  const eight = Buffer.alloc(8);
  eight.writeDoubleLE(Number(value));
  return Buffer.concat([varint((13 << 3) | 1), eight]);
}

const numberField = (field: number, value: number): Buffer => Buffer.concat([varint(field << 3), varint(value)]);
const bytesField = (field: number, bytes: Uint8Array): Buffer =>
  Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);

/** Seven bits a byte, the low ones first; milliseconds since 1970 are more than 32 bits. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) + 128);
  return Buffer.from([...bytes, left]);
}
