import type { Alarm, Evidence } from '../../../gateway/http/contract/alarms.ts';

/** Why an alarm shows no picture, or no clip, of its moment. */
export type Missing = 'taking' | 'blue' | 'noCamera' | 'offline' | 'nothing';

const ORDER: Readonly<Record<Evidence['kind'], number>> = { clip: 0, snapshot: 1, photo: 2 };
/** A clip goes on after its alarm and is then written; a picture waits for its turn. */
const TAKING_MS = 40_000;

/** Clips first, then pictures, then what people sent; each kind as it came. Files taken away stay listed: they say so. */
export const listed = (evidence: readonly Evidence[]): readonly Evidence[] =>
  [...evidence].sort((a, b) => ORDER[a.kind] - ORDER[b.kind] || a.at.localeCompare(b.at));

export const isThere = ({ removedAt }: Pick<Evidence, 'removedAt'>): boolean => removedAt === undefined;

/** What is looked at first: the first file that is still there. */
export const firstOf = (items: readonly Evidence[]): Evidence | undefined => items.find(isThere) ?? items[0];

/** The name that a file is kept and downloaded under. */
export const fileOf = ({ url }: Pick<Evidence, 'url'>): string => url.slice(url.lastIndexOf('/') + 1);

/**
 * Why there is nothing of that kind; undefined where there is, or was. The gateway takes evidence of red, orange and
 * yellow, by the nearest camera: whether that is offline now is asked of its record.
 */
export function whyNone(
  { evidence, cameras, severity, receivedAt }: Pick<Alarm, 'evidence' | 'cameras' | 'severity' | 'receivedAt'>,
  kind: 'clip' | 'snapshot',
  now: number,
  isOffline: boolean,
): Missing | undefined {
  if (evidence.some((one) => one.kind === kind)) return undefined;
  if (cameras.length === 0) return 'noCamera';
  if (severity === 4) return 'blue';
  if (now - Date.parse(receivedAt) < TAKING_MS) return 'taking';
  return isOffline ? 'offline' : 'nothing';
}

const MIB = 1024 * 1024;
/** 812 KB, 3.4 MB: as file managers say it. */
export const sizeText = (bytes: number): string =>
  bytes < MIB ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / MIB).toFixed(1)} MB`;
