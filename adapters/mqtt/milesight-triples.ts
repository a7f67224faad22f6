/**
 * Milesight's channel–type–value triples. Little-endian. Source: github.com/Milesight-IoT/SensorDecoders, the payload
 * tables of EM300, EM500, WS and AM series.
 */
export type History = Readonly<{ at: number; values: Readonly<Record<string, number>> }>;
export type Reading = Readonly<{
  fields: Readonly<Record<string, number | string>>;
  history: readonly History[];
  /** Where a triple's bytes end too early. */
  cutAt?: number;
}>;

type Field = Readonly<{ bytes: number; read: (value: DataView) => Readonly<Record<string, number | string>> }>;

const signed = (name: string, scale: number): Field => ({
  bytes: 2,
  read: (value) => ({ [name]: scaled(value.getInt16(0, true), scale) }),
});
const unsigned = (name: string, bytes: 1 | 2, scale = 1): Field => ({
  bytes,
  read: (value) => ({ [name]: scaled(bytes === 1 ? value.getUint8(0) : value.getUint16(0, true), scale) }),
});
const state = (name: string, off: string, on: string): Field => ({
  bytes: 1,
  read: (value) => ({ [name]: value.getUint8(0) === 0 ? off : on }),
});
const skipped = (bytes: number): Field => ({ bytes, read: () => ({}) });

/** A tenth is no binary fraction: 279 × 0.1 shall be 27.9. */
const scaled = (raw: number, scale: number): number => Math.round(raw * scale * 1000) / 1000;

const LEAK = state('leakage_status', 'normal', 'leak');
const FIELDS: Readonly<Record<string, Field>> = {
  '01 75': unsigned('battery', 1),
  '03 67': signed('temperature', 0.1),
  '04 68': unsigned('humidity', 1, 0.5),
  '05 00': LEAK,
  '06 00': state('magnet_status', 'close', 'open'),
  '03 77': unsigned('depth', 2),
  '03 82': unsigned('distance', 2),
  '04 00': state('position', 'normal', 'tilt'),
  '05 7d': unsigned('co2', 2),
  '06 73': unsigned('pressure', 2, 0.1),
  '09 73': unsigned('pressure', 2, 0.1),
  '07 7d': unsigned('co2', 2),
  // of the device itself: version, serial, power on, reset
  'ff 01': skipped(1),
  'ff 08': skipped(6),
  'ff 09': skipped(2),
  'ff 0a': skipped(2),
  'ff 0b': skipped(1),
  'ff 0f': skipped(1),
  'ff 16': skipped(8),
  'ff fe': skipped(1),
  'ff ff': skipped(2),
};
/** Models that mean something else by a pair. */
const OF_MODEL: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  'EM300-MLD': { '06 00': LEAK },
  WS301: {
    '03 00': state('magnet_status', 'close', 'open'),
    '04 00': state('tamper_status', 'installed', 'uninstalled'),
  },
  WS202: { '03 00': state('pir', 'normal', 'trigger'), '04 00': skipped(1) },
};

const HISTORY = '20 ce';
/** Time 4, temperature 2, humidity 1, state 1. */
const HISTORY_BYTES = 8;

/** Reads up to the first pair that nobody knows, for its length is not known either. */
export function readTriples(bytes: Uint8Array, model: string): Reading {
  const fields: Record<string, number | string> = {};
  const history: History[] = [];
  let at = 0;
  while (at + 2 <= bytes.length) {
    const pair = Buffer.from(bytes.subarray(at, at + 2))
      .toString('hex')
      .replace(/^(..)/, '$1 ');
    const known = pair === HISTORY ? skipped(HISTORY_BYTES) : (OF_MODEL[model]?.[pair] ?? FIELDS[pair]);
    if (known === undefined) return { fields, history };
    const start = at + 2;
    if (start + known.bytes > bytes.length) return { fields, history, cutAt: at };
    const value = new DataView(bytes.buffer, bytes.byteOffset + start, known.bytes);
    if (pair === HISTORY) history.push(historyOf(value));
    else Object.assign(fields, known.read(value));
    at = start + known.bytes;
  }
  return at === bytes.length ? { fields, history } : { fields, history, cutAt: at };
}

function historyOf(value: DataView): History {
  const humidity = value.getUint8(6);
  return {
    at: value.getUint32(0, true) * 1000,
    // a sensor without humidity sends 0, which no air has
    values: {
      temperature_c: scaled(value.getInt16(4, true), 0.1),
      ...(humidity === 0 ? {} : { humidity_pct: humidity / 2 }),
    },
  };
}
