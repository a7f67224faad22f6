import { z } from 'zod';
import type { Signal } from '../../../gateway/domain/signal.ts';
import { codec } from '../../codec/codec.ts';
import type { Draft, MessageContext } from '../../codec/definition.ts';
import { type FenceMap, fenceMapOf } from '../modbus/fence-map.ts';
import { type Answer, readAnswer } from '../modbus/frame.ts';

/**
 * Pulse electric fences (脉冲电子围栏) that are polled by Modbus RTU: a state and a voltage for each zone. States are
 * states: only what changed since the last poll is a signal, and after a start what differs from the open alarms.
 */
const Read = z.custom<Answer>();

/** Below this a live fence keeps nobody out. Source: GB/T 7946-2015 asks for 5 to 10 kV. */
const KV_LEAST = 3;
const WEAK = 'device.sensor.fault';
/** A voltage is told when it moved by this much, and else once a minute. */
const KV_STEP = 0.5;
const TELEMETRY_MS = 60_000;
/** Hosts remembered; a city has some hundred. */
const HOSTS_MAX = 5_000;

type Zone = Readonly<{ zone: string; kv: number | undefined; types: ReadonlySet<string>; device: string }>;
type Host = Readonly<{ zones: ReadonlyMap<string, Zone>; told: Readonly<Record<string, number>>; toldAt: number }>;
type Memory = Map<string, Host>;
type Context = MessageContext<Memory>;

export default codec<Answer, Memory>({
  family: 'fence-host',
  topics: ['fence-host/{device}/poll'],
  about: [
    '轮询：connection.url 写 tcp://主机:端口（串口服务器，Modbus RTU over TCP），settings 写 unit、function、address、registers、bits、armedBit。',
    'Polled: connection.url is tcp://host:port of the serial server (Modbus RTU over TCP); settings have unit, function, address, registers, bits, armedBit.',
    '防区设备的别名写作 主机编号/防区，如 yz-fence-east/1；没有则记在主机上。',
    'The device of a zone has the alias host/zone, such as yz-fence-east/1; without one its alarms are the host’s.',
  ],
  format: 'bytes',
  memory: () => new Map(),
  shape: (body) => readAnswer(body instanceof Uint8Array ? body : new Uint8Array()),
  payload: Read,
  all: ({ registers }, context) => {
    const name = context.part('device');
    const record = context.device(name);
    const host = record?.id ?? name;
    const map = fenceMapOf(record);
    const known = context.memory.get(host);
    const zones = new Map([...map.zones.keys()].map((zone) => [zone, zoneOf(zone, host, registers, map, context)]));
    const signals = [...zones.values()].flatMap((zone) => changes(zone, known?.zones.get(zone.zone), zones, context));
    const values = voltages(zones);
    const isTold =
      known === undefined || context.receivedAt - known.toldAt >= TELEMETRY_MS || hasMoved(known.told, values);
    remember(context.memory, host, isTold ? { zones, told: values, toldAt: context.receivedAt } : { ...known, zones });
    return { signals, telemetry: isTold && Object.keys(values).length > 0 ? [{ device: host, values }] : [] };
  },
});

function zoneOf(
  zone: string,
  host: string,
  registers: readonly number[],
  map: FenceMap,
  { device: find }: Context,
): Zone {
  const { state: stateAt, voltage, kvPerStep } = map.zones.get(zone) ?? { kvPerStep: 0 };
  const state = stateAt === undefined ? 0 : (registers[stateAt] ?? 0);
  const steps = voltage === undefined ? undefined : registers[voltage];
  const kv = steps === undefined ? undefined : Math.round(steps * kvPerStep * 100) / 100;
  const types = [...map.bits].flatMap(([bit, type]) => ((state & (1 << bit)) === 0 ? [] : [type]));
  const isArmed = map.armedBit === undefined || (state & (1 << map.armedBit)) !== 0;
  // a wire that is touched or cut has no voltage: that is the alarm, no fault of the host
  const isWeak = isArmed && types.length === 0 && kv !== undefined && kv < KV_LEAST;
  const owner = [host, ...(find(host)?.aliases ?? [])]
    .map((name) => find(`${name}/${zone}`))
    .find((found) => found !== undefined);
  return { zone, kv, types: new Set(isWeak ? [WEAK] : types), device: owner?.id ?? host };
}

/** What began and what ended in one zone; an alarm of the host ends with the last of its zones. */
function changes(
  zone: Zone,
  was: Zone | undefined,
  all: ReadonlyMap<string, Zone>,
  context: Context,
): readonly Draft<Signal>[] {
  const { device, kv, types } = zone;
  const said = { device, value: kv, unit: kv === undefined ? undefined : 'kV', text: `zone ${zone.zone}` };
  const isNew = (type: string): boolean => (was === undefined ? !context.isActive(device, type) : !was.types.has(type));
  const begun = [...types].filter(isNew).map((type) => ({ ...said, type, active: true }));
  const isElsewhere = (type: string): boolean =>
    [...all.values()].some((other) => other.device === device && other.types.has(type));
  const candidates = was === undefined ? typesOf(context, device) : [...was.types];
  const over = candidates.filter((type) => !types.has(type) && !isElsewhere(type) && context.isActive(device, type));
  return [...begun, ...over.map((type) => ({ device, type, active: false }))];
}

/** All that a host can say: after a start nobody knows what it said last. */
const typesOf = ({ device }: Context, id: string): readonly string[] => [...fenceMapOf(device(id)).bits.values(), WEAK];

const voltages = (zones: ReadonlyMap<string, Zone>): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...zones.values()].flatMap(({ zone, kv }) => (kv === undefined ? [] : [[`zone${zone}_kv`, kv] as const])),
  );

const hasMoved = (told: Readonly<Record<string, number>>, now: Readonly<Record<string, number>>): boolean =>
  Object.entries(now).some(([name, kv]) => Math.abs(kv - (told[name] ?? Number.POSITIVE_INFINITY)) >= KV_STEP);

function remember(memory: Memory, host: string, state: Host): void {
  if (!memory.has(host) && memory.size >= HOSTS_MAX) memory.delete(memory.keys().next().value ?? '');
  memory.set(host, state);
}
