import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Alarm, AlarmId, Evidence, EvidenceKind } from '../../domain/alarm.ts';
import { alarmOfFile, evidenceFolder, evidenceUrl, ifMissing, isLockedMode } from './store.ts';

/** A file as it lies there, with what the journal says of it; without `evidence` the journal knows nothing of it. */
export type KeptFile = Readonly<{
  path: string;
  name: string;
  alarm: AlarmId;
  kind: EvidenceKind;
  bytes: number;
  /** When its picture was taken, as far as that is known; else when it was written. */
  at: number;
  isLocked: boolean;
  evidence: Evidence | undefined;
  /** One file may have several names: those of alarms that share a clip. */
  names: number;
}>;

const DAY = /^\d{8}$/;

/** The days that have files, oldest first. */
export async function daysOf(dataDir: string): Promise<readonly string[]> {
  const found = await readdir(evidenceFolder(dataDir)).catch(ifMissing([]));
  return found.filter((name) => DAY.test(name)).sort();
}

/** The files of one day; `find` knows the alarms. A day at a time, so that a full disk of them never is in memory. */
export async function filesOf(
  dataDir: string,
  day: string,
  find: (id: AlarmId) => Alarm | undefined,
): Promise<readonly KeptFile[]> {
  const folder = join(evidenceFolder(dataDir), day);
  const files: KeptFile[] = [];
  for (const name of await readdir(folder).catch(ifMissing([]))) {
    const alarm = alarmOfFile(name);
    const found = alarm === undefined ? undefined : await stat(join(folder, name)).catch(ifMissing(undefined));
    if (alarm === undefined || found?.isFile() !== true) continue;
    const evidence = find(alarm)?.evidence.find(({ url }) => url === evidenceUrl(alarm, name));
    files.push({
      path: join(folder, name),
      name,
      alarm,
      kind: evidence?.kind ?? (name.endsWith('.mp4') ? 'clip' : 'snapshot'),
      bytes: found.size,
      at: evidence?.at ?? found.mtimeMs,
      isLocked: evidence?.isLocked === true || isLockedMode(found.mode),
      evidence,
      names: found.nlink,
    });
  }
  return files;
}
