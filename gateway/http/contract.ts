import { z } from 'zod';
import { ALARM_ACTIONS, type AlarmAction } from '../alarms/command.ts';
import { ALARM_STATES, CONDITIONS, EVIDENCE_KINDS, VERDICTS } from '../domain/alarm.ts';
import { BAD_REASONS } from '../domain/bad-value.ts';
import { CLIP_NOTES } from '../domain/camera.ts';
import { DEVICE_ID, DEVICE_KINDS } from '../domain/device.ts';
import { LINKAGE_RESULTS } from '../domain/linkage.ts';
import { STRUCTURE_KINDS } from '../domain/railway-line.ts';
import { HoursText, WhereText } from '../domain/rule-text.ts';

/*
 * What outsiders rely on, in the words of the wire: ISO 8601 times in UTC with milliseconds, absent rather than null.
 * The console imports the types of this file and nothing else of the gateway.
 */

export const IsoTime = z.iso.datetime({ precision: 3 }).describe('ISO 8601, UTC, milliseconds');
export const RegionCode = z
  .string()
  .regex(/^\d{12}$/, 'a division code of 12 digits, such as 360902001000')
  .meta({ id: 'RegionCode' });
export const DeviceIdText = z
  .string()
  .regex(DEVICE_ID, 'letters, digits and . _ : -, at most 64, such as yz-fence-k812');
export const SeverityNumber = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]);

export const Place = z
  .object({
    name: z.string().max(200).optional(),
    lng: z.number().min(-180).max(180).optional(),
    lat: z.number().min(-90).max(90).optional(),
    line: z.string().max(64).optional(),
    km: z.string().max(20).optional(),
    kmValue: z.int().min(0).max(9_999_999).optional(),
    direction: z.enum(['up', 'down']).optional(),
  })
  .meta({ id: 'Place' });
export type Place = z.infer<typeof Place>;

export const Evidence = z.object({
  kind: z.enum(EVIDENCE_KINDS),
  url: z.string(),
  at: IsoTime,
  camera: z.string().optional(),
  sha256: z.string(),
  bytes: z.int().optional(),
  /** Who sent a photo. */
  by: z.string().optional(),
  /** When a clip's first and last picture came. */
  from: IsoTime.optional(),
  to: IsoTime.optional(),
  /** Why a clip is less than was wanted: its camera was not open, the stream broke off, or less was in memory. */
  note: z.enum(CLIP_NOTES).optional(),
  /** Locked: nothing takes the file away. */
  isLocked: z.boolean().optional(),
  /** When the file was taken away, because its time was over or the room was needed. */
  removedAt: IsoTime.optional(),
});
export type Evidence = z.infer<typeof Evidence>;
/** Locks a file of an alarm against removal, or lets it go. */
export const EvidenceLock = z.object({ isLocked: z.boolean(), note: z.string().max(500).optional() });

export const LinkageMark = z.object({
  rule: z.string(),
  step: z.string(),
  result: z.enum(LINKAGE_RESULTS),
  detail: z.string().optional(),
  until: IsoTime.optional(),
});
export type LinkageMark = z.infer<typeof LinkageMark>;
export const LinkageAnswer = z.object({ version: z.int().min(1), note: z.string().max(2000).optional() });

export const Alarm = z
  .object({
    id: z.uuid(),
    type: z.string(),
    severity: SeverityNumber,
    condition: z.enum(CONDITIONS),
    state: z.enum(ALARM_STATES),
    verdict: z.enum(VERDICTS).optional(),
    device: z.string(),
    region: RegionCode,
    compound: z.string().optional(),
    centre: RegionCode,
    place: Place,
    title: z.object({ zh: z.string(), en: z.string() }),
    occurredAt: IsoTime,
    lastAt: IsoTime,
    receivedAt: IsoTime,
    count: z.int(),
    value: z.number().optional(),
    text: z.string().optional(),
    assignee: z.string().optional(),
    evidence: z.array(Evidence),
    due: z.object({ accept: IsoTime.optional(), arrive: IsoTime.optional(), close: IsoTime.optional() }),
    shelvedUntil: IsoTime.optional(),
    incident: z.string().optional(),
    cameras: z.array(z.string()),
    /** Steps that follow the alarm (联动); `asked` waits for a person until then. */
    linkages: z.array(LinkageMark).optional(),
    version: z.int(),
  })
  .meta({ id: 'Alarm' });
