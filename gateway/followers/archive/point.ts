import type { Alarm, AlarmId } from '../../domain/alarm.ts';
import type { DeviceDirectory, DeviceId } from '../../domain/device.ts';
import type { AlarmEntry, Entry } from '../../domain/entry.ts';
import type { AccessEvent, Telemetry } from '../../domain/signal.ts';
import type { Recorded, Seq } from '../../journal/journal.ts';

export const MEASUREMENTS = ['alarm', 'telemetry', 'telemetry_hourly', 'access', 'device_status'] as const;
export type Measurement = (typeof MEASUREMENTS)[number];

/** A bigint is stored as a whole number, a number as a float: a field keeps one type for ever, as the archive demands. */
export type FieldValue = string | number | bigint | boolean;

/**
 * One row of the archive. Measurement, tags and time are its identity: written twice, it is there once.
 * The schema is in docs/operation/archive.md; change both together.
 */
export type Point = Readonly<{
  measurement: Measurement;
  tags: Readonly<Record<string, string>>;
  fields: Readonly<Record<string, FieldValue>>;
  /** Nanoseconds since 1970, UTC. */
  atNs: bigint;
}>;

/** A point read back from the archive; `at` in milliseconds since 1970, tags and fields together. */
export type ArchivedPoint = Readonly<{
  measurement: Measurement;
  at: number;
  seq: Seq;
  alarm: AlarmId;
  values: Readonly<Record<string, string | number | boolean>>;
}>;

export type DeviceLookup = Pick<DeviceDirectory, 'find'>;

const NS_PER_MS = 1_000_000n;
/** Times that an int64 of nanoseconds can hold, with a year to spare: InfluxDB refuses others. */
const EARLIEST_AT = Date.UTC(1679, 0, 1);
const LATEST_AT = Date.UTC(2261, 0, 1);

/**
 * When it happened, in nanoseconds; the last six digits tell entries of one millisecond apart and are the same when
 * an entry is written again. A device's time that no archive can hold gives way to the gateway's.
 */
function timestamp(happenedAt: number | undefined, { at, seq }: Recorded): bigint {
  const isUsable = happenedAt !== undefined && happenedAt >= EARLIEST_AT && happenedAt <= LATEST_AT;
  return BigInt(Math.trunc(isUsable ? happenedAt : at)) * NS_PER_MS + BigInt(seq % Number(NS_PER_MS));
}

/** What the archive keeps of an entry: nothing but alarms, measurements, doors and device states. */
export function toPoints(recorded: Recorded, devices: DeviceLookup): readonly Point[] {
  const { entry, alarm } = recorded;
  switch (entry.kind) {
    case 'telemetry':
      return telemetryPoints(entry.telemetry, recorded, devices);
    case 'access':
      return [accessPoint(entry.access, recorded, devices)];
    case 'device-status':
      return [
        {
          measurement: 'device_status',
          tags: deviceTags(entry.device, devices),
          fields: { device: entry.device, seq: BigInt(recorded.seq), online: entry.online },
          atNs: timestamp(entry.statusAt, recorded),
        },
      ];
    default:
      return alarm !== undefined && isAlarmEntry(entry) ? [alarmPoint(entry, alarm, recorded)] : [];
  }
}

/** A new kind of entry about alarms does not compile until it stands here. */
const ALARM_KINDS: Readonly<Record<AlarmEntry['kind'], true>> = {
  raised: true,
  repeated: true,
  cleared: true,
  acknowledged: true,
  dispatched: true,
  arrived: true,
  handled: true,
  resolved: true,
  closed: true,
  reopened: true,
  returned: true,
  escalated: true,
  transferred: true,
  shelved: true,
  unshelved: true,
  commented: true,
  regraded: true,
  'incident-joined': true,
  'evidence-added': true,
  'evidence-locked': true,
  'evidence-removed': true,
  'linkage-asked': true,
  'linkage-confirmed': true,
  'linkage-declined': true,
  'linkage-started': true,
  'linkage-done': true,
};
const isAlarmEntry = (entry: Entry): entry is AlarmEntry => Object.hasOwn(ALARM_KINDS, entry.kind);

/** The alarm as this entry left it. People's notes stay in the journal: free text about people is no statistics. */
function alarmPoint(entry: AlarmEntry, alarm: Alarm, recorded: Recorded): Point {
  return {
    measurement: 'alarm',
    tags: { region: alarm.region, type: alarm.type, severity: String(alarm.severity), kind: entry.kind },
    fields: {
      ...alarmFields(alarm, 'by' in entry ? entry.by.name : undefined, recorded.seq),
      ...waitOf(entry, recorded),
    },
    atNs: timestamp(alarmEntryAt(entry), recorded),
  };
}

