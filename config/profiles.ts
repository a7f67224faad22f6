import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { DEVICE_KINDS, type DeviceKind } from '../gateway/domain/device.ts';
import { CatalogueBroken } from './csv-table.ts';
import { lineAt } from './yaml-line.ts';

const ADAPTERS = ['mqtt', 'http', 'tcp', 'onvif', 'rtsp'] as const;
type Adapter = (typeof ADAPTERS)[number];

/** How a kind of device speaks; a device record names one by `id`. */
export type DeviceProfile = Readonly<{
  id: string;
  /** Where it stands in its file, from 1. */
  line: number;
  zh: string;
  en: string;
  adapter: Adapter;
  kinds: readonly DeviceKind[];
  /** Silence after which the device counts as offline; undefined where its last will says so or it is only called. */
  offlineAfterMs: number | undefined;
  /** Words of these devices to alarm types, where the catalogue's columns say otherwise or nothing. */
  types?: Readonly<Record<string, string>> | undefined;
}>;

const Profile = z.strictObject({
  zh: z.string({ error: 'the Chinese name' }),
  en: z.string({ error: 'the English name' }),
  adapter: z.enum(ADAPTERS, { error: ADAPTERS.join(', ') }),
  kinds: z
    .array(z.enum(DEVICE_KINDS, { error: DEVICE_KINDS.join(', ') }))
    .min(1, { error: 'at least one device kind' }),
  offlineAfterMs: z.int({ error: 'whole milliseconds' }).min(1000, { error: 'at least 1000' }).optional(),
  types: z.record(z.string(), z.string({ error: 'an alarm type' })).optional(),
});
const Profiles = z.record(z.string().regex(/^[a-z0-9-]{1,40}$/, { error: 'small letters, digits and -' }), Profile);

/** Throws CatalogueBroken. */
export function readProfiles(file: string): ReadonlyMap<string, DeviceProfile> {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines, prettyErrors: false });
  const checked = Profiles.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (checked.success) {
    const entries = Object.entries(checked.data);
    const line = (id: string): number => lineAt(document, lines, [id]) ?? 1;
    return new Map(
      entries.map(([id, { offlineAfterMs, ...rest }]) => [id, { ...rest, id, offlineAfterMs, line: line(id) }]),
    );
  }
  throw new CatalogueBroken(
    checked.error.issues.map(({ path, message }) => ({
      file: basename(file),
      line: lineAt(document, lines, path) ?? 1,
      field: path.join('.'),
      value: String(document.getIn(path) ?? ''),
      expected: message,
    })),
  );
}
