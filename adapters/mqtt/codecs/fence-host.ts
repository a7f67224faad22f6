import { z } from 'zod';
import type { Signal } from '../../../gateway/domain/signal.ts';
import { ActiveSources } from '../../codec/active-sources.ts';
import { codec } from '../../codec/codec.ts';
import type { Draft, MessageContext } from '../../codec/definition.ts';
import { eachOf } from '../../codec/each-of.ts';
import { knownAs } from '../../codec/known-as.ts';

/** Pulse electric fence hosts (脉冲电子围栏) behind a serial-to-MQTT bridge. The shape is ours; GB/T 7946-2015 asks for the states. */
const family = 'fence-host';

const Zone = z.object({
  zone: z.int({ error: 'the number of the zone' }).min(0).max(255),
  state: z.int({ error: 'the bits of the zone' }).min(0, { error: '0 to 65535' }).max(65_535, { error: '0 to 65535' }),
  kv: z.number({ error: 'number, kV' }).min(0, { error: '0 to 20' }).max(20, { error: '0 to 20' }).optional(),
  armed: z.boolean({ error: 'true or false' }).optional(),
});
type Zone = z.infer<typeof Zone>;
type Context = MessageContext<ActiveSources>;

/** kV; a pulse below this does not deter, and something of the fence is broken. */
const FAULT_BELOW_KV = 3;
const FAULT = 'device.sensor.fault';
/** Of a state register of 16 bits. */
const BITS = Array.from({ length: 16 }, (_one, bit) => bit);

export default codec({
  family,
  topics: ['fence/{host}/state'],
  about: [
    '主机由 sn 找到，也可由 sn 里的单元号（FH05-… 的 05）找到。The host is found by sn, or by the unit number in it.',
    '状态位：0 触网、1 断线、2 短路、3 防拆、4 市电断；各家不同时写 settings.bits。Bits: 0 touched, 1 cut, 2 short, 3 tamper, 4 mains lost; settings.bits overrides them.',
    '每秒轮询：只有变化才算信号；多防区同类报警全部恢复才算恢复。Polled each second: only changes are signals, and a word is over when its last zone is.',
    '布防时低于 3 kV 报传感器故障。Below 3 kV while armed is a sensor fault.',
    '没有变化的报文把各防区电压写进档案库。A report without changes archives the voltage of each zone.',
  ],
  payload: z.object({
    sn: z.string().min(1).max(64).optional(),
    ts: z.number({ error: 'milliseconds since 1970' }).optional(),
    zones: z.array(z.unknown(), { error: 'a list of zones' }).max(256, { error: 'at most 256 zones' }),
  }),
  memory: () => new ActiveSources(),
  all: ({ sn, ts, zones }, context) => {
    const host = sn ?? context.part('host');
    const device = knownAs(context, [host, context.part('host'), /^FH(\d+)-/.exec(host)?.[1]]);
    const at = context.utc('ts', ts);
    const sound = eachOf(context, 'zones', zones, Zone);
    const signals = sound.flatMap((zone) => [
      ...bitSignals(zone, device, context),
      ...voltageFault(zone, device, context),
    ]);
    if (signals.length > 0) return { signals: signals.map((signal) => ({ ...signal, at })) };
    const values = Object.fromEntries(
      sound.flatMap(({ zone, kv }) => (kv === undefined ? [] : [[`zone${zone}_kv`, kv]])),
    );
    return { telemetry: Object.keys(values).length === 0 ? [] : [{ device, at, values }] };
  },
});

const measured = ({ zone, kv }: Zone) => ({
  ...(kv === undefined ? {} : { value: kv, unit: 'kV' }),
  text: `zone ${zone}`,
});

function bitSignals(zone: Zone, device: string, context: Context): readonly Draft<Signal>[] {
  return BITS.flatMap((bit): readonly Draft<Signal>[] => {
    const type = `${family}:bits.${bit}`;
    const active = (zone.state & (1 << bit)) !== 0;
    if (!context.memory.isNews(context, device, type, String(zone.zone), active)) return [];
    return [{ device, type, active, ...measured(zone) }];
  });
}

/** A cut or shorted zone has no voltage either: its bit says why. */
function voltageFault(zone: Zone, device: string, context: Context): readonly Draft<Signal>[] {
  const { kv, state, armed = true } = zone;
  if (kv === undefined) return [];
  const active = armed && state === 0 && kv < FAULT_BELOW_KV;
  if (!context.memory.isNews(context, device, FAULT, String(zone.zone), active)) return [];
  return [{ device, type: FAULT, active, ...measured(zone) }];
}
