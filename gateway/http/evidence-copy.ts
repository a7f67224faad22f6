import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { EvidenceReading, Watermark } from './ports.ts';
import { Refused } from './problems.ts';

/** A longer file is not copied in memory: no clip of ours comes near. */
const COPY_MAX_BYTES = 64 * 1024 * 1024;
const FORMAT = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short', timeStyle: 'medium' });

export type TakenOut = Readonly<{ by: string; at: number; purpose: string }>;

/** What stands in the picture: who took it out, when (in the country's one zone), and what for. */
const wordsOf = ({ by, at, purpose }: TakenOut): string => `${by} · ${FORMAT.format(at)} +08:00\n${purpose}`;

/** A copy of the file with the words in its pictures; refused where that cannot be done. Closes the file. */
export async function markedCopy(watermark: Watermark, file: EvidenceReading, taken: TakenOut): Promise<Buffer> {
  const kind = file.contentType === 'video/mp4' ? 'video/mp4' : 'image/jpeg';
  let source: Readable | undefined;
  const content = (): Promise<Buffer> => {
    source = file.read();
    return buffer(source);
  };
  try {
    if (file.bytes > COPY_MAX_BYTES) throw new Refused('too-large', { expected: 'a file of at most 64 MiB' });
    const made = await watermark({ kind, words: wordsOf(taken), content });
    if (made.ok) return made.value;
    throw refusalOf(made.error);
  } finally {
    if (source === undefined) await file.close();
  }
}

function refusalOf({ reason, text }: Readonly<{ reason: string; text: string }>): Refused {
  if (reason === 'busy') return new Refused('too-many-requests', { detail: text });
  return new Refused(reason === 'missing' ? 'not-supported' : 'no-picture', { detail: text });
}

/** Told apart from the original by its name as well. */
export const markedName = (file: string): string => file.replace(/(\.\w+)$/, '-marked$1');
