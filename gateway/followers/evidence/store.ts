import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Alarm, Evidence } from '../../domain/alarm.ts';
import type { DeviceId } from '../../domain/device.ts';
import { failed, ok, type Result } from '../../domain/result.ts';

/** What identifies an alarm's files; its id and day make the path. */
export type EvidenceOwner = Pick<Alarm, 'id' | 'receivedAt'>;

/** An evidence file, open for reading; whoever asked closes it (`createReadStream` does so by itself). */
export type EvidenceFile = Readonly<{
  file: FileHandle;
  bytes: number;
  contentType: string;
  evidence: Evidence;
}>;

const CONTENT_TYPES: Readonly<Record<string, string>> = { jpg: 'image/jpeg', mp4: 'video/mp4' };
const ALARM_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const FILE_NAME = /^[0-9a-f-]{36}-[A-Za-z0-9][A-Za-z0-9._:-]{0,63}\.(jpg|mp4)$/;

export const evidenceUrl = (alarm: string, file: string): string => `/api/v1/alarms/${alarm}/evidence/${file}`;
export const snapshotName = (alarm: string, camera: DeviceId): string => `${alarm}-${camera}.jpg`;

/** `dataDir/evidence/<yyyymmdd>`: the UTC day on which the gateway took the alarm. */
const folderOf = (dataDir: string, { receivedAt }: EvidenceOwner): string =>
  join(dataDir, 'evidence', new Date(receivedAt).toISOString().slice(0, 10).replaceAll('-', ''));

/**
 * Stores a file so that it is there whole, synced and readable by the gateway alone, or not at all.
 * Answers its SHA-256 in hex. Throws what the file system throws.
 */
export async function storeEvidence(
  dataDir: string,
  owner: EvidenceOwner,
  name: string,
  content: Uint8Array,
): Promise<string> {
  if (!ALARM_ID.test(owner.id) || !FILE_NAME.test(name)) throw new Error(`no evidence file can be called ${name}`);
  const folder = folderOf(dataDir, owner);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unfinished = join(folder, `.${name}.part`);
  await writeSynced(unfinished, content);
  await rename(unfinished, join(folder, name));
  await syncFolder(folder);
  return createHash('sha256').update(content).digest('hex');
}

/**
 * Opens a file of an alarm by the name in its URL. Only what the alarm lists as its evidence has a path, made of the
 * alarm and not of the request: a name with `..` in it is simply not among them.
 */
export async function openEvidence(
  dataDir: string,
  alarm: EvidenceOwner & Pick<Alarm, 'evidence'>,
  name: string,
): Promise<Result<EvidenceFile, 'not-found'>> {
  const evidence = alarm.evidence.find(({ url }) => url === evidenceUrl(alarm.id, name));
  const extension = FILE_NAME.exec(name)?.[1];
  if (evidence === undefined || extension === undefined) return failed('not-found');
  const file = await open(join(folderOf(dataDir, alarm), name), constants.O_RDONLY | constants.O_NOFOLLOW).catch(
    unlessMissing,
  );
  if (file === undefined) return failed('not-found');
  const { size } = await file.stat();
  return ok({ file, bytes: size, contentType: CONTENT_TYPES[extension] ?? 'application/octet-stream', evidence });
}

async function writeSynced(path: string, content: Uint8Array): Promise<void> {
  const file = await open(path, 'w', 0o600); // over what a killed gateway left there
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Without it a power cut may take the new name, though the file is on the disk. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function unlessMissing(error: unknown): undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ELOOP') return undefined;
  throw error;
}
