import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Answer, Batch } from '../../../gateway/journal/sqlite-batch.ts';
import { pack, packAnswers, unpack, unpackAnswers } from '../../../gateway/journal/sqlite-packing.ts';

/** A text as JSON holds it: any at all, on one line. */
const json = fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text));
const entry = fc.record({
  kind: fc.constantFrom('raised', 'repeated', 'audited'),
  body: json,
  alarm: fc.option(fc.uuid()),
  snapshot: fc.option(json),
  base: fc.integer({ min: -1, max: 1000 }),
});
const write = fc.record({
  subject: fc.string({ unit: 'binary' }),
  expectedVersion: fc.option(fc.nat(), { nil: undefined }),
  stamp: fc.integer({ min: 0, max: 2 ** 45 }),
  count: fc.nat(20),
});
const batch = fc.record({ writes: fc.array(write), entries: fc.array(entry) }).map(
  ({ writes, entries }): Batch => ({
    subjects: writes.map(({ subject }) => subject),
    expectedVersions: writes.map(({ expectedVersion }) => expectedVersion),
    stamps: writes.map(({ stamp }) => stamp),
    entryCounts: writes.map(({ count }) => count),
    kinds: entries.map(({ kind }) => kind),
    bodies: entries.map(({ body }) => body),
    alarms: entries.map(({ alarm }) => alarm),
    snapshots: entries.map(({ snapshot }) => snapshot),
    bases: entries.map(({ base }) => base),
    rows: [],
    facts: [],
    cursors: [],
  }),
);

it('hands the writer thread the very batch that was made, whatever stands in it', () => {
  fc.assert(
    fc.property(batch, (made) => {
      expect(unpack(structuredClone(pack(made)))).toEqual(made);
    }),
  );
});

it('hands back the very answers', () => {
  const answer = fc.oneof(fc.record({ last: fc.nat(2 ** 40) }), fc.record({ conflict: fc.nat(2 ** 40) }));
  fc.assert(
    fc.property(fc.array(answer), (made: readonly Answer[]) => {
      expect(unpackAnswers(structuredClone(packAnswers(made)))).toEqual(made);
    }),
  );
});
