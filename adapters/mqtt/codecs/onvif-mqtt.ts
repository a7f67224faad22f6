import { z } from 'zod';
import { badValue } from '../../../gateway/domain/bad-value.ts';
import { ActiveSources } from '../../codec/active-sources.ts';
import { codec } from '../../codec/codec.ts';
import type { Drafts, MessageContext } from '../../codec/definition.ts';
import { IsoTime } from '../../codec/device-time.ts';
import { isPrivate, ruleOf, type TopicRule } from '../../onvif/topics.ts';

/** ONVIF events as JSON over MQTT. Source: ONVIF Core specification, event broker; Profile M. */
const family = 'onvif-mqtt';

/** A value is a quoted text, or bare for numbers and booleans; complex items use `@attribute`. */
const Items = z.record(z.string(), z.unknown());
const Event = z.object({
  UtcTime: IsoTime.optional(),
  Source: Items.default({}),
  Data: Items.default({}),
});
type Event = z.infer<typeof Event>;
type Context = MessageContext<ActiveSources>;

/** What the message tells of: device, topic in the catalogue's form, source values, whether the property is gone. */
type Said = Readonly<{
  device: string;
  topic: string;
  source: string;
  at: number | undefined;
  text: string | undefined;
  data: Event['Data'];
  isDeleted: boolean;
}>;

export default codec({
  family,
  topics: ['{prefix}/onvif-ej/{rest*}', '{site}/{prefix}/onvif-ej/{rest*}'],
  about: [
    '主题前缀由设备配置，一级或两级；把前缀写进设备档案的 aliases。The prefix is configured at the device, one or two levels; it stands among the aliases of its record.',
    '属性事件是保留消息；空报文表示属性已删除，即报警恢复。Property events are retained; an empty payload deletes the property: the alarm is over.',
    '同一规则下多个来源（规则、输入口）全部恢复才算恢复。Several sources of one topic are over when the last of them is.',
    '人脸、车牌、人员类主题不读取。Topics that name persons or plates are not read.',
  ],
  empty: 'deleted',
  personal: ['credentialholdername', 'likelihood', 'platenumber'],
  credentials: ['credentialtoken'],
  payload: z.union([z.literal('deleted'), Event], { error: 'a JSON object with UtcTime, Source and Data' }),
  memory: () => new ActiveSources(),
  all: (event, context) => {
    const said = saidOf(event, context);
    if (isPrivate(said.topic)) return {};
    const rule = ruleOf(said.topic);
    return rule === undefined ? unruled(said, context) : ruled(rule, said, context);
  },
});

function saidOf(event: Event | 'deleted', context: Context): Said {
  const [path = '', values = ''] = context.part('rest').split(/\/?&(.*)/s);
  const { UtcTime, Source, Data } = event === 'deleted' ? { UtcTime: undefined, Source: {}, Data: {} } : event;
  const topic = topicOf(path);
  const fromTopic = values
    .split('/')
    .map((value) => value.replace(/^[^=/]+=/, ''))
    .at(-1); // a draft had name=value
  const rule = typeof Source['Rule'] === 'string' ? Source['Rule'] : fromTopic;
  return {
    device: deviceOf(context),
    topic,
    source: values.replaceAll(/[^/=]+=/g, ''),
    at: context.utc('UtcTime', UtcTime),
    text: topic.startsWith('tns1:RuleEngine/') ? rule?.slice(0, 80) : undefined,
    data: Data,
    isDeleted: event === 'deleted',
  };
}

function deviceOf({ part, device }: Context): string {
  const names = part('site') === '' ? [part('prefix')] : [`${part('site')}/${part('prefix')}`, part('prefix')];
  return names.find((name) => device(name) !== undefined) ?? names.at(-1) ?? '';
}

