import { z } from 'zod';
import { badValue } from '../../../gateway/domain/bad-value.ts';
import type { Signal } from '../../../gateway/domain/signal.ts';
import { codec } from '../../codec/codec.ts';
import type { Draft, Drafts, MessageContext, Reply } from '../../codec/definition.ts';
import { numbersOf } from '../../codec/numbers-of.ts';
import { follows, learn, type Node, SparkplugNodes } from '../sparkplug-nodes.ts';
import { type RawMetric, readPayload, rebirthRequest, valueByType } from '../sparkplug-payload.ts';

/** Sparkplug B of lift, crossing and plant controllers. Source: Sparkplug specification 3.0, eclipse/tahu. */
const family = 'sparkplug';

const Metric = z.object({
  name: z.string().max(512).optional(),
  alias: z.number().optional(),
  timestamp: z.number().optional(),
  datatype: z.number().optional(),
  is_historical: z.boolean().optional(),
  is_null: z.boolean().optional(),
  value: z.union([z.bigint(), z.number(), z.boolean(), z.string()]).optional(),
});
const Payload = z.object({
  timestamp: z.number().optional(),
  metrics: z.array(Metric),
  seq: z.int().min(0, { error: '0 to 255' }).max(255, { error: '0 to 255' }).optional(),
});
type Payload = z.infer<typeof Payload>;
type Context = MessageContext<SparkplugNodes>;

/** What the metric is called and says. */
type Read = Readonly<{
  name: string;
  value: number | boolean | string | undefined;
  at: number | undefined;
  isOld: boolean;
}>;

const KINDS = ['NBIRTH', 'NDEATH', 'DBIRTH', 'DDEATH', 'NDATA', 'DDATA'] as const;

export default codec({
  family,
  topics: ['spBv1.0/{group}/{kind}/{edge}', 'spBv1.0/{group}/{kind}/{edge}/{unit}'],
  listens: ['spBv1.0/{group}/NCMD/{edge}', 'spBv1.0/{group}/DCMD/{edge}/{unit}', 'spBv1.0/STATE/{rest*}'],
  about: [
    '设备由 组/边缘节点/设备 找到，如 yichun/yz-tower-3/lift-01；边缘节点由 组/节点 或节点名找到。A device is found by group/edge/device, an edge node by group/edge or its own name.',
    '哪个指标是哪种报警写在档案的 types 里，如 {"Lift/Trapped": "community.lift.trapped"}；其余数值进档案库。The record maps metrics to alarm types; other numbers are archived.',
    '数据报文只带别名：没见过的别名、序号跳变、网关中途启动，都会发出 Node Control/Rebirth。An alias never born, a gap in seq, or a start in mid-stream is answered with Node Control/Rebirth.',
    'NDEATH 的 bdSeq 与最近一次出生不符时不算数。NDEATH counts only with the bdSeq of the last birth.',
    'is_historical 的值只进档案库。Historical values are archived and raise nothing.',
  ],
  format: 'bytes',
  shape: (body) => readPayload(body instanceof Uint8Array ? body : new Uint8Array()),
  payload: Payload,
  memory: () => new SparkplugNodes(),
  all: (payload, context) => {
    const kind = KINDS.find((one) => one === context.part('kind'));
    if (kind === undefined) return refuseKind(context);
    switch (kind) {
      case 'NBIRTH':
        return nodeBirth(payload, context);
      case 'DBIRTH':
        return deviceBirth(payload, context);
      case 'NDEATH':
        return nodeDeath(payload, context);
      case 'DDEATH':
        return {
          ...askOnGap(payload, context),
          status: [{ device: unitName(context), online: false, at: context.utc('timestamp', payload.timestamp) }],
        };
      default:
        return data(payload, context);
    }
  },
});

/** Commands of a host are nobody's report. */
function refuseKind(context: Context): Drafts {
  const kind = context.part('kind');
  if (kind !== 'NCMD' && kind !== 'DCMD') context.refuse(badValue('unknown-code', '(topic)', kind, KINDS.join(', ')));
  return {};
}

const edgeOf = ({ part }: Context): string => `${part('group')}/${part('edge')}`;
const firstKnown = ({ device }: Context, names: readonly string[]): string =>
  names.find((name) => device(name) !== undefined) ?? names.at(-1) ?? '';
const edgeName = (context: Context): string => firstKnown(context, [edgeOf(context), context.part('edge')]);
const unitName = (context: Context, unit = context.part('unit')): string =>
  unit === ''
    ? edgeName(context)
    : firstKnown(context, [`${edgeOf(context)}/${unit}`, `${context.part('edge')}/${unit}`, unit]);

function nodeBirth(payload: Payload, context: Context): Drafts {
  const node = context.memory.born(edgeOf(context), bdSeqOf(payload));
  node.seq = payload.seq;
  learn(node, '', payload.metrics);
  const at = context.utc('timestamp', payload.timestamp);
  return { ...said(payload, node, '', context), status: [{ device: edgeName(context), online: true, at }] };
}

function deviceBirth(payload: Payload, context: Context): Drafts {
  const asked = askOnGap(payload, context);
  const node = context.memory.met(edgeOf(context));
  learn(node, context.part('unit'), payload.metrics);
  return {
    ...said(payload, node, context.part('unit'), context),
    ...asked,
    status: [{ device: unitName(context), online: true }],
  };
}

