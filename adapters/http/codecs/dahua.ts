import { z } from 'zod';
import { type BadValue, badValue } from '../../../gateway/domain/bad-value.ts';
import { failed, ok, type Result } from '../../../gateway/domain/result.ts';
import { codec } from '../../codec/codec.ts';
import type { Drafts, MessageContext } from '../../codec/definition.ts';
import { withoutPersons } from '../../codec/minimise.ts';
import { channelDevice, ownerOf } from '../../vendor/channel-device.ts';

/**
 * Dahua's event manager (事件管理): text parts `Code=X;action=Start;index=0;data={…}`, and `Heartbeat`.
 * Source: Dahua HTTP API, "Subscribe to event message"; rroller/dahua for what cameras really send.
 */
const WORD = 'a code, such as VideoMotion';
const Seconds = z.number().optional();
const Event = z.object({
  Code: z.string({ error: WORD }).min(1, { error: WORD }),
  action: z.enum(['Start', 'Stop', 'Pulse'], { error: 'Start, Stop or Pulse' }),
  index: z.union([z.int(), z.string().regex(/^\d{1,5}$/)], { error: 'a whole number' }).transform(Number),
  data: z
    .looseObject({
      UTC: Seconds,
      UTCMS: Seconds,
      EventSeq: z.union([z.number(), z.string()]).optional(),
      Name: z.string().optional(),
      Direction: z.string().optional(),
    })
    .optional(),
});
const Part = z.union([z.literal('Heartbeat'), Event]);
type Event = z.infer<typeof Event>;

/** Names of fields with a person or a plate in them. */
const PERSONAL = [
  'text',
  'candidates',
  'person',
  'cardname',
  'cardno',
  'userid',
  'face',
  'faces',
  'commoninfo',
  'trafficcar',
];
/** What a camera says of its own work: no event of the world, and too often for the dead letters. */
const OWN_WORK =
  /^(?:NewFile|VideoMotionInfo|IntelliFrame|RtspSession\w*|InterVideoAccess|LeFunctionStatusSync|ConfigChange|Reboot(?:Event)?|MDResult|SafetyAbnormal|AlarmOutput|UserManag\w*|SystemState|VideoTalk|StorageChange|TimeChange\w+|SceneChange\w*Info)$/;
/** `Name` is a rule's, but with these the account that was tried. */
const OF_ACCOUNTS = /^Login/;
/** Faces, persons and plates: passed over unread, on purpose. */
const OF_PERSONS =
  /^(?:Face\w*|Traffic\w*|HumanTrait|PersonDetection\w*|_DoorFace\w*|CitizenPictureCompare|AccessControl|NumberStat)$/;
const TEXT_MAX_CHARS = 500;

export default codec({
  family: 'dahua',
  topics: ['dahua/{device}/stream'],
  about: [
    '通道从 0 计：别名写作 录像机编号/通道，如 dh-nvr-01/1；单台摄像机无需别名。',
    'Channels count from 0: the alias is recorder/channel, such as dh-nvr-01/1; a single camera needs none.',
    '报警输入可按通道映射：types: {"AlarmLocal/0": "community.panic"}。',
    'An alarm input can be named by its number: types: {"AlarmLocal/0": "community.panic"}.',
  ],
  format: 'text',
  personal: PERSONAL,
  shape: (body) => readPart(String(body)),
  payload: Part,
  all: (part, context) => {
    const name = context.part('device');
    if (part === 'Heartbeat') return { status: [{ device: name, online: true }] };
    return OWN_WORK.test(part.Code) || OF_PERSONS.test(part.Code) ? {} : eventDrafts(part, name, context);
  },
});

/** The names before `;data=`, and what follows as JSON: a name of a rule may hold any sign. */
function readPart(text: string): Result<unknown, BadValue> {
  const trimmed = text.trim();
  if (/^heartbeat$/i.test(trimmed)) return ok('Heartbeat');
  const [head = '', ...rest] = trimmed.split(';data=');
  const fields = Object.fromEntries(
    head.split(';').map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return [name.trim(), value.join('=').trim()];
    }),
  );
  const data = rest.join(';data=').trim();
  if (data === '') return ok(fields);
  const parsed = jsonOf(data);
  return parsed.ok ? ok({ ...fields, data: withoutPersons(parsed.value, PERSONAL) }) : parsed;
}

function jsonOf(text: string): Result<unknown, BadValue> {
  try {
    return ok(JSON.parse(text));
  } catch {
    return failed(badValue('not-json', 'data', '', 'a JSON object'));
  }
}

function eventDrafts(event: Event, name: string, context: MessageContext): Drafts {
  const { Code, action, index, data } = event;
  const device = channelDevice(context, ownerOf(context, [name]), index, 'index');
  if (device === undefined) return {};
  const { UTC, UTCMS = 0, EventSeq, Direction, Name: said } = data ?? {};
  const Name = OF_ACCOUNTS.test(Code) ? undefined : said;
  const ofInput = `${Code}/${index}`;
  const state = Direction === undefined ? '' : ` (Direction=${Direction})`;
  return {
    signals: [
      {
        device,
        type: context.device(device)?.types?.[ofInput] === undefined ? `dahua:${Code}${state}` : ofInput,
        id: EventSeq === undefined ? undefined : `${name}:${index}:${Code}:${EventSeq}:${action.toLowerCase()}`,
        at: context.utc('data.UTC', UTC === undefined ? undefined : UTC * 1000 + UTCMS),
        active: { Start: true, Stop: false, Pulse: undefined }[action],
        text: action === 'Stop' || Name === undefined || Name === '' ? undefined : Name.slice(0, TEXT_MAX_CHARS),
      },
    ],
  };
}
