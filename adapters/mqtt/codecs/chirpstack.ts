import { z } from 'zod';
import { badValue } from '../../../gateway/domain/bad-value.ts';
import { failed, ok } from '../../../gateway/domain/result.ts';
import { batterySignal } from '../../codec/battery.ts';
import { codec } from '../../codec/codec.ts';
import { command } from '../../codec/command-rule.ts';
import type { MessageContext } from '../../codec/definition.ts';
import { IsoTime } from '../../codec/device-time.ts';
import { Latitude, Longitude, Name, Percent } from '../../codec/fields.ts';
import { knownAs } from '../../codec/known-as.ts';
import { LastStates } from '../../codec/last-states.ts';
import { Downlink, distinct, draftsOfObject, LorawanObject, lorawanMemory, placeOf } from '../../codec/lorawan.ts';

/** ChirpStack v4's MQTT integration in JSON. Source: chirpstack/api, integration.proto. */
const family = 'chirpstack';
const on = (event: string): readonly string[] => [`application/{application}/device/{device}/event/${event}`];

/** What all events have in common. */
const Head = {
  deduplicationId: z.string().min(1).max(64).optional(),
  time: IsoTime.optional(),
  deviceInfo: z.object({ devEui: Name }),
};

/** Version 3 had other names, and its devEUI in base64: it is refused, not guessed. */
function onlyV4(body: unknown) {
  if (typeof body !== 'object' || body === null || 'deviceInfo' in body) return ok(body);
  const old = 'devEUI' in body ? body.devEUI : 'applicationID' in body ? body.applicationID : undefined;
  if (old === undefined) return ok(body);
  return failed(
    badValue(
      'unknown-version',
      'devEUI' in body ? 'devEUI' : 'applicationID',
      old,
      'ChirpStack v4, with deviceInfo.devEui',
    ),
  );
}

type Headed = Readonly<{
  deduplicationId?: string | undefined;
  time?: string | undefined;
  deviceInfo: { devEui: string };
}>;
const said = (context: MessageContext<unknown>, { deduplicationId: id, time, deviceInfo: { devEui } }: Headed) => ({
  device: knownAs(context, [devEui, devEui.toLowerCase(), context.part('device')]),
  id,
  at: context.utc('time', time),
});

const up = codec({
  family,
  topics: on('up'),
  listens: ['application/{application}/device/{device}/command/{rest*}'],
  commands: {
    downlink: command(Downlink, ({ application, fPort, data, confirmed }, devEui) => ({
      topic: `application/${application}/device/${devEui}/command/down`,
      payload: JSON.stringify({ devEui, confirmed, fPort, data }),
    })),
  },
  about: [
    '设备由 deviceInfo.devEui 找到：把 DevEUI 写入设备档案的 aliases。The device is found by its DevEUI: write it among the aliases of its record.',
    'object 里的字段要在 ChirpStack 的设备配置里配解码器才有。Fields of `object` come only where the device profile has a payload codec.',
    '倾角 15°、冲击 2 g 以上算报警；水位、位移要在档案的 settings.limits 里写限值。Tilt counts from 15°, shock from 2 g; level and displacement need a limit in settings.limits.',
    'settings.telemetry 把其他数值字段写进档案库，如 {"hdop": "hdop"}。settings.telemetry archives further numbers.',
    '只收 JSON；集成若配成 protobuf，报文作为 not-json 留存。JSON only: an integration set to protobuf is answered `not-json`.',
  ],
  shape: onlyV4,
  payload: z.object({
    ...Head,
    fCnt: z.int().min(0).optional(),
    fPort: z.int().min(0).max(255).optional(),
    object: LorawanObject.optional(),
  }),
  memory: lorawanMemory,
  all: ({ fPort, object, ...head }, context) => {
    if (fPort === 0 || object === undefined) return {}; // MAC commands, or a device without a codec
    return draftsOfObject(object, { ...said(context, head), family: `${family}:object.`, path: 'object.' }, context);
  },
});

const POWER = `${family}:status.externalPowerSource=false`;

const status = codec({
  family,
  topics: on('status'),
  shape: onlyV4,
  payload: z.object({
    ...Head,
    margin: z.number().optional(),
    externalPowerSource: z.boolean().optional(),
    batteryLevelUnavailable: z.boolean().optional(),
    batteryLevel: Percent.optional(),
  }),
  memory: () => new LastStates(),
  all: ({ externalPowerSource, batteryLevelUnavailable, batteryLevel, ...head }, context) => {
    const frame = said(context, head);
    const percent = batteryLevelUnavailable === true || externalPowerSource === true ? undefined : batteryLevel;
    const low = batterySignal(context.memory, context, frame, percent);
    const power = hasPowerChanged(context, frame.device, externalPowerSource)
      ? [{ ...frame, type: POWER, active: externalPowerSource === false }]
      : [];
    const values = percent === undefined || low.length > 0 ? [] : [{ ...frame, values: { battery_pct: percent } }];
    return {
      signals: distinct([...low, ...power]),
      telemetry: values.map(({ device, at, values }) => ({ device, at, values })),
    };
  },
});

/** A device on a battery never had mains: only one that had it can lose it. */
function hasPowerChanged(
  context: MessageContext<LastStates>,
  device: string,
  isExternal: boolean | undefined,
): boolean {
  const id = context.device(device)?.id;
  if (id === undefined || isExternal === undefined) return false;
  const was = context.memory.last(id, POWER) ?? (context.isActive(id, POWER) ? true : isExternal ? false : undefined);
  context.memory.set(id, POWER, !isExternal);
  return was !== undefined && was === isExternal;
}

const join = codec({
  family,
  topics: on('join'),
  shape: onlyV4,
  payload: z.object({ ...Head, devAddr: z.string().optional() }),
  status: (head, context) => {
    const { device, at } = said(context, head);
    return [{ device, online: true, at }];
  },
});

const location = codec({
  family,
  topics: on('location'),
  shape: onlyV4,
  payload: z.object({ ...Head, location: z.object({ latitude: Latitude, longitude: Longitude }) }),
  telemetry: ({ location: found, ...head }, context) => {
    const { device, at } = said(context, head);
    const place = placeOf(found);
    return place === undefined ? [] : [{ device, at, values: {}, place }];
  },
});

const heard = ['ack', 'txack', 'log', 'integration'].map((event) =>
  codec({
    family,
    topics: on(event),
    shape: onlyV4,
    payload: z.object(Head),
    // what the network did with a downlink, or what it wrote in its log: nothing about the place
    signals: () => [],
  }),
);

export default [up, status, join, location, ...heard];
