import { z } from 'zod';
import { codec } from '../../codec/codec.ts';
import { command } from '../../codec/command-rule.ts';
import type { MessageContext } from '../../codec/definition.ts';
import { IsoTime } from '../../codec/device-time.ts';
import { Latitude, Longitude, Name, Percent } from '../../codec/fields.ts';
import { knownAs } from '../../codec/known-as.ts';
import { Downlink, draftsOfObject, LorawanObject, lorawanMemory, placeOf } from '../../codec/lorawan.ts';
import { settingsOf } from '../../codec/settings-of.ts';

/** The Things Stack v3 over MQTT. Source: thethingsindustries.com, Data Formats and MQTT Server. */
const family = 'thethings';

const EndDevice = z.object({ device_id: Name, dev_eui: z.string().min(1).max(32).optional() });
type EndDevice = z.infer<typeof EndDevice>;

const nameOf = (context: MessageContext<unknown>, { device_id, dev_eui }: EndDevice): string =>
  knownAs(context, [device_id, dev_eui, dev_eui?.toLowerCase(), context.part('device')]);

/** The server leaves out what is "", 0 or false: the record says which fields there should be. */
const WithDefaults = z.looseObject({ f_port: z.int().min(0).max(255).default(0), f_cnt: z.int().min(0).default(0) });

const up = codec({
  family,
  topics: ['v3/{application}/devices/{device}/up'],
  pushed: { as: 'v3/webhook/devices/webhook/up' }, // what its server publishes; the message names its device
  listens: ['v3/{application}/devices/{device}/down/{rest*}'],
  commands: {
    downlink: command(Downlink, ({ application, fPort, data, confirmed }, called) => ({
      topic: `v3/${application}/devices/${called}/down/push`,
      payload: JSON.stringify({ downlinks: [{ f_port: fPort, frm_payload: data, confirmed, priority: 'NORMAL' }] }),
    })),
  },
  about: [
    '平台只发 QoS 0：网关离开期间的报文会丢。The server sends at QoS 0 only: what comes while the gateway is away is lost.',
    '值为 ""、0、false 的字段平台会省略；在档案 settings.defaults 里写明缺省，如 {"open": false}。Fields of value "", 0 or false are left out: settings.defaults names them, such as {"open": false}.',
    '时间取内层 received_at（网络服务器）。The time is that of the network server, the inner received_at.',
  ],
  payload: z.object({
    end_device_ids: EndDevice,
    received_at: IsoTime.optional(),
    uplink_message: WithDefaults.extend({
      session_key_id: z.string().max(128).optional(),
      decoded_payload: LorawanObject.optional(),
      last_battery_percentage: z.looseObject({ value: Percent.default(0) }).optional(),
      received_at: IsoTime.optional(),
    }),
  }),
  memory: lorawanMemory,
  all: ({ end_device_ids: ids, received_at, uplink_message: message }, context) => {
    const device = nameOf(context, ids);
    const inner = message.received_at === undefined ? 'received_at' : 'uplink_message.received_at';
    const at = context.utc(inner, message.received_at ?? received_at);
    if (message.decoded_payload === undefined) return {};
    const id = [ids.dev_eui ?? ids.device_id, message.session_key_id ?? '', message.f_cnt].join(':');
    const defaults = settingsOf(context.device(device), 'defaults');
    const object = { battery: message.last_battery_percentage?.value, ...defaults, ...message.decoded_payload };
    const frame = { device, id, at, family: `${family}:`, path: 'uplink_message.decoded_payload.' };
    return draftsOfObject(object, frame, context);
  },
});

const join = codec({
  family,
  topics: ['v3/{application}/devices/{device}/join'],
  payload: z.object({ end_device_ids: EndDevice, received_at: IsoTime.optional() }),
  status: ({ end_device_ids, received_at }, context) => [
    { device: nameOf(context, end_device_ids), online: true, at: context.utc('received_at', received_at) },
  ],
});

const location = codec({
  family,
  topics: ['v3/{application}/devices/{device}/location/solved'],
  payload: z.object({
    end_device_ids: EndDevice,
    received_at: IsoTime.optional(),
    location_solved: z.object({
      location: z.object({ latitude: Latitude.default(0), longitude: Longitude.default(0) }),
    }),
  }),
  telemetry: ({ end_device_ids, received_at, location_solved }, context) => {
    const place = placeOf(location_solved.location);
    const at = context.utc('received_at', received_at);
    return place === undefined ? [] : [{ device: nameOf(context, end_device_ids), at, values: {}, place }];
  },
});

const heard = codec({
  family,
  topics: ['v3/{application}/devices/{device}/down/{event}', 'v3/{application}/devices/{device}/service/data'],
  payload: z.object({ end_device_ids: EndDevice }),
  // what became of a downlink: nothing about the place
  signals: () => [],
});

export default [up, join, location, heard];