/** `RuleEngine/LineDetector/Crossed` is ONVIF's own; another namespace stays as `alias:Name`. */
function topicOf(path: string): string {
  const plain = path.replace(/^tns1:/, '').replace(/\/+$/, '');
  const [root = ''] = plain.split('/');
  return root.includes(':') ? plain : `tns1:${plain}`;
}

function ruled(rule: TopicRule, said: Said, context: Context): Drafts {
  switch (rule.is) {
    case 'nothing':
      return {};
    case 'pulse':
      return said.isDeleted || (rule.item !== undefined && truth(said.data[rule.item]) === false) ? {} : pulse(said);
    case 'state':
      return state(said, rule.item, context);
    case 'filled':
      return change(said, said.topic, !said.isDeleted && String(said.data[rule.item] ?? '') !== '', context);
    case 'words':
      return words(said, rule, context);
    case 'telemetry':
    case 'level':
      return measured(said, rule, context);
    case 'access':
      return said.isDeleted ? {} : access(said, rule.result, context);
    default:
      return rule satisfies never;
  }
}

/** A topic that the table lacks: the record may map it; else it is a dead letter with `unknown-code`. */
function unruled(said: Said, context: Context): Drafts {
  const flags = Object.values(said.data)
    .map(truth)
    .filter((one) => one !== undefined);
  if (flags.length === 1 || said.isDeleted) return change(said, said.topic, flags[0] ?? false, context);
  return pulse(said);
}

const pulse = ({ device, topic, at, text }: Said): Drafts => ({ signals: [{ device, type: topic, at, text }] });

function change({ device, source, at, text }: Said, type: string, active: boolean, context: Context): Drafts {
  return context.memory.isNews(context, device, type, source, active)
    ? { signals: [{ device, type, at, active, text }] }
    : {};
}

function state(said: Said, item: string | undefined, context: Context): Drafts {
  if (said.isDeleted) return change(said, said.topic, false, context);
  if (item === undefined) return change(said, said.topic, true, context);
  const active = truth(said.data[item]);
  if (active !== undefined) return change(said, said.topic, active, context);
  const value = said.data[item];
  context.refuse(
    badValue(value === undefined ? 'missing-field' : 'wrong-type', `Data.${item}`, value ?? '', 'true or false'),
  );
  return {};
}

/** Booleans come as true, "true" or "1". */
function truth(value: unknown): boolean | undefined {
  const text = String(value).toLowerCase();
  return text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : undefined;
}

function words(said: Said, rule: Extract<TopicRule, { is: 'words' }>, context: Context): Drafts {
  const word = said.isDeleted ? undefined : rule.words[String(said.data[rule.item])];
  const brackets = [...new Set(Object.values(rule.words))].filter((one) => one !== '');
  const all = brackets.map((one) => change(said, `${said.topic} (${one})`, one === word, context));
  return { signals: all.flatMap(({ signals = [] }) => signals) };
}

function measured(said: Said, rule: Extract<TopicRule, { is: 'telemetry' | 'level' }>, context: Context): Drafts {
  if (said.isDeleted) return {};
  const { device, at, data } = said;
  const value = Number(data[rule.item]);
  if (data[rule.item] === undefined || !Number.isFinite(value)) {
    context.refuse(
      badValue(
        data[rule.item] === undefined ? 'missing-field' : 'wrong-type',
        `Data.${rule.item}`,
        data[rule.item] ?? '',
        'a number',
      ),
    );
    return {};
  }
  const telemetry = [{ device, at, values: { [rule.name]: value } }];
  if (rule.is === 'telemetry' || (value >= rule.opensBelow && value <= rule.closesAbove)) return { telemetry };
  return { telemetry, ...change(said, said.topic, value < rule.opensBelow, context) };
}

function access({ device, at, data }: Said, result: 'granted' | 'denied', context: Context): Drafts {
  const token = data['CredentialToken'];
  const credential = typeof token === 'string' && token !== '' ? context.pseudonym(token) : undefined;
  return { access: [{ device, at, result, credential }] };
}
