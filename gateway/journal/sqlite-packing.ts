import type { Answer, Batch } from './sqlite-batch.ts';

/*
 * A thread is handed one long text many times faster than a thousand short ones, and numbers by the array. So a batch
 * crosses in a few columns of text and number; what is not there is an empty text, or -1.
 */

/** JSON on one line has no line break, nor have the names of kinds and the ids of alarms: it parts them beyond doubt. */
const BREAK = '\n';

type Column = 'kinds' | 'bodies' | 'alarms' | 'snapshots';
type Numbers = 'expectedVersions' | 'stamps' | 'entryCounts' | 'bases';

export type PackedBatch = Readonly<Record<Column, string>> &
  Readonly<Record<Numbers, Float64Array>> &
  Pick<Batch, 'rows' | 'facts' | 'cursors'> &
  /** JSON, for a name may hold anything. */
  Readonly<{ subjects: string }>;

export const pack = ({ rows, facts, cursors, ...batch }: Batch): PackedBatch => ({
  rows,
  facts,
  cursors,
  subjects: JSON.stringify(batch.subjects),
  kinds: batch.kinds.join(BREAK),
  bodies: batch.bodies.join(BREAK),
  alarms: batch.alarms.join(BREAK), // null joins as an empty text
  snapshots: batch.snapshots.join(BREAK),
  expectedVersions: Float64Array.from(batch.expectedVersions, (version = -1) => version),
  stamps: Float64Array.from(batch.stamps),
  entryCounts: Float64Array.from(batch.entryCounts),
  bases: Float64Array.from(batch.bases),
});

export function unpack({ rows, facts, cursors, ...packed }: PackedBatch): Batch {
  const texts = (column: Column): string[] => (packed.bases.length === 0 ? [] : packed[column].split(BREAK));
  return {
    rows,
    facts,
    cursors,
    subjects: JSON.parse(packed.subjects) as string[],
    kinds: texts('kinds'),
    bodies: texts('bodies'),
    alarms: texts('alarms').map(orNull),
    snapshots: texts('snapshots').map(orNull),
    expectedVersions: Array.from(packed.expectedVersions, (version) => (version === -1 ? undefined : version)),
    stamps: Array.from(packed.stamps),
    entryCounts: Array.from(packed.entryCounts),
    bases: Array.from(packed.bases),
  };
}

const orNull = (text: string): string | null => (text === '' ? null : text);

/** By write: the number of its last entry, or -1 less the version that was found in place of the expected one. */
export const packAnswers = (answers: readonly Answer[]): Float64Array =>
  Float64Array.from(answers, (answer) => ('last' in answer ? answer.last : -1 - answer.conflict));

export const unpackAnswers = (packed: Float64Array): readonly Answer[] =>
  Array.from(packed, (number) => (number >= 0 ? { last: number } : { conflict: -1 - number }));
