import { type BadValue, badValue } from '../../../gateway/domain/bad-value.ts';
import { failed, ok, type Result } from '../../../gateway/domain/result.ts';

/** A position report (位置信息汇报, 0x0200). Source: JT/T 808-2019, tables 23 to 27. */
export type Location = Readonly<{
  isSos: boolean;
  /** The terminal's clock, `2026-11-24T12:30:34+08:00`: in the standard it always shows the time of China. */
  time: string;
  place: Readonly<{ lng: number; lat: number }> | undefined;
  values: Readonly<Record<string, number>>;
}>;

const BASIC_BYTES = 28;
const SOS_BIT = 0x1;
const LOCATED_BIT = 0x2;
const SOUTH_BIT = 0x4;
const WEST_BIT = 0x8;

export function readLocation(body: Buffer): Result<Location, BadValue> {
  if (body.length < BASIC_BYTES) {
    return failed(badValue('bad-length', 'body', `${body.length} bytes`, `at least ${BASIC_BYTES} bytes`));
  }
  const status = body.readUInt32BE(4);
  const lat = (body.readUInt32BE(8) / 1e6) * ((status & SOUTH_BIT) === 0 ? 1 : -1);
  const lng = (body.readUInt32BE(12) / 1e6) * ((status & WEST_BIT) === 0 ? 1 : -1);
  if (Math.abs(lat) > 90) return failed(badValue('out-of-range', 'latitude', String(lat), 'at most 90'));
  if (Math.abs(lng) > 180) return failed(badValue('out-of-range', 'longitude', String(lng), 'at most 180'));
  return ok({
    isSos: (body.readUInt32BE(0) & SOS_BIT) !== 0,
    time: timeOf(body.subarray(22, BASIC_BYTES)),
    // without a fix the position is the last one: nobody must take it for the present one
    place: (status & LOCATED_BIT) === 0 ? undefined : { lng, lat },
    values: {
      speed_kmh: body.readUInt16BE(18) / 10,
      heading_deg: body.readUInt16BE(20),
      ...extras(body.subarray(BASIC_BYTES)),
    },
  });
}

function timeOf(bcd: Buffer): string {
  const [year, month, day, hour, minute, second] = [...bcd].map((value) => value.toString(16).padStart(2, '0'));
  return `20${year}-${month}-${day}T${hour}:${minute}:${second}+08:00`;
}

/** What we read of the items behind the basic part: number of the item, its bytes, its name, its unit in ours. */
const ITEMS: ReadonlyMap<number, Readonly<{ bytes: number; name: string; scale: number }>> = new Map([
  [0x01, { bytes: 4, name: 'odometer_km', scale: 10 }],
  [0x02, { bytes: 2, name: 'fuel_l', scale: 10 }],
  [0x30, { bytes: 1, name: 'signal', scale: 1 }],
  [0x31, { bytes: 1, name: 'satellites', scale: 1 }],
]);

/** Items that are not ours are passed over; one that is cut off ends the reading, and what came before it counts. */
function extras(bytes: Buffer): Readonly<Record<string, number>> {
  const values: Record<string, number> = {};
  for (let at = 0; at + 2 <= bytes.length; ) {
    const [id = 0, length = 0] = bytes.subarray(at, at + 2);
    const item = ITEMS.get(id);
    at += 2 + length;
    if (at > bytes.length) break;
    if (item?.bytes === length) values[item.name] = bytes.readUIntBE(at - length, length) / item.scale;
  }
  return values;
}

/** The positions of a batch (定位数据批量上传, 0x0704), each with its own length. Source: JT/T 808-2019, 8.49. */
export function readBatch(body: Buffer): Readonly<{ items: readonly Buffer[]; fault: BadValue | undefined }> {
  const items: Buffer[] = [];
  const count = body.length < 3 ? 0 : body.readUInt16BE(0);
  let at = 3;
  while (items.length < count && at + 2 <= body.length && at + 2 + body.readUInt16BE(at) <= body.length) {
    const length = body.readUInt16BE(at);
    items.push(body.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  const isWhole = body.length >= 3 && items.length === count;
  const fault = isWhole ? undefined : badValue('bad-length', 'items', `${items.length} whole ones`, `${count} items`);
  return { items, fault };
}