function nodeDeath(payload: Payload, context: Context): Drafts {
  const node = context.memory.find(edgeOf(context));
  const bdSeq = bdSeqOf(payload);
  if (node?.bdSeq !== undefined && bdSeq !== node.bdSeq) return {}; // the last will of a session before this one
  const units = [...(node?.units.keys() ?? [])].filter((unit) => unit !== '').map((unit) => unitName(context, unit));
  const registered = context
    .devicesOf(family)
    .filter(({ aliases = [] }) => aliases.some((alias) => alias.startsWith(`${edgeOf(context)}/`)))
    .map(({ id }) => id);
  const ids = units.map((name) => context.device(name)?.id ?? name);
  if (node !== undefined) node.seq = undefined;
  return {
    status: [edgeName(context), ...new Set([...ids, ...registered])].map((device) => ({ device, online: false })),
  };
}

function data(payload: Payload, context: Context): Drafts {
  const asked = askOnGap(payload, context);
  const node = context.memory.met(edgeOf(context));
  const { isStrange, ...drafts } = said(payload, node, context.part('unit'), context);
  return { ...drafts, replies: isStrange && asked.replies === undefined ? ask(node, context) : (asked.replies ?? []) };
}

/** A gap in `seq`, or a node that we never saw being born. */
function askOnGap({ seq }: Payload, context: Context): Pick<Drafts, 'replies'> {
  const node = context.memory.met(edgeOf(context));
  const isWhole = follows(node, seq);
  return isWhole ? {} : { replies: ask(node, context) };
}

function ask(node: Node, context: Context): readonly Reply[] {
  if (!context.memory.mayAsk(node, context.receivedAt)) return [];
  const { part } = context;
  return [{ topic: `spBv1.0/${part('group')}/NCMD/${part('edge')}`, payload: rebirthRequest(context.receivedAt) }];
}

function bdSeqOf({ metrics }: Payload): number | undefined {
  const value = metrics.find(({ name }) => name === 'bdSeq')?.value;
  return typeof value === 'bigint' ? Number(value) : undefined;
}

/** Of the protocol itself, not of the place. */
const OWN_METRIC = /^(?:bdSeq$|(?:Node|Device) Control\/)/;

function said(payload: Payload, node: Node, unit: string, context: Context): Drafts & { isStrange: boolean } {
  const device = unitName(context);
  const { read, isStrange } = readMetrics(payload, node, unit, context);
  const mine = read.filter(({ name }) => !OWN_METRIC.test(name));
  const signals = mine.flatMap((metric) => signalOf(metric, device, context));
  const told = new Set(signals.map(({ type }) => type));
  const measured = mine.filter(({ name, isOld }) => isOld || !told.has(`${family}:${name}`));
  return { signals, telemetry: telemetryOf(measured, device), isStrange };
}

function readMetrics({ metrics, timestamp }: Payload, node: Node, unit: string, context: Context) {
  const aliases = node.units.get(unit);
  let isStrange = false;
  const read = metrics.flatMap((metric: RawMetric, index): readonly Read[] => {
    const born = metric.alias === undefined ? undefined : aliases?.get(metric.alias);
    const name = metric.name ?? born?.name;
    if (name === undefined) {
      isStrange = true;
      context.refuse(strangeAlias(metric, index, unit, aliases?.keys()));
      return [];
    }
    const at = context.utc(`metrics[${index}].timestamp`, metric.timestamp ?? timestamp);
    return [
      { name, value: valueByType(metric, metric.datatype ?? born?.datatype), at, isOld: metric.is_historical === true },
    ];
  });
  return { read, isStrange };
}

function strangeAlias({ alias }: RawMetric, index: number, unit: string, known: Iterable<number> = []) {
  const seen = [...known].join(', ');
  const birth = unit === '' ? 'NBIRTH' : 'DBIRTH';
  if (alias === undefined) return badValue('missing-field', `metrics[${index}].name`, '', 'a name, or an alias');
  return badValue(
    'unknown-code',
    `metrics[${index}].alias`,
    alias,
    `an alias of the last ${birth} (${seen || 'none seen'})`,
  );
}

/** A metric that is mapped: true or not zero opens, false or zero closes; a birth repeats every value. */
function signalOf({ name, value, at, isOld }: Read, device: string, context: Context): readonly Draft<Signal>[] {
  const type = `${family}:${name}`;
  const id = context.device(device)?.id;
  if (isOld || id === undefined || !context.knows(id, type)) return [];
  if (typeof value === 'boolean') return [{ device, type, at, active: value }];
  return typeof value === 'number' ? [{ device, type, at, active: value !== 0, value }] : [];
}

/** Values of one moment stand together. */
function telemetryOf(metrics: readonly Read[], device: string): NonNullable<Drafts['telemetry']> {
  const moments = Map.groupBy(metrics, ({ at }) => at);
  return [...moments].flatMap(([at, read]) => {
    const values = numbersOf(read.map(({ name, value }) => [name, typeof value === 'boolean' ? Number(value) : value]));
    return Object.keys(values).length === 0 ? [] : [{ device, at, values }];
  });
}