/** Seconds from the gateway's receipt of the alarm to what people did; nothing where a phone's clock says before it. */
function waitOf(entry: AlarmEntry, { at, alarm }: Recorded): Point['fields'] {
  if (!('doneAt' in entry) || alarm === undefined) return {};
  const waitedMs = (entry.doneAt ?? at) - alarm.receivedAt;
  return waitedMs < 0 ? {} : { after_s: waitedMs / 1000 };
}

/** What a point tells of an alarm, whether it is one of this journal or comes from outside. */
function alarmFields(alarm: Alarm | ImportedAlarm, by: string | undefined, seq: Seq): Point['fields'] {
  const { place } = alarm;
  return present({
    alarm: alarm.id,
    device: alarm.device,
    seq: BigInt(seq),
    version: BigInt(alarm.version),
    count: BigInt(alarm.count),
    state: alarm.state,
    condition: alarm.condition,
    centre: alarm.centre,
    verdict: alarm.verdict,
    assignee: alarm.assignee,
    by,
    value: alarm.value,
    text: alarm.text,
    compound: alarm.compound,
    incident: alarm.incident,
    evidence: BigInt(alarm.evidence.length),
    lng: place.lng,
    lat: place.lat,
    line: place.line,
    km_value: place.kmValue,
  });
}

/** A closed alarm of another archive or gateway, as it ended. `digits` (six at most) keep its identity; it has no entry. */
export type ImportedAlarm = Readonly<{
  id: AlarmId;
  region: string;
  type: string;
  severity: number;
  device: string;
  centre: string;
  state: string;
  condition: string;
  version: number;
  count: number;
  occurredAt: string;
  place: Readonly<Partial<Record<'lng' | 'lat' | 'kmValue', number | undefined>>> &
    Readonly<{ line?: string | undefined }>;
  evidence: readonly unknown[];
}> &
  Readonly<Partial<Record<'verdict' | 'assignee' | 'text' | 'compound' | 'incident', string | undefined>>> &
  Readonly<{ value?: number | undefined }>;

export const importedPoint = (alarm: ImportedAlarm, digits: number): Point => ({
  measurement: 'alarm',
  tags: { region: alarm.region, type: alarm.type, severity: String(alarm.severity), kind: 'imported' },
  fields: alarmFields(alarm, undefined, digits),
  atNs: BigInt(Date.parse(alarm.occurredAt)) * NS_PER_MS + BigInt(digits),
});

function alarmEntryAt(entry: AlarmEntry): number | undefined {
  switch (entry.kind) {
    case 'raised':
      return entry.raised.occurredAt;
    case 'repeated':
      return entry.seen.lastAt;
    case 'cleared':
      return entry.lastAt;
    case 'evidence-added':
      return entry.evidence.at;
    default:
      return 'doneAt' in entry ? entry.doneAt : undefined;
  }
}

/** A point for each value, so that a name is a tag that charts can group by; a bare position is one without a value. */
function telemetryPoints(telemetry: Telemetry, recorded: Recorded, devices: DeviceLookup): readonly Point[] {
  const { device, place } = telemetry;
  const values = Object.entries(telemetry.values).filter(([, value]) => Number.isFinite(value));
  const isPosition = place?.lng !== undefined && place.lat !== undefined;
  const rows: readonly (readonly [string, number | undefined])[] =
    values.length === 0 && isPosition ? [['position', undefined]] : values;
  return rows.map(([type, value]) => ({
    measurement: 'telemetry',
    tags: { ...deviceTags(device, devices), type },
    fields: present({ device, seq: BigInt(recorded.seq), value, lng: place?.lng, lat: place?.lat }),
    atNs: timestamp(telemetry.at, recorded),
  }));
}

/** Whether a door opened, when and which way. Not whose credential: that would make an archive of people's ways. */
function accessPoint(access: AccessEvent, recorded: Recorded, devices: DeviceLookup): Point {
  return {
    measurement: 'access',
    tags: { ...deviceTags(access.device, devices), result: access.result, direction: access.direction ?? '' },
    fields: { device: access.device, seq: BigInt(recorded.seq) },
    atNs: timestamp(access.at, recorded),
  };
}

export function deviceTags(id: DeviceId, devices: DeviceLookup): Readonly<Record<string, string>> {
  const device = devices.find(id);
  return device === undefined ? {} : { region: device.region, device_kind: device.kind };
}

/** Fields that have a value; a number that is not finite cannot be stored and has none. */
function present(fields: Readonly<Record<string, FieldValue | undefined>>): Readonly<Record<string, FieldValue>> {
  const isPresent = (pair: [string, FieldValue | undefined]): pair is [string, FieldValue] =>
    pair[1] !== undefined && (typeof pair[1] !== 'number' || Number.isFinite(pair[1]));
  return Object.fromEntries(Object.entries(fields).filter(isPresent));
}
