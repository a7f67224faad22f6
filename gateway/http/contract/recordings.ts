import { z } from 'zod';
import { IsoTime } from './words.ts';

/** What a recorder kept of a time; `recording` is its own word. */
export const Recordings = z
  .object({ items: z.array(z.object({ recording: z.string(), from: IsoTime, to: IsoTime })) })
  .meta({ id: 'Recordings' });
export type Recordings = z.infer<typeof Recordings>;

/** Hours of a recording that are asked for at once. */
const SPAN_MAX_MS = 24 * 3_600_000;
const moment = z.iso.datetime().transform((text) => Date.parse(text));
const span = { from: moment, to: moment };
const isSpan = ({ from, to }: { from: number; to: number }): boolean => to > from && to - from <= SPAN_MAX_MS;
const SPAN = { error: 'a time after `from`, at most 24 hours later', path: ['to'] };

export const RecordingsQuery = z.object(span).refine(isSpan, SPAN);
/** Whom and when is written into the trail: a recording is looked at for a reason. */
export const PlaybackWish = z
  .object({
    recording: z.string().min(1).max(100),
    ...span,
    speed: z.union([z.literal(1), z.literal(2), z.literal(4)]).default(1),
  })
  .refine(isSpan, SPAN)
  .meta({ id: 'PlaybackWish' });
