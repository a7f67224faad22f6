import { z } from 'zod';
import { codec } from '../../codec/codec.ts';
import { command } from '../../codec/command-rule.ts';
import type { MessageContext } from '../../codec/definition.ts';
import { LocalTime, toUtc } from '../../codec/device-time.ts';
import { isKnownWord } from '../../codec/known-word.ts';
import { LastStates } from '../../codec/last-states.ts';

/** Door stations (门口机) behind DahuaVTO2MQTT. Source: github.com/elad-bar/DahuaVTO2MQTT, MQTTEvents. */
const family = 'intercom';
/** Where the record names no zone. */
const ZONE = 'Asia/Shanghai';

const Action = z.enum(['Start', 'Stop', 'Pulse'], { error: 'Start, Stop or Pulse' });
const Times = {
  UTC: z.number({ error: 'seconds since 1970' }).optional(),
  LocaleTime: LocalTime.optional(),
};
const Text = z.union([z.string(), z.number()]).transform(String);
type Times = Readonly<{ UTC?: number | undefined; LocaleTime?: string | undefined }>;
const PERSONAL = ['cardname', 'username', 'password', 'citizenidresult', 'snapurl', 'facescore', 'realutc', 'number'];
const CREDENTIALS = ['cardno', 'userid'];

const topics = (code: string): readonly string[] => [`DahuaVTO/${code}/Event`];

/** The bridge's topics do not say which station: its prefix is an alias, or there is one station only. */
function stationOf(context: MessageContext<unknown>): Readonly<{ device: string; name: string }> {
  const prefix = context.topic.replace(/\/[^/]+\/Event$/, '');
  const stations = context.devicesOf(family);
  const station = context.device(prefix) ?? (stations.length === 1 ? stations[0] : undefined);
  const own = station?.aliases?.find((alias) => alias !== prefix);
  return { device: station?.id ?? prefix, name: own ?? station?.id ?? prefix };
}

/** Seconds, sometimes with a fraction. Some firmware writes local time there: then it equals LocaleTime read as UTC. */
function timeOf({ UTC, LocaleTime }: Times, context: MessageContext<unknown>, device: string): number | undefined {
  const zone = context.device(device)?.zone ?? ZONE;
  const isLocal =
    UTC !== undefined && LocaleTime !== undefined && Math.abs(UTC * 1000 - toUtc(LocaleTime, 'UTC')) < 1000;
  if (UTC === undefined || isLocal) return context.local('Data.LocaleTime', LocaleTime, zone);
  return context.utc('Data.UTC', UTC * 1000);
}

const BROKEN = `${family}:DoorStatus=Break`;

const door = codec({
  family,
  topics: topics('DoorStatus'),
  listens: ['DahuaVTO/Command/{rest*}'],
  commands: {
    open: command(z.object({ door: z.int().min(1).max(16).default(1) }), ({ door: Door }) => ({
      topic: 'DahuaVTO/Command/Open',
      payload: JSON.stringify({ Door }),
    })),
  },
  about: [
    '网桥的主题里没有门口机的名字：把主题前缀写入档案的 aliases，或只登记一台。The bridge’s topics do not name the station: its prefix stands among the aliases, or there is one station only.',
    '卡号、用户号只留带密钥的化名。Card and user numbers stay as keyed pseudonyms.',
    'UTC 字段里写成本地时间的旧固件会按 LocaleTime 纠正。Firmware that writes local time into UTC is put right by LocaleTime.',
    '主题前缀不是 DahuaVTO 时写进 mqtt.topics.intercom。Another prefix stands in mqtt.topics.intercom.',
  ],
  personal: PERSONAL,
  credentials: CREDENTIALS,
  payload: z.object({
    Action,
    Data: z.object({ Status: z.enum(['Open', 'Close', 'Break'], { error: 'Open, Close or Break' }), ...Times }),
  }),
  memory: () => new LastStates(),
  all: ({ Data }, context) => {
    const { device } = stationOf(context);
    const at = timeOf(Data, context, device);
    const isBroken = Data.Status === 'Break';
    const isNews = context.memory.isNews(context, device, BROKEN, isBroken);
    return {
      signals: isNews || isBroken ? [{ device, type: BROKEN, at, active: isBroken }] : [],
      telemetry: [{ device, at, values: { door_open: Data.Status === 'Close' ? 0 : 1 } }],
    };
  },
});

const access = codec({
  family,
  topics: topics('AccessControl'),
  personal: PERSONAL,
  credentials: CREDENTIALS,
  payload: z.object({
    Action,
    Data: z.object({
      Status: z.literal([0, 1], { error: '1 granted or 0 denied' }),
      RecNo: z.int({ error: 'a whole number' }).optional(),
      Type: z.string().nullish(),
      CardNo: Text.nullish(),
      UserID: Text.nullish(),
      ...Times,
    }),
  }),
  access: ({ Data }, context) => {
    const { device, name } = stationOf(context);
    const who = [Data.CardNo, Data.UserID].find((one) => one !== undefined && one !== null && one !== '');
    return [
      {
        device,
        at: timeOf(Data, context, device),
        id: Data.RecNo === undefined ? undefined : `${name}:${Data.RecNo}`,
        result: Data.Status === 1 ? 'granted' : 'denied',
        direction: Data.Type === 'Entry' ? 'in' : Data.Type === 'Exit' ? 'out' : undefined,
        credential: who === undefined || who === null ? undefined : context.pseudonym(who),
      },
    ];
  },
});

/** Of the station's own life: they say nothing about the place. */
const QUIET = new Set([
  'Invite',
  'IgnoreInvite',
  'HangupPhone',
  'Hangup',
  'HungupPhone',
  'RequestCallState',
  'PassiveHungup',
  'ProfileAlarmTransmit',
  'NTPAdjustTime',
  'TimeChange',
  'Reboot',
  'KeepLightOn',
  'SecurityImExport',
  'DGSErrorReport',
  'DoorCard',
  'RtspSessionDisconnect',
  'UserLockedNotify',
]);

const event = codec({
  family,
  topics: topics('{code}'),
  personal: PERSONAL,
  credentials: CREDENTIALS,
  payload: z.object({
    Action,
    Data: z.looseObject({ CallID: Text.nullish(), State: z.number().nullish(), ...Times }).default({}),
  }),
  all: ({ Action: action, Data }, context) => {
    const code = context.part('code');
    const { device, name } = stationOf(context);
    const at = timeOf(Data, context, device);
    const type = `${family}:${code}`;
    const id = context.device(device)?.id;
    if (code === 'BackKeyLight') {
      return {
        telemetry: typeof Data.State === 'number' ? [{ device, at, values: { back_key_light: Data.State } }] : [],
      };
    }
    const isKnown = id !== undefined && context.knows(id, type);
    if (!isKnown && QUIET.has(code)) return {};
    if (!isKnownWord(context, device, type, { field: '(topic)', value: code })) return {};
    if (code === 'CallNoAnswered') {
      const call = Data.CallID ?? undefined;
      return action === 'Stop' ? {} : { signals: [{ device, type, at, id: call && `${name}:${code}:${call}` }] };
    }
    return { signals: [{ device, type, at, active: action === 'Pulse' ? undefined : action === 'Start' }] };
  },
});

export default [door, access, event];