export type Alarm = z.infer<typeof Alarm>;

/** One line of an alarm's history (经过): what happened, by whom, when. */
export const HistoryItem = z.object({
  seq: z.int(),
  at: IsoTime,
  kind: z.string(),
  /** The identity of the signal that did it: the device's message id where it has one. */
  signal: z.string().optional(),
  by: z.string().optional(),
  centre: RegionCode.optional(),
  note: z.string().optional(),
  doneAt: IsoTime.optional(),
  assignee: z.string().optional(),
  verdict: z.enum(VERDICTS).optional(),
  to: z.string().optional(),
  until: IsoTime.optional(),
  value: z.number().optional(),
  text: z.string().optional(),
  /** A step of a linkage, and what came of it. */
  rule: z.string().optional(),
  step: z.string().optional(),
  result: z.enum(LINKAGE_RESULTS).optional(),
  detail: z.string().optional(),
});
export type HistoryItem = z.infer<typeof HistoryItem>;
export const AlarmDetail = Alarm.extend({ history: z.array(HistoryItem) }).meta({ id: 'AlarmDetail' });
export type AlarmDetail = z.infer<typeof AlarmDetail>;

export const AlarmPage = z.object({ items: z.array(Alarm), next: z.string().optional(), seq: z.int() });
export type AlarmPage = z.infer<typeof AlarmPage>;

/** Query strings give lists as `a,b` or as repeated keys. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z
    .preprocess(
      (value) => (value === undefined ? undefined : [value].flat().flatMap((text) => String(text).split(','))),
      z.array(item).max(100).optional(),
    )
    .optional();
const severityText = z.coerce.number().pipe(SeverityNumber);

export const AlarmFilter = z.object({
  region: listOf(RegionCode),
  state: listOf(z.enum(ALARM_STATES)),
  condition: listOf(z.enum(CONDITIONS)),
  severity: listOf(severityText),
  type: listOf(z.string().max(80)).describe('whole codes, or prefixes that end in a dot: railway.cattle.'),
  device: listOf(z.string().max(64)),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
});
export const AlarmListQuery = AlarmFilter.extend({
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z.string().max(200).optional(),
});

export const AlarmCounts = z.object({
  items: z.array(z.object({ severity: SeverityNumber, state: z.enum(ALARM_STATES), count: z.int() })),
  seq: z.int(),
});
export type AlarmCounts = z.infer<typeof AlarmCounts>;

export { ALARM_ACTIONS, type AlarmAction };

export const AlarmCommand = z
  .object({
    version: z.int().min(1),
    note: z.string().max(2000).optional(),
    assignee: z.string().max(100).optional(),
    verdict: z.enum(VERDICTS).optional(),
    until: z.iso.datetime({ offset: true }).optional(),
    to: RegionCode.optional(),
    /** When the person did it, where a phone sends it later. */
    at: z.iso.datetime({ offset: true }).optional(),
  })
  .meta({ id: 'AlarmCommand' });
export type AlarmCommand = z.infer<typeof AlarmCommand>;

export const BulkCommand = AlarmCommand.omit({ version: true }).extend({
  action: z.enum(ALARM_ACTIONS),
  items: z
    .array(z.object({ id: z.uuid(), version: z.int().min(1) }))
    .min(1)
    .max(200),
});
export const BulkResult = z.object({
  items: z.array(z.object({ id: z.string(), status: z.int(), alarm: Alarm.optional(), detail: z.string().optional() })),
});

