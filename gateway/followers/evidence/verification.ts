import { createHash } from 'node:crypto';
import { createReadStream, realpathSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import Sqlite from 'better-sqlite3';
import { z } from 'zod';
import { daysOf, filesOf } from './kept-files.ts';
import { alarmOfFile, fileOfUrl, ifMissing, pathOf } from './store.ts';

/** What is not as the journal says: the file is gone, its bytes are others, or nobody knows it. */
export type Wrong = Readonly<{ file: string; why: 'missing' | 'changed' | 'unknown' }>;
export type EvidenceCheck = Readonly<{ files: number; bytes: number; wrong: readonly Wrong[] }>;

/** An alarm's row, as far as its files need it. */
const AlarmRow = z.object({
  id: z.string(),
  receivedAt: z.number(),
  evidence: z.array(z.object({ url: z.string(), sha256: z.string(), removedAt: z.number().optional() })),
});
type AlarmRow = z.infer<typeof AlarmRow>;

/**
 * Holds each evidence file against the hash that the journal has of it, and looks for files that it has none of. The
 * journal itself is for `verifyJournal` to check. Reads a journal in use.
 */
export async function verifyEvidence(journalFile: string, dataDir: string): Promise<EvidenceCheck> {
  const database = new Sqlite(realpathSync(journalFile), { readonly: true, fileMustExist: true });
  try {
    const bodyOf = database.prepare<[string], string>('SELECT body FROM alarms WHERE id = ?').pluck();
    const find = (id: string): AlarmRow | undefined => {
      const body = bodyOf.get(id);
      return body === undefined ? undefined : AlarmRow.parse(JSON.parse(body));
    };
    const ids = database.prepare<[], string>(`SELECT id FROM alarms WHERE body LIKE '%"sha256"%' ORDER BY id`).pluck();
    const listed = await checkListed(ids.iterate(), find, dataDir);
    const unknown = await findUnknown(find, dataDir);
    return { ...listed, wrong: [...listed.wrong, ...unknown] };
  } finally {
    database.close();
  }
}

async function checkListed(
  ids: Iterable<string>,
  find: (id: string) => AlarmRow | undefined,
  dataDir: string,
): Promise<EvidenceCheck> {
  const wrong: Wrong[] = [];
  let [files, bytes] = [0, 0];
  for (const id of [...ids]) {
    const alarm = find(id);
    for (const { url, sha256, removedAt } of alarm?.evidence ?? []) {
      const file = fileOfUrl(url);
      if (alarm === undefined || removedAt !== undefined || alarmOfFile(file) !== id) continue;
      const found = await hashOf(pathOf(dataDir, alarm, file));
      files += 1;
      bytes += found?.bytes ?? 0;
      if (found === undefined) wrong.push({ file, why: 'missing' });
      else if (found.sha256 !== sha256) wrong.push({ file, why: 'changed' });
    }
  }
  return { files, bytes, wrong };
}

async function findUnknown(find: (id: string) => AlarmRow | undefined, dataDir: string): Promise<readonly Wrong[]> {
  const unknown: Wrong[] = [];
  for (const day of await daysOf(dataDir)) {
    for (const { name, alarm } of await filesOf(dataDir, day, () => undefined)) {
      const isListed = find(alarm)?.evidence.some(({ url }) => fileOfUrl(url) === name);
      if (isListed !== true) unknown.push({ file: name, why: 'unknown' });
    }
  }
  return unknown;
}

async function hashOf(path: string): Promise<Readonly<{ sha256: string; bytes: number }> | undefined> {
  const hash = createHash('sha256');
  const stream = createReadStream(path);
  return pipeline(stream, hash)
    .then(() => ({ sha256: hash.digest('hex'), bytes: stream.bytesRead }))
    .catch(ifMissing(undefined));
}
