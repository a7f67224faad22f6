import type { z } from 'zod';
import { Refused } from './problems.ts';

/** A place in a list, handed out as text that means nothing to its reader. */
export const writeCursor = (position: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url');

export function readCursor<T>(schema: z.ZodType<T>, text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  const parsed = schema.safeParse(parseJson(Buffer.from(text, 'base64url').toString('utf8')));
  if (parsed.success) return parsed.data;
  throw new Refused('bad-value', {
    field: 'cursor',
    value: text.slice(0, 80),
    expected: 'the `next` of an earlier page',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // refused by the schema, with the words for it
  }
}

/** The first `limit` of items that were asked for with one more, and whether there is more. */
export function pageOf<T>(items: readonly T[], limit: number): { items: readonly T[]; last: T | undefined } {
  const page = items.slice(0, limit);
  return { items: page, last: items.length > limit ? page.at(-1) : undefined };
}
