import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { CodecPorts } from '../../adapters/codec/definition.ts';
import { loadCodecs } from '../../adapters/codec/load-codecs.ts';
import { loadCatalogue } from '../../config/catalogue.ts';
import { withProfilesOf } from '../../gateway/codec-profiles.ts';
import { definitionOf } from '../../gateway/desk/alarm-type.ts';
import type { AlarmDefinition } from '../../gateway/domain/alarm.ts';
import { DEVICE_KINDS, type Device, type DeviceKind } from '../../gateway/domain/device.ts';
import type { Json } from '../../gateway/domain/json.ts';
import type { Report } from '../../gateway/domain/signal.ts';
import { trialHouse } from '../../gateway/trial/trial.ts';

const FOLDER = new URL('../payloads/', import.meta.url);
const catalogue = withProfilesOf(await loadCodecs(), loadCatalogue());

const Said = z.looseObject({ at: z.iso.datetime().optional() });
const Case = z.object({
  file: z.string(),
  transport: z.string(),
  topic: z.string(),
  retain: z.boolean().default(false),
  after: z.array(z.string()).default([]),
  /** What a platform shares with us, and what it, or the connection, is answered. */
  token: z.string().optional(),
  reply: z.string().optional(),
  http_status: z.int().optional(),
  result: z
    .object({
      signals: z.array(Said).default([]),
      telemetry: z.array(Said).default([]),
      status: z.array(Said).default([]),
      access: z.array(Said).default([]),
    })
    .optional(),
  error: z.object({ reason: z.string(), field: z.string(), value: z.unknown(), expected: z.string() }).optional(),
});
const Record = z.object({
  id: z.string(),
  kind: z.string(),
  region: z.string(),
  zone: z.string().optional(),
  place: z.record(z.string(), z.json()).optional(),
  map: z.record(z.string(), z.json()).optional(),
});
const Samples = z.object({ family: z.string(), registry: z.record(z.string(), Record), cases: z.array(Case) });

export type SampleCase = z.infer<typeof Case>;
export type FamilySamples = Readonly<{
  family: string;
  cases: readonly SampleCase[];
  devices: readonly Device[];
  bytes(file: string): Buffer;
}>;

/** Every family's samples, with the devices that its cases need as the registry would have them. */
export const allSamples = (): readonly FamilySamples[] => samplesIn(FOLDER);

/** The same of another folder, which ends in `/`. */
export function samplesIn(folder: URL): readonly FamilySamples[] {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map(({ name }) => {
    const { family, registry, cases } = Samples.parse(
      JSON.parse(readFileSync(new URL(`${name}/expected.json`, folder), 'utf8')),
    );
    const devices = Object.entries(registry).flatMap(([calls, record]) => [
      deviceOf(family, calls, record),
      ...zonesOf(family, record),
    ]);
    return { family, cases, devices, bytes: (file) => bytesOf(new URL(`${name}/${file}`, folder)) };
  });
}

function bytesOf(file: URL): Buffer {
  const bytes = readFileSync(file);
  return file.pathname.endsWith('.bin.hex') ? Buffer.from(bytes.toString().replaceAll(/\s/g, ''), 'hex') : bytes;
}

/** A record's `map` of words to types is the device's `types`; what is no such word is a setting of its profile. */
function deviceOf(
  profile: string,
  calls: string,
  { id, kind, region, zone, place = {}, map = {} }: z.infer<typeof Record>,
): Device {
  const flat = Object.entries(map).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const parts = Object.entries(map).filter(([, value]) => typeof value !== 'string');
  const { line, km, km_start: start, direction, ...rest } = place;
  const post = km ?? start;
  return {
    id,
    kind: kindOf(kind),
    profile,
    name: id,
    region,
    place: {
      ...(typeof line === 'string' ? { line } : {}),
      ...(typeof post === 'string' ? { km: post } : {}),
      ...(direction === 'up' || direction === 'down' ? { direction } : {}),
    },
    aliases: [calls],
    ...(zone === undefined ? {} : { zone }),
    types: Object.fromEntries(flat),
    settings: {
      ...Object.fromEntries(parts),
      ...(start === undefined ? {} : { km_start: start }),
      ...rest,
    } satisfies Record<string, Json>,
    enabled: true,
    version: 1,
  };
}

/** A panel's map names the devices of its zones. */
function zonesOf(profile: string, { map = {}, ...record }: z.infer<typeof Record>): readonly Device[] {
  const zones =
    profile === 'contact-id' ? Object.values(z.record(z.string(), z.string()).parse(map['zones'] ?? {})) : [];
  return zones.map((id) => deviceOf(profile, `${record.id}/${id}`, { ...record, id }));
}

/** The samples name kinds of things; the registry has fewer. */
function kindOf(kind: string): DeviceKind {
  const known = DEVICE_KINDS.find((one) => one === kind);
  return (
    known ?? (kind.endsWith('camera') ? 'camera' : /door|access|intercom|barrier/.test(kind) ? 'access' : 'sensor')
  );
}

export const meaningOf = (device: Device, word: string): AlarmDefinition | undefined =>
  definitionOf(catalogue, device, word);

/** A house that knows these devices, and words by the real catalogue; no alarm is active in it. */
export const houseWith = (devices: readonly Device[]): CodecPorts => ({
  ...trialHouse({ catalogue, devices }),
  pseudonym: (text) => `keyed pseudonym of ${text}`,
});

const ORDER = ['signal', 'telemetry', 'status', 'access'];

/** Reports as expected.json writes them: by kind, words made types, times as ISO 8601, without what the seam adds. */
export function asSamples(reports: readonly Report[], devices: readonly Device[]): readonly unknown[] {
  const understood = reports.filter(({ kind }) => kind !== 'dead-letter');
  understood.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
  return understood.map((report) => {
    const { kind: _kind, ...said } = report;
    const device = devices.find(({ id }) => id === report.device);
    const type = report.kind === 'signal' && device !== undefined ? meaningOf(device, report.type)?.code : undefined;
    const at = 'at' in report && report.at !== undefined ? { at: new Date(report.at).toISOString() } : {};
    const {
      isReplay: _isReplay,
      asDeadLetter: _asDeadLetter,
      ...rest
    } = { isReplay: false, asDeadLetter: undefined, ...said };
    return { ...rest, ...(type === undefined ? {} : { type }), ...at };
  });
}
