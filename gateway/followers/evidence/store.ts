import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, copyFile, type FileHandle, link, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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
const FILE_NAME = /^([0-9a-f-]{36})-[A-Za-z0-9][A-Za-z0-9._:-]{0,63}\.(jpg|mp4)$/;
const UNFINISHED = /^\..*\.part$/;
/** A locked file cannot be written by its owner either: it says so for itself, should the journal have forgotten its alarm. */
const MODE = { free: 0o600, locked: 0o400 } as const;
const PHOTO_HASH_CHARS = 16;

export const evidenceUrl = (alarm: string, file: string): string => `/api/v1/alarms/${alarm}/evidence/${file}`;
/** The name of the file behind a URL of ours. */
export const fileOfUrl = (url: string): string => url.slice(url.lastIndexOf('/') + 1);
export const snapshotName = (alarm: string, camera: DeviceId): string => `${alarm}-${camera}.jpg`;
export const clipName = (alarm: string, camera: DeviceId): string => `${alarm}-${camera}.mp4`;
/** A person may send several: told apart by what is in them. */
export const photoName = (alarm: string, sha256: string): string =>
  `${alarm}-photo-${sha256.slice(0, PHOTO_HASH_CHARS)}.jpg`;
/** The alarm that a file's name says it belongs to; undefined for a name that is none of ours. */
export const alarmOfFile = (name: string): string | undefined => FILE_NAME.exec(name)?.[1];
export const isLockedMode = (mode: number): boolean => (mode & 0o200) === 0;

export const evidenceFolder = (dataDir: string): string => join(dataDir, 'evidence');
/** `dataDir/evidence/<yyyymmdd>`: the UTC day on which the gateway took the alarm. */
const folderOf = (dataDir: string, { receivedAt }: EvidenceOwner): string =>
  join(evidenceFolder(dataDir), new Date(receivedAt).toISOString().slice(0, 10).replaceAll('-', ''));
export const pathOf = (dataDir: string, owner: EvidenceOwner, name: string): string =>
  join(folderOf(dataDir, owner), name);

/**
 * Where a file is written before it is whole: in its folder, under a name that nobody lists and that is not used twice,
 * so that a plane which outlives its gateway writes into nobody's file.
 */
export async function unfinishedPath(dataDir: string, owner: EvidenceOwner, name: string): Promise<string> {
  if (!ALARM_ID.test(owner.id) || !FILE_NAME.test(name)) throw new Error(`no evidence file can be called ${name}`);
  const folder = folderOf(dataDir, owner);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return join(folder, `.${name}.${randomUUID()}.part`);
}

/** Gives a whole and synced file its name. */
export async function finishFile(unfinished: string, name: string): Promise<void> {
  await rename(unfinished, join(dirname(unfinished), name));
  await syncFolder(dirname(unfinished));
}

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
  const unfinished = await unfinishedPath(dataDir, owner, name);
  await writeSynced(unfinished, content);
  await finishFile(unfinished, name);
  return createHash('sha256').update(content).digest('hex');
}

/** The same file under another alarm's name: one on the disk where it has links, a copy elsewhere. */
export async function shareFile(from: string, dataDir: string, owner: EvidenceOwner, name: string): Promise<void> {
  const unfinished = await unfinishedPath(dataDir, owner, name);
  await link(from, unfinished).catch(() => copySynced(from, unfinished));
  await finishFile(unfinished, name);
}

/** Takes away what a killed gateway or plane left half written. Answers how many. */
export async function sweepUnfinished(dataDir: string): Promise<number> {
  const all = await readdir(evidenceFolder(dataDir), { recursive: true, withFileTypes: true }).catch(ifMissing([]));
  const left = all.filter((entry) => entry.isFile() && UNFINISHED.test(entry.name));
  for (const { parentPath, name } of left) await rm(join(parentPath, name), { force: true });
  return left.length;
}

/** Makes a file's own mode say whether it is locked. */
export async function lockFile(path: string, isLocked: boolean): Promise<void> {
  await chmod(path, isLocked ? MODE.locked : MODE.free);
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
  const extension = FILE_NAME.exec(name)?.[2];
  if (evidence === undefined || extension === undefined) return failed('not-found');
  const file = await open(pathOf(dataDir, alarm, name), constants.O_RDONLY | constants.O_NOFOLLOW).catch(
    ifMissing(undefined),
  );
  if (file === undefined) return failed('not-found');
  const { size } = await file.stat();
  return ok({ file, bytes: size, contentType: CONTENT_TYPES[extension] ?? 'application/octet-stream', evidence });
}

async function writeSynced(path: string, content: Uint8Array): Promise<void> {
  const file = await open(path, 'w', MODE.free);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function copySynced(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  const file = await open(to, 'r+');
  try {
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

/** What stands in for a file or folder that is not there; any other trouble is thrown on. */
export const ifMissing =
  <T>(otherwise: T) =>
  (error: unknown): T => {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ELOOP') return otherwise;
    throw error;
  };
