import type { Device } from '../../../gateway/domain/device.ts';
import type { Json } from '../../../gateway/domain/json.ts';

/** What the registers of a fence host hold, as the device's record says, else as the reference shape has it. */
export type FenceMap = Readonly<{
  unit: number;
  fn: 3 | 4;
  address: number;
  count: number;
  zones: ReadonlyMap<string, ZoneRegisters>;
  /** Bits of a zone's state to alarm types. */
  bits: ReadonlyMap<number, string>;
  /** The bit that says that the fence is live; undefined: it always is. */
  armedBit: number | undefined;
}>;
/** Registers of one zone (防区), counted from `address`, and how many kilovolts one step of the voltage is. */
export type ZoneRegisters = { state?: number; voltage?: number; kvPerStep: number };

/** Source: the reference shape of pulse fences; GB/T 7946-2015 asks for touch, break and short of each wire. */
const BITS: ReadonlyMap<number, string> = new Map([
  [0, 'community.fence.intrusion'],
  [1, 'community.fence.cut'],
  [2, 'community.fence.short'],
  [3, 'device.tamper'],
  [4, 'device.power.lost'],
]);
const KV_PER_STEP = 0.1;
const ZONES_MAX = 62;
/** `zone 1 state`, `zone 1 voltage ×0.1 kV`. */
const REGISTER = /^zone (\w{1,16}) (?:(state)|voltage(?: ?[×x*] ?([\d.]+) ?kV)?)$/i;

const isTable = (value: Json | undefined): value is { [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const whole = (value: Json | undefined, otherwise: number, most: number): number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most ? value : otherwise;

export function fenceMapOf(device: Device | undefined): FenceMap {
  const settings = device?.settings ?? {};
  const inner = isTable(settings['map']) ? settings['map'] : {};
  const said = { ...inner, ...settings };
  const address = whole(said['address'], 0, 0xffff);
  const zones = zonesOf(
    isTable(said['registers']) ? said['registers'] : undefined,
    whole(said['zones'], 2, ZONES_MAX),
    address,
  );
  const used = [...zones.values()].flatMap(({ state = 0, voltage = 0 }) => [state, voltage]);
  return {
    unit: whole(said['unit'], unitOf(device), 247),
    fn: said['function'] === 4 ? 4 : 3,
    address,
    count: whole(said['count'], Math.max(0, ...used) + 1, 125),
    zones,
    bits: isTable(said['bits']) ? bitsOf(said['bits']) : BITS,
    armedBit: typeof said['armedBit'] === 'number' ? said['armedBit'] : undefined,
  };
}

/** An alias of two digits is the unit's number on the line: `05`. */
function unitOf(device: Device | undefined): number {
  const alias = device?.aliases?.find((name) => /^\d{1,3}$/.test(name));
  return alias === undefined ? 1 : Number(alias);
}

const bitsOf = (bits: { [name: string]: Json }): ReadonlyMap<number, string> =>
  new Map(
    Object.entries(bits).flatMap(([bit, type]) =>
      typeof type === 'string' && /^\d{1,2}$/.test(bit) ? [[Number(bit), type] as const] : [],
    ),
  );

function zonesOf(
  registers: { [name: string]: Json } | undefined,
  usual: number,
  address: number,
): ReadonlyMap<string, ZoneRegisters> {
  const zones = new Map<string, ZoneRegisters>();
  if (registers === undefined) {
    for (let zone = 0; zone < usual; zone += 1)
      zones.set(String(zone + 1), { state: 2 * zone, voltage: 2 * zone + 1, kvPerStep: KV_PER_STEP });
    return zones;
  }
  for (const [register, meaning] of Object.entries(registers)) {
    const [, zone, state, scale] = REGISTER.exec(String(meaning)) ?? [];
    if (zone === undefined) continue;
    const known = zones.get(zone) ?? { kvPerStep: KV_PER_STEP };
    const offset = Number(register) - address;
    zones.set(
      zone,
      state === undefined
        ? { ...known, voltage: offset, kvPerStep: Number(scale ?? KV_PER_STEP) }
        : { ...known, state: offset },
    );
  }
  return zones;
}
