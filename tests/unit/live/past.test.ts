import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Filter } from '../../../gateway/followers/live/audience.ts';
import { Past } from '../../../gateway/followers/live/past.ts';
import { CursorExpired, type Recorded } from '../../../gateway/journal/journal.ts';

const REGIONS = ['360902001000', '360982001000', '360981001000'];
/** A status of a device for each seq: its id says where it is. */
const entry = (seq: number): Recorded => ({
  seq,
  at: 0,
  entry: { kind: 'device-status', device: `d${seq % REGIONS.length}`, online: true, statusAt: 0 },
  alarm: undefined,
});
const placesOf = (id: string) => [{ region: REGIONS[Number(id.slice(1))] ?? '' }];
const filterOf = (region: string): Filter => ({
  scope: { regions: [region] },
  types: undefined,
  severities: undefined,
  isGathered: false,
});

function journalFrom(oldest: number) {
  const reads: number[] = [];
  const read = (cursor: number, limit: number): readonly Recorded[] => {
    if (cursor + 1 < oldest) throw new CursorExpired(cursor, oldest);
    reads.push(limit);
    return Array.from({ length: limit }, (_, at) => entry(cursor + 1 + at));
  };
  return { read, reads };
}

const seqsIn = (bytes: Buffer | undefined): number[] =>
  [...(bytes?.toString().matchAll(/"seq":(\d+)/g) ?? [])].map(([, seq]) => Number(seq));

/** All pieces from a cursor up to the edge, as one client is sent them. */
function replayed(past: Past, from: number, edge: number, region: string): number[] {
  const seqs: number[] = [];
  for (let cursor = from; cursor < edge; ) {
    const { packed, last } = past.after(cursor, edge, filterOf(region), region);
    expect(last).toBeGreaterThan(cursor);
    seqs.push(...seqsIn(packed?.wsPreEncodedFrame[0]));
    cursor = last;
  }
  return seqs;
}

it('gives each client what concerns it after its cursor and up to the edge, whoever was served before', () => {
  const client = fc.record({
    from: fc.integer({ min: 30, max: 400 }),
    region: fc.constantFrom(...REGIONS, '360900000000'),
    moves: fc.integer({ min: 0, max: 40 }),
  });
  fc.assert(
    fc.property(fc.array(client, { minLength: 1, maxLength: 20 }), (clients) => {
      const past = new Past(journalFrom(30), placesOf);
      let edge = 400;
      for (const { from, region, moves } of clients) {
        edge += moves;
        past.begin();
        const all = Array.from({ length: edge - from }, (_, at) => from + 1 + at);
        const concerned = all.filter((seq) => region === '360900000000' || REGIONS[seq % REGIONS.length] === region);
        expect(replayed(past, from, edge, region)).toEqual(concerned);
      }
    }),
  );
});

it('reads what 2,000 clients want from the journal once, and forgets it with the last of them', () => {
  const journal = journalFrom(1);
  const past = new Past(journal, placesOf);
  for (let at = 0; at < 2_000; at += 1) {
    past.begin();
    replayed(past, 640, 1_280, REGIONS[at % REGIONS.length] ?? '');
  }
  expect(journal.reads).toEqual(Array.from({ length: 10 }, () => 64));
  for (let at = 0; at < 2_000; at += 1) past.end();
  past.begin();
  replayed(past, 640, 1_280, '360900000000');
  expect(journal.reads).toHaveLength(20);
});

it('says so when what follows a cursor is gone meanwhile', () => {
  const past = new Past(journalFrom(100), placesOf);
  expect(() => past.after(50, 200, filterOf('360900000000'), '')).toThrow(CursorExpired);
});