/** RFC 9457 problem details. `alarm` is the present one when a version was old, `version` that of another thing. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    instance: z.string().optional(),
    field: z.string().optional(),
    value: z.string().optional(),
    expected: z.string().optional(),
    alarm: Alarm.optional(),
    version: z.int().optional(),
    /** Seconds after which it makes sense to try again. */
    retryAfter: z.int().optional(),
    /** Every wrong field, where more than one is. */
    faults: z.array(z.object({ field: z.string(), value: z.string(), expected: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof Problem>;

export const Connection = z.object({
  url: z.string().max(500),
  username: z.string().max(100).optional(),
  password: z.string().max(200).optional(),
});
export const DeviceInput = z
  .object({
    kind: z.enum(DEVICE_KINDS),
    profile: z.string().max(40),
    name: z.string().min(1).max(100),
    region: RegionCode,
    place: Place.default({}),
    compound: z.string().max(64).optional(),
    parent: DeviceIdText.optional(),
    connection: Connection.optional(),
    cameras: z.array(DeviceIdText).max(16).optional(),
    types: z.record(z.string(), z.string()).optional(),
    tags: z.array(z.string().max(200)).max(32).optional(),
    aliases: z.array(z.string().min(1).max(128)).max(64).optional(),
    zone: z.string().max(64).optional(),
    settings: z.record(z.string().max(64), z.json()).optional(),
    enabled: z.boolean().default(true),
    /** The version that is replaced; absent for a new device. */
    version: z.int().optional(),
  })
  .meta({ id: 'DevicePut' }); // `DeviceInput` is what the OpenAPI page calls Device where it comes in
export type DeviceInput = z.input<typeof DeviceInput>;
export const Device = DeviceInput.omit({ connection: true, version: true })
  .extend({
    id: DeviceIdText,
    connection: Connection.omit({ password: true }).optional(),
    online: z.boolean(),
    lastSeenAt: IsoTime.optional(),
    version: z.int(),
  })
  .meta({ id: 'Device' });
export type Device = z.infer<typeof Device>;
export const DevicePage = z.object({ items: z.array(Device), next: z.string().optional(), seq: z.int() });
export const DeviceListQuery = z.object({
  region: listOf(RegionCode),
  kind: listOf(z.enum(DEVICE_KINDS)),
  online: z.enum(['true', 'false']).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
  cursor: z.string().max(100).optional(),
});

/** What a device measured last, by the names of its values; `at` is when, by the device's clock where that can be believed. */
export const DeviceTelemetry = z.object({
  items: z.array(z.object({ name: z.string(), value: z.number(), at: z.iso.datetime() })),
});

/** A device's secret, shown once: the gateway keeps a hash of it only. The device signs in to MQTT with its id and this. */
export const DeviceSecret = z.object({ secret: z.string() });

export const DeviceCommand = z.object({
  name: z.string().min(1).max(64),
  args: z.record(z.string(), z.unknown()).default({}),
});
export const DeviceReply = z.object({
  id: z.string(),
  ok: z.boolean(),
  result: z.unknown().optional(),
  error: z.string().optional(),
});

export const DeadLetterItem = z.object({
  id: z.string(),
  at: IsoTime,
  topic: z.string(),
  device: z.string().optional(),
  reason: z.enum(BAD_REASONS),
  field: z.string().optional(),
  value: z.string().optional(),
  expected: z.string().optional(),
  others: z
    .array(z.object({ reason: z.enum(BAD_REASONS), field: z.string(), value: z.string(), expected: z.string() }))
    .optional(),
  payload: z.string(),
});
export const DeadLetterPage = z.object({ items: z.array(DeadLetterItem), next: z.string().optional() });

export const ROLES = ['viewer', 'operator', 'dispatcher', 'patrol', 'administrator', 'security', 'auditor'] as const;
export type Role = (typeof ROLES)[number];
export const User = z
  .object({
    username: z.string().regex(/^[a-z][a-z0-9._-]{1,31}$/, 'small letters, digits and . _ -, 2 to 32'),
    /** What stands on screens for this seat or team: 席 A, 彬江一队. */
    displayName: z.string().max(50).optional(),
    role: z.enum(ROLES),
    regions: z.array(RegionCode).min(1).max(100),
    lines: z.array(z.string().max(64)).max(50).optional(),
    compounds: z.array(z.string().max(64)).max(50).optional(),
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof User>;
export const Password = z.string().min(10, 'at least 10 characters').max(200);
export const NewUser = User.extend({ password: Password });
export const UserChange = User.omit({ username: true }).extend({ password: Password.optional() });

export const SignIn = z.object({ username: z.string().max(64), password: z.string().max(200) });
export const Session = z.object({ token: z.string(), user: User, expiresAt: IsoTime }).meta({ id: 'Session' });
export type Session = z.infer<typeof Session>;

const WhereView = z
  .object({
    regions: z.array(RegionCode).optional(),
    compounds: z.array(z.string()).optional(),
    stretches: z
      .array(z.object({ line: z.string(), from: z.string().optional(), to: z.string().optional() }))
      .optional(),
    kinds: z.array(z.enum(DEVICE_KINDS)).optional(),
    tags: z.array(z.string()).optional(),
    devices: z.array(DeviceIdText).optional(),
    types: z.array(z.string()).optional(),
  })
  .meta({ id: 'Where' });
const HoursView = z
  .object({
    zone: z.string(),
    spans: z.array(
      z.object({
        days: z.union([z.enum(['every', 'workdays', 'restdays']), z.array(z.int())]),
        from: z.string(),
        to: z.string(),
      }),
    ),
    calendar: z.object({ restdays: z.array(z.string()), workdays: z.array(z.string()) }),
  })
  .meta({ id: 'Hours' });

/** Types that a plan may disarm: intrusion. Fire, help, gas, lifts and the devices' own health are never silenced by one. */
const ARMABLE =
  /^(?:camera\.(?:line|area|object|motion|audio)|community\.(?:fence|beam|intrusion|barrier|door\.(?:forced|held))|railway\.(?:perimeter|vibration|lookout))(?:\.|$)/;
const armable = (types: readonly string[] | undefined): boolean => types?.every((type) => ARMABLE.test(type)) === true;
export const ArmingPlanInput = z
  .object({
    zh: z.string().min(1).max(100),
    en: z.string().min(1).max(100),
    where: WhereText.refine(({ types }) => armable(types), {
      path: ['types'],
      error: 'intrusion types only, such as community.fence. or railway.perimeter.: nothing else may be disarmed',
    }),
    hours: HoursText,
    graceMs: z.int().min(0).max(3_600_000).default(0),
    /** The version that is replaced; absent for a new plan. */
    version: z.int().optional(),
  })
  .meta({ id: 'ArmingPlanPut' });
export const ArmingOverride = z.object({ armed: z.boolean(), until: IsoTime, version: z.int() });
export const ArmingPlan = z
  .object({
    id: z.string(),
    zh: z.string(),
    en: z.string(),
    where: WhereView,
    hours: HoursView,
    graceMs: z.int(),
    override: z.object({ armed: z.boolean(), until: IsoTime, by: z.string() }).optional(),
    /** Whether it is armed now (布防). */
    armed: z.boolean(),
    version: z.int(),
  })
  .meta({ id: 'ArmingPlan' });
export type ArmingPlan = z.infer<typeof ArmingPlan>;
export const MaintenanceInput = z
  .object({
    where: WhereText,
    from: IsoTime,
    until: IsoTime,
    reason: z.string().min(1).max(200),
    version: z.int().optional(),
  })
  .meta({ id: 'MaintenanceWindowPut' });
export const MaintenanceWindow = z
  .object({
    id: z.string(),
    where: WhereView,
    from: IsoTime,
    until: IsoTime,
    reason: z.string(),
    by: z.string(),
    underway: z.boolean(),
    version: z.int(),
  })
  .meta({ id: 'MaintenanceWindow' });
export type MaintenanceWindow = z.infer<typeof MaintenanceWindow>;

export const LineName = z.object({ id: z.string(), zh: z.string(), en: z.string() });
const PostRange = { from: z.string(), to: z.string(), fromKm: z.number(), toKm: z.number() };
/** A railway line with its stations, structures, patrol sections and broken chainage. */
export const LineView = LineName.extend({
  from: z.string().describe('the post of its first point, such as K670+662'),
  to: z.string(),
  lengthM: z.number().describe('metres along the rails, whatever the posts say'),
  points: z.array(z.tuple([z.number(), z.number()])).describe('[lng, lat], WGS-84, in the order of the posts'),
  stations: z.array(z.object({ zh: z.string(), en: z.string(), km: z.string(), kmValue: z.number() })),
  structures: z.array(z.object({ kind: z.enum(STRUCTURE_KINDS), zh: z.string(), en: z.string(), ...PostRange })),
  sections: z.array(z.object({ id: z.string(), zh: z.string(), en: z.string(), ...PostRange })),
  brokenChainage: z.array(z.object({ behind: z.string(), ahead: z.string(), gapM: z.number() })),
  fence: z.object({ warningM: z.number(), dangerM: z.number(), trackM: z.number(), hysteresisM: z.number() }),
}).meta({ id: 'RailwayLine' });
export type LineView = z.infer<typeof LineView>;
export const NearQuery = z.object({
  km: z.string().max(20).describe('a post such as K812+300'),
  kind: listOf(z.enum(DEVICE_KINDS)),
  withinM: z.coerce.number().int().min(1).max(50_000).default(5_000),
  limit: z.coerce.number().int().min(1).max(50).default(10),
});
export const NearDevices = z.object({
  items: z.array(
    z.object({
      device: DeviceIdText,
      name: z.string(),
      kind: z.enum(DEVICE_KINDS),
      online: z.boolean(),
      alongM: z.number().describe('metres along the rails'),
    }),
  ),
  place: z.object({ lng: z.number(), lat: z.number() }).optional(),
});

export const RegionNode = z.object({
  code: RegionCode,
  name: z.string(),
  level: z.string(),
  parent: RegionCode.optional(),
});
export type RegionNode = z.infer<typeof RegionNode>;

export const LiveSources = z.object({
  sources: z.array(
    z.object({
      protocol: z.enum(['ws-flv', 'http-flv', 'wall', 'webrtc']),
      url: z.string(),
      codec: z.string(),
      quality: z.enum(['main', 'sub']),
      /** Encoded again by the gateway, since the camera sends what not every browser plays. */
      transcoded: z.boolean().optional(),
    }),
  ),
  expiresAt: IsoTime,
});
export type LiveSources = z.infer<typeof LiveSources>;

export const PtzCommand = z.discriminatedUnion('act', [
  z.object({
    act: z.literal('move'),
    pan: z.number().min(-1).max(1).default(0),
    tilt: z.number().min(-1).max(1).default(0),
    zoom: z.number().min(-1).max(1).default(0),
    timeoutMs: z.int().min(100).max(10_000).default(1000),
  }),
  z.object({ act: z.literal('stop') }),
  z.object({ act: z.literal('preset'), preset: z.string().min(1).max(64) }),
]);

export const WALL_LAYOUTS = [1, 4, 9, 16, 25, 36, 64] as const;
export const WALL_TILES_MAX = 64;
/** Pages of cameras one after the other (轮巡), in the tiles that hold no camera of their own. */
export const WallRotation = z.object({
  isOn: z.boolean(),
  cameras: z.array(DeviceIdText).max(512),
  everyS: z.int().min(10).max(120),
});
/** Which alarms bring their picture up by themselves: this severity and graver, 0 for none; and where. */
export const WallPopUps = z.object({
  severity: z.union([z.literal(0), SeverityNumber]),
  /** `corner`: one window at the lower right. `free`: an empty tile, else the one that has shown an alarm longest. */
  place: z.enum(['corner', 'free']),
});
export const Wall = z
  .object({
    id: z.string().regex(/^[A-Za-z0-9-]{1,32}$/),
    layout: z.literal(WALL_LAYOUTS),
    tiles: z.array(DeviceIdText.nullable()).max(WALL_TILES_MAX),
    rotation: WallRotation.exactOptional(),
    popUps: WallPopUps.exactOptional(),
    /** Pictures of alarms that somebody put up by hand (上墙), the latest last. */
    called: z
      .array(z.object({ alarm: z.uuid(), camera: DeviceIdText }))
      .max(8)
      .exactOptional(),
    /** Alarms whose picture was taken down by hand: they do not come up again. */
    dismissed: z.array(z.uuid()).max(64).exactOptional(),
    version: z.int(),
  })
  .meta({ id: 'Wall' });
export type Wall = z.infer<typeof Wall>;

/* The live feed, Socket.IO namespace /live. */
export const Subscribe = z.object({
  regions: z.array(RegionCode).max(100).optional(),
  types: z.array(z.string().max(80)).max(100).optional(),
  severities: z.array(SeverityNumber).max(4).optional(),
  since: z.int().min(0).optional(),
});
export type Subscribe = z.infer<typeof Subscribe>;
export type SubscribeAnswer = { ok: true; seq: number; at: string } | { ok: false; error: string };
/** One journal entry in scope, in order. `kind` is the entry's kind, as in an alarm's history. */
export type Change = { seq: number; at: string; kind: string; alarm: Alarm };
export type DeviceChange = { seq: number; id: string; online?: boolean; at: string };
export type Tick = { seq: number; at: string };

/** With `gathered`, entries come as `changes`: an array of Change, in order, at most some 20 arrays a second. */
export const SubscribeWish = Subscribe.extend({ gathered: z.boolean().optional() });
export type SubscribeWish = z.infer<typeof SubscribeWish>;
/** `watch {wall}`: word of every change of that wall, as the event `wall`, and the wall as it stands. */
export const Watch = z.object({ wall: z.string().regex(/^[A-Za-z0-9-]{1,32}$/) });
export type WatchAnswer = { ok: true; wall?: Wall } | { ok: false; error: string };
/** Why the client is told to load everything again: it was too slow, or its rights changed. */
export type Reload = { reason: 'too-slow' | 'rights-changed' | 'stopping' };

/** What the archive holds of an alarm, and of its device around that time. */
export const ArchiveAnswer = z.object({
  items: z.array(
    z.object({
      measurement: z.string(),
      time: IsoTime,
      tags: z.record(z.string(), z.string()),
      fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    }),
  ),
});
export type ArchiveAnswer = z.infer<typeof ArchiveAnswer>;

export const Readiness = z.object({
  ready: z.boolean(),
  parts: z.array(z.object({ name: z.string(), ok: z.boolean(), reason: z.string().optional() })),
});
export type Readiness = z.infer<typeof Readiness>;

export const WallInput = Wall.omit({ id: true, version: true }).extend({
  /** The version that is replaced; 0 or absent for a wall that is not there yet. */
  version: z.int().min(0).default(0),
});

/** One line of the audit trail (审计日志): who did what, on what, from where, and whether it was done. */
export const AuditItem = z.object({
  seq: z.int(),
  at: IsoTime,
  by: z.string(),
  centre: RegionCode.optional(),
  act: z.string(),
  object: z.string(),
  result: z.enum(['done', 'refused']),
  from: z.string().optional(),
});
export const AuditPage = z.object({ items: z.array(AuditItem), next: z.string().optional() });

/* How the house stands: GET /system. */
const BothTongues = z.object({ zh: z.string(), en: z.string() });
/** What is wrong, and what to do about it. `subject` is a follower's, part's or queue's name, `detail` a figure or an error. */
export const SystemProblem = z.object({
  code: z.string(),
  severity: SeverityNumber,
  subject: z.string().optional(),
  detail: z.string().optional(),
  title: BothTongues,
  action: BothTongues,
});
export type SystemProblem = z.infer<typeof SystemProblem>;

export const FollowerStatus = z.object({
  name: z.string(),
  status: z.enum(['following', 'retrying', 'paused', 'stopped']),
  /** The last journal entry that it is done with; `lag` entries are behind the head. */
  cursor: z.int(),
  lag: z.int(),
  failures: z.int(),
  failingSince: IsoTime.optional(),
  lastError: z.string().optional(),
  /** Entries gone from the journal before it could take them, since the start. */
  missed: z.int(),
  pausedBy: z.string().optional(),
  pausedAt: IsoTime.optional(),
  /** Entries that it gave up, the latest of them with their reasons. */
  setAside: z.object({
    count: z.int(),
    latest: z.array(z.object({ seq: z.int(), kind: z.string(), reason: z.string(), attempts: z.int(), at: IsoTime })),
  }),
});
export type FollowerStatus = z.infer<typeof FollowerStatus>;

export const SystemStatus = z
  .object({
    at: IsoTime,
    /** Worst first; empty when all is well. */
    problems: z.array(SystemProblem),
    parts: Readiness.shape.parts,
    journal: z.object({ head: z.int() }),
    queues: z.array(z.object({ name: z.string(), waiting: z.int(), max: z.int() })),
    followers: z.array(FollowerStatus),
    broker: z.object({ url: z.string(), connected: z.boolean(), counts: z.record(z.string(), z.number()) }),
    archive: z.object({ ok: z.boolean(), reason: z.string().optional(), refused: z.int() }),
    /** Room for evidence files; `removedForRoom` went before their time since the start. */
    evidence: z.object({
      bytes: z.int(),
      maxBytes: z.int(),
      lockedBytes: z.int(),
      removedForRoom: z.int(),
      lastRoomAt: IsoTime.optional(),
    }),
    /** Absent when it cannot be read; `daysLeft` absent while the disk does not fill. */
    disk: z.object({ freeBytes: z.number(), totalBytes: z.number(), daysLeft: z.number().optional() }).optional(),
    /** Of the last 24 hours; `isMore` when only the newest 1,000 were counted. */
    deadLetters: z.object({
      since: IsoTime,
      count: z.int(),
      isMore: z.boolean(),
      byReason: z.record(z.string(), z.int()),
    }),
  })
  .meta({ id: 'SystemStatus' });
export type SystemStatus = z.infer<typeof SystemStatus>;

const RANGE = 'an IPv4 network of /16 or smaller inside deviceNetworks, such as 10.3.0.0/24';
/** Where to look for cameras beside WS-Discovery; each address is asked once, 50 in a second. */
export const DiscoverySearch = z.object({
  ranges: z
    .array(z.cidrv4({ error: RANGE }).refine((range) => Number(range.split('/')[1]) >= 16, { error: RANGE }))
    .max(16)
    .default([]),
  ports: z.array(z.int().min(1).max(65_535)).min(1).max(8).default([80]),
});
export const FoundCamera = z.object({
  address: z.string(),
  url: z.string(),
  name: z.string().optional(),
  hardware: z.string().optional(),
  /** Its own identity, `urn:uuid:…`. */
  endpoint: z.string().optional(),
  way: z.enum(['probe', 'scan']),
  /** A device of the registry that is called at the same address. */
  device: z.string().optional(),
});
export const DiscoveryStatus = z
  .object({
    state: z.enum(['never', 'running', 'done']),
    startedAt: IsoTime.optional(),
    endedAt: IsoTime.optional(),
    fault: z.string().optional(),
    /** Addresses of the ranges that were asked so far. */
    asked: z.int(),
    items: z.array(FoundCamera),
  })
  .meta({ id: 'DiscoveryStatus' });

/* Getting devices in: POST /devices/import, GET /devices/{id}/report. */
/** A wrong cell: its line counts from 1, the header included. */
export const ImportRowFault = z.object({
  line: z.int(),
  field: z.string(),
  value: z.string(),
  expected: z.string(),
});
/** What an import did so far, or with `dryRun` would do. All are counted; the first 1,000 of each list are there. */
export const ImportReport = z
  .object({
    total: z.int(),
    done: z.int(),
    created: z.int(),
    changed: z.int(),
    same: z.int(),
    faulty: z.int(),
    faults: z.array(ImportRowFault),
    changes: z.array(z.object({ line: z.int(), id: z.string(), outcome: z.enum(['new', 'changed']) })),
    /** Headers that name no column: what stands below them is passed over. */
    ignored: z.array(z.string()),
  })
  .meta({ id: 'ImportReport' });
export type ImportReport = z.infer<typeof ImportReport>;
export const ImportJob = ImportReport.extend({
  id: z.uuid(),
  state: z.enum(['running', 'done', 'failed']),
  startedAt: IsoTime,
  endedAt: IsoTime.optional(),
  fault: z.string().optional(),
}).meta({ id: 'ImportJob' });
export type ImportJob = z.infer<typeof ImportJob>;
export const ImportStarted = z.object({ id: z.uuid() });

/** Sign-ins that are tried on a camera in this order; they are written and never read. */
export const CredentialGroupInput = z.object({
  items: z
    .array(z.object({ username: z.string().min(1).max(100), password: z.string().max(200) }))
    .min(1)
    .max(8),
});
export const CredentialGroups = z.object({
  items: z.array(z.object({ name: z.string(), count: z.int(), devices: z.int() })),
});

/** What a camera is like and what to mend on it, each advice with the menu where it is found. */
export const DeviceReport = z
  .object({
    device: DeviceIdText,
    at: IsoTime,
    reachable: z.boolean(),
    state: z.string(),
    since: IsoTime.optional(),
    lastFault: z.string().optional(),
    model: z.string().optional(),
    clockOffsetMs: z.number().optional(),
    /** `pull`, `push`, or `none` where the camera gives no events. */
    events: z.enum(['pull', 'push', 'none', 'unknown']),
    services: z.array(z.string()),
    /** ONVIF profiles that it says it keeps to: S, T, G, M. */
    conformance: z.array(z.string()),
    ptz: z.boolean().optional(),
    streams: z.array(
      z.object({ name: z.string(), codec: z.string().optional(), width: z.number(), height: z.number() }),
    ),
    /** Topics that no rule knows, with how often each came. */
    unknownTopics: z.record(z.string(), z.number()),
    advice: z.array(z.object({ code: z.string(), title: BothTongues, action: BothTongues })),
  })
  .meta({ id: 'DeviceReport' });
export type DeviceReport = z.infer<typeof DeviceReport>;

/** The way of a test alarm, leg by leg. */
export const TestAlarm = z
  .object({
    alarm: z.uuid().optional(),
    legs: z.array(
      z.object({
        leg: z.enum(['camera', 'gateway', 'journal', 'screen']),
        ok: z.boolean(),
        at: IsoTime,
        tookMs: z.number(),
        detail: z.string().optional(),
      }),
    ),
    seq: z.int().optional(),
  })
  .meta({ id: 'TestAlarm' });
export type TestAlarm = z.infer<typeof TestAlarm>;

export const StatsQuery = z.object({ region: listOf(RegionCode) });
/** Enabled devices; `intact` are online and without an open fault of their own (完好率 is intact of total). */
const DeviceFigures = z.object({ total: z.int(), online: z.int(), offline: z.int(), intact: z.int() });
export const DeviceStats = DeviceFigures.extend({
  at: IsoTime,
  intactRate: z.number().optional(),
  byKind: z.record(z.string(), DeviceFigures),
  /** By the divisions below the one that is asked for, or by those that are asked for. */
  byRegion: z.array(DeviceFigures.extend({ region: RegionCode, name: z.string() })),
}).meta({ id: 'DeviceStats' });
export type DeviceStats = z.infer<typeof DeviceStats>;
export const AlarmStatsQuery = StatsQuery.extend({
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
});
const Response = z.object({ count: z.int(), p50Ms: z.number().optional() });
export const AlarmStats = z
  .object({
    from: IsoTime,
    to: IsoTime,
    total: z.int(),
    /** False when only the newest alarms of a long time were counted. */
    isWhole: z.boolean(),
    bySeverity: z.record(z.string(), z.int()),
    byState: z.record(z.string(), z.int()),
    byType: z.array(z.object({ type: z.string(), count: z.int() })),
    /** From the alarm to the first such step of a person. */
    response: z.object({ accept: Response, arrive: Response, close: Response }),
  })
  .meta({ id: 'AlarmStats' });
export type AlarmStats = z.infer<typeof AlarmStats>;
