import { z } from 'zod';
import { ok } from '../../../gateway/domain/result.ts';
import type { Signal } from '../../../gateway/domain/signal.ts';
import { codec } from '../../codec/codec.ts';
import type { Draft, Drafts, MessageContext } from '../../codec/definition.ts';
import { toUtc } from '../../codec/device-time.ts';
import { CONFIRM, DENY, type Head, readPacket, writeAnswer } from '../fire-panel/frame.ts';
import { readObjects, type Told, type Trouble } from '../fire-panel/objects.ts';
import { Standing } from '../fire-panel/standing.ts';

/**
 * Fire panels behind a user transmitter (用户信息传输装置), the centre's side of the conversation.
 * Source: GB/T 26875.3-2011; public parsers for what transmitters really send.
 */
const Packet = z.custom<ReturnType<typeof readPacket>>();

const SEND = 2;
const ZONE = 'Asia/Shanghai';
const ZONE_MS = 8 * 3_600_000;
const TYPES: Readonly<Record<Trouble, string>> = {
  fire: 'community.fire.panel',
  fault: 'community.fire.panel-fault',
  power: 'device.power.lost',
  network: 'device.network',
};
const TROUBLES: readonly Trouble[] = ['fire', 'fault', 'power', 'network'];

type Context = MessageContext<Standing>;
type Said = Readonly<{ head: Head; device: string; zone: string }>;

export default codec<ReturnType<typeof readPacket>, Standing>({
  family: 'fire-panel',
  topics: ['GB/T 26875.3 server'],
  about: [
    '传输装置以源地址（高字节在前的 12 位十六进制）自称，如 000036090201，登记为编号或别名。',
    'A transmitter goes by its source address, 12 hex digits with the high byte first, such as 000036090201, as id or alias.',
    '部件火警一律为 community.fire.panel；测试位（bit 0 = 0）时照报火警并注明，settings.testBit 为 true 时只记为测试。',
    'Any component’s fire is community.fire.panel; with the test bit (bit 0 = 0) it is raised all the same and says so, unless settings.testBit is true.',
  ],
  format: 'bytes',
  memory: () => new Standing(),
  shape: (body) => ok(readPacket(body instanceof Uint8Array ? body : new Uint8Array())),
  payload: Packet,
  all: (packet, context) => {
    if (!packet.ok) {
      const { fault, head } = packet.error;
      context.refuse(fault);
      return { replies: head === undefined ? [] : [answer(head, DENY, context)] };
    }
    const { head, data } = packet.value;
    if (head.command !== SEND) return {}; // confirmations and answers: we ask for nothing
    const replies = [answer(head, CONFIRM, context)];
    const objects = readObjects(data);
    if (!objects.ok) {
      context.refuse(objects.error);
      return { replies };
    }
    return { ...packetDrafts(head, objects.value, context), replies };
  },
});

const answer = (head: Head, command: typeof CONFIRM | typeof DENY, { receivedAt }: Context) => ({
  topic: '',
  payload: writeAnswer(head, command, new Date(receivedAt + ZONE_MS)),
});

function packetDrafts(head: Head, objects: readonly Told[], context: Context): Drafts {
  const device = head.source;
  const record = context.device(device);
  const said = { head, device: record?.id ?? device, zone: record?.zone ?? ZONE };
  const telemetry = objects.flatMap((told) =>
    told.is === 'measured' && Object.keys(told.values).length > 0
      ? [{ device, at: context.local('time', told.time, said.zone), values: told.values }]
      : [],
  );
  const signals = objects
    .flatMap((told) => objectSignals(told, said, context))
    .map((signal, index) => numbered(signal, index));
  const isQuiet = signals.length === 0 && telemetry.length === 0;
  return { signals, telemetry, status: isQuiet ? [{ device, online: true }] : [] };
}

/** Several signals of one packet are told apart by their number in it. */
const numbered = (signal: Draft<Signal>, index: number): Draft<Signal> =>
  index === 0 ? signal : { ...signal, id: `${signal.id}:${index + 1}` };

function objectSignals(told: Told, said: Said, context: Context): readonly Draft<Signal>[] {
  if (told.is === 'measured') return [];
  const { head, device, zone } = said;
  const at = context.local('time', told.time, zone);
  const common = { device, id: idOf(head, zone), at };
  if (told.is === 'act') {
    const made = [...(told.isManual ? ['community.fire.call-point'] : []), ...(told.isTest ? ['device.test'] : [])];
    if (told.isReset) context.memory.reset(device);
    const over = told.isReset ? ended(TROUBLES, device, context) : [];
    return [...made.map((type) => ({ ...common, type })), ...over.map((type) => ({ ...common, type, active: false }))];
  }
  if (told.isTest && context.device(device)?.settings?.['testBit'] === true) {
    return [{ ...common, type: 'device.test', text: told.text }];
  }
  context.memory.tell(device, told.part, told.troubles);
  const over = ended(
    TROUBLES.filter((trouble) => !told.troubles.includes(trouble)),
    device,
    context,
  );
  return [
    ...told.troubles.map((trouble) => ({ ...common, type: TYPES[trouble], active: true, text: told.text })),
    ...over.map((type) => ({ ...common, type, active: false })),
  ];
}

/** The types that no part of the panel stands for any more. */
const ended = (troubles: readonly Trouble[], device: string, { memory, isActive }: Context): readonly string[] =>
  troubles
    .filter((trouble) => !memory.has(device, trouble) && isActive(device, TYPES[trouble]))
    .map((trouble) => TYPES[trouble]);

/** Source, serial and the packet's own time: the serial alone comes again after 65,535. */
function idOf({ source, serial, time }: Head, zone: string): string {
  const at = toUtc(time, zone);
  return `${source}:${serial}:${Number.isNaN(at) ? time : new Date(at).toISOString().replace('.000', '')}`;
}
