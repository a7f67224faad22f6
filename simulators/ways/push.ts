import type { Push } from '../family.ts';
import type { Mouth } from './mouth.ts';

/** A platform tries again as long as it is not answered; this one says so and goes on. */
const WITHIN_MS = 10_000;

export const openPush = (url: string): Mouth<Push> => ({
  say: async ({ path, body, contentType = 'application/json' }) => {
    const options = { method: 'POST', headers: { 'content-type': contentType }, body };
    const answer = await fetch(new URL(path, url), { ...options, signal: AbortSignal.timeout(WITHIN_MS) });
    await answer.arrayBuffer();
  },
  close: async () => undefined,
});
