import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { DEVICE_KINDS, type DeviceKind } from '../gateway/domain/device.ts';
import { CatalogueBroken } from './csv-table.ts';
import { lineAt } from './yaml-line.ts';

/** How a kind of device speaks; a device record names one by `id`. */
export type DeviceProfile = Readonly<{
  id: string;
  zh: string;
  en: string;
  adapter: 'mqtt' | 'onvif' | 'rtsp';
  kinds: readonly DeviceKind[];
  /** Silence after which the device counts as offline; undefined where its last will says so or it is only called. */
  offlineAfterMs: number | undefined;
}>;

const Profile = z.strictObject({
  zh: z.string({ error: 'the Chinese name' }),
  en: z.string({ error: 'the English name' }),
  adapter: z.enum(['mqtt', 'onvif', 'rtsp'], { error: 'mqtt, onvif or rtsp' }),
  kinds: z
    .array(z.enum(DEVICE_KINDS, { error: DEVICE_KINDS.join(', ') }))
    .min(1, { error: 'at least one device kind' }),
  offlineAfterMs: z.int({ error: 'whole milliseconds' }).min(1000, { error: 'at least 1000' }).optional(),
});
const Profiles = z.record(z.string().regex(/^[a-z0-9-]{1,40}$/, { error: 'small letters, digits and -' }), Profile);

/** Throws CatalogueBroken. */
export function readProfiles(file: string): ReadonlyMap<string, DeviceProfile> {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines, prettyErrors: false });
  const checked = Profiles.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (checked.success) {
    const entries = Object.entries(checked.data);
    return new Map(entries.map(([id, profile]) => [id, { ...profile, id, offlineAfterMs: profile.offlineAfterMs }]));
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
