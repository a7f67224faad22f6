import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { AlarmDesk } from '../../desk/desk.ts';
import type { Actor } from '../../domain/actor.ts';
import type { AlarmId, Evidence } from '../../domain/alarm.ts';
import { evidenceUrl, lockFile, openEvidence, pathOf, photoName, storeEvidence } from './store.ts';

export type EvidenceReading = Readonly<{
  bytes: number;
  contentType: string;
  evidence: Evidence;
  /** Closes the file when it has been read, or given up. Both ends are included. */
  read(range?: Readonly<{ first: number; last: number }>): Readable;
  /** For one that is not read. */
  close(): Promise<void>;
}>;

/** The files of alarms as people come to them. */
export interface EvidenceFiles {
  /** Undefined: it is not among the alarm's evidence, or has been taken away. */
  open(alarm: AlarmId, file: string): Promise<EvidenceReading | undefined>;
  /** Stores a photo that somebody took on the spot; the same picture twice is one. Throws what the file system throws. */
  addPhoto(alarm: AlarmId, jpeg: Uint8Array, at: number, by: Actor): Promise<Evidence>;
  /** Undefined: no such file. */
  lock(
    alarm: AlarmId,
    file: string,
    isLocked: boolean,
    by: Actor,
    note: string | undefined,
  ): Promise<Evidence | undefined>;
}

export function evidenceFiles(dataDir: string, desk: AlarmDesk): EvidenceFiles {
  const known = (id: AlarmId) => {
    const alarm = desk.find(id);
    if (alarm === undefined) throw new Error(`no alarm ${id}`); // who asks has looked
    return alarm;
  };

  const open: EvidenceFiles['open'] = async (id, name) => {
    const opened = await openEvidence(dataDir, known(id), name);
    if (!opened.ok) return undefined;
    const { file, ...more } = opened.value;
    const read: EvidenceReading['read'] = (range) =>
      file.createReadStream(range === undefined ? {} : { start: range.first, end: range.last });
    return { ...more, read, close: () => file.close() };
  };

  const addPhoto: EvidenceFiles['addPhoto'] = async (id, jpeg, at, by) => {
    const alarm = known(id);
    const name = photoName(id, createHash('sha256').update(jpeg).digest('hex'));
    const url = evidenceUrl(id, name);
    const sent = alarm.evidence.find((one) => one.url === url && one.removedAt === undefined);
    if (sent !== undefined) return sent;
    const sha256 = await storeEvidence(dataDir, alarm, name, jpeg);
    const photo: Evidence = { kind: 'photo', url, at, camera: undefined, sha256, bytes: jpeg.length, by: by.name };
    await desk.addEvidence(id, photo);
    return photo;
  };

  const lock: EvidenceFiles['lock'] = async (id, file, isLocked, by, note) => {
    const path = pathOf(dataDir, known(id), file);
    const url = evidenceUrl(id, file);
    const isThere = (one: Evidence): boolean => one.url === url && one.removedAt === undefined;
    if (!known(id).evidence.some(isThere)) return undefined;
    if (isLocked) await lockFile(path, true); // whatever happens in between, it is rather kept than lost
    const after = await desk.lockEvidence(id, url, isLocked, by, note);
    if (!isLocked) await lockFile(path, false);
    return after?.evidence.find(isThere);
  };

  return { open, addPhoto, lock };
}
