import { type BadValue, badValue } from './bad-value.ts';
import { failed, ok, type Result } from './result.ts';

/** Direction of travel (上行, 下行): `up` runs towards Beijing or to the trunk, `down` away from it. */
export type Direction = 'up' | 'down';

const POST = /^(?:D?K)(\d{1,4})\+(\d{3})$/;

/** Metres along the line at a kilometre post (里程) such as `K812+300` or the design chainage `DK812+300`. */
export function parseKm(text: string): Result<number, BadValue> {
  const parts = POST.exec(text);
  if (parts === null) return failed(badValue('wrong-type', 'km', text, 'a kilometre post such as K812+300'));
  return ok(Number(parts[1]) * 1000 + Number(parts[2]));
}

/** The kilometre post at `kmValue` metres: `K812+300`. */
export const formatKm = (kmValue: number): string =>
  `K${Math.floor(kmValue / 1000)}+${String(Math.floor(kmValue) % 1000).padStart(3, '0')}`;
