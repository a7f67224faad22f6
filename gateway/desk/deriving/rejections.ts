import { type Deriver, Latest } from './deriver.ts';

const REJECTED = 'device.message.rejected';
/** Source: the catalogue's note on `device.message.rejected`: more than 10 dead letters of one device in 10 minutes. */
const LETTERS_MAX = 10;
const WITHIN_MS = 600_000;
const DEVICES_MAX = 10_000;

/** A device whose messages nobody can read again and again needs its maintainer; a good one ends it. */
export function rejectionDeriver(): Deriver {
  const letters = new Latest<readonly number[]>(DEVICES_MAX);
  return {
    name: 'rejections',
    derive: ({ id }, report, { at, isActive }) => {
      const signal = { kind: 'signal', device: id, type: REJECTED, at } as const;
      if (report.kind !== 'dead-letter') {
        if (letters.get(id) === undefined && !isActive(REJECTED)) return [];
        letters.delete(id);
        return isActive(REJECTED) ? [{ ...signal, active: false }] : [];
      }
      const recent = [...(letters.get(id) ?? []).filter((one) => at - one < WITHIN_MS), at].slice(-LETTERS_MAX - 1);
      letters.set(id, recent);
      if (recent.length <= LETTERS_MAX || isActive(REJECTED)) return [];
      return [{ ...signal, active: true, value: recent.length, text: report.fault.reason }];
    },
  };
}
