import { z } from 'zod';
import type { Device } from '../../gateway/domain/device.ts';
import { formatKm, parseKm } from '../../gateway/domain/km.ts';
import type { Place } from '../../gateway/domain/place.ts';

/** A kilometre post's text, `K812+300`, or its metres. */
const Post = z.union([z.number(), z.string()]).transform((post, { addIssue }) => {
  if (typeof post === 'number') return post;
  const parsed = parseKm(post);
  if (parsed.ok) return parsed.value;
  addIssue({ code: 'custom', message: parsed.error.expected });
  return z.NEVER;
});
const Pairs = z
  .array(z.tuple([z.number(), Post]))
  .min(2)
  .max(1_000);
const Straight = z.object({ km_start: Post, m_per_m: z.number().default(1) });

/**
 * Where a metre of a cable lies on the line: the cable has loops and detours, so the record has a table of cable metres
 * and posts, read linearly between them, or a beginning with metres of line for each metre of cable. Undefined without.
 */
export function placeOnLine(device: Device | undefined, cableM: number): Place | undefined {
  const metres = metresAt(device?.settings ?? {}, cableM);
  if (metres === undefined) return undefined;
  const { line, direction } = device?.place ?? {};
  return {
    ...(line === undefined ? {} : { line }),
    km: formatKm(Math.round(metres)),
    ...(direction === undefined ? {} : { direction }),
  };
}

function metresAt(settings: Readonly<Record<string, unknown>>, cableM: number): number | undefined {
  const pairs = Pairs.safeParse(settings['cable']);
  if (pairs.success) return between(pairs.data, cableM);
  const straight = Straight.safeParse(settings);
  return straight.success ? straight.data.km_start + cableM * straight.data.m_per_m : undefined;
}

/** Beyond the ends of the table its last piece goes on. */
function between(pairs: readonly (readonly [number, number])[], cableM: number): number | undefined {
  const sorted = pairs.toSorted(([a], [b]) => a - b);
  const found = sorted.findIndex(([from]) => from > cableM);
  const index = found < 0 ? sorted.length - 1 : Math.max(1, found);
  const [before, after] = [sorted[index - 1], sorted[index]];
  if (before === undefined || after === undefined || after[0] === before[0]) return before?.[1];
  return before[1] + ((cableM - before[0]) / (after[0] - before[0])) * (after[1] - before[1]);
}
