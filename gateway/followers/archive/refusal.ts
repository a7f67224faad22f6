import { failed, type Result } from '../../domain/result.ts';
import type { OnRefused } from './archive.ts';
import type { Point } from './point.ts';

/** What one request came to: stored, or refused for good with the archive's words. Anything else is thrown. */
export type Sent = Result<void, string>;

/** Statuses by which InfluxDB refuses what was sent, not the moment: a bad line, a body too large, a type or time it cannot hold. */
const REFUSALS = [400, 413, 422];
export const isRefusal = (status: number): boolean => REFUSALS.includes(status);

/**
 * Sends a batch; while it is refused, halves it down to the points at fault, sets those aside and stores the rest.
 * InfluxDB 1.x may have stored the good lines of a refused batch: sending them again leaves them there once.
 * One bad point among 1,000 costs 20 requests more.
 */
async function sendAround(
  points: readonly Point[],
  send: (points: readonly Point[]) => Promise<Sent>,
  onRefused: OnRefused,
): Promise<void> {
  const waiting: (readonly Point[])[] = points.length === 0 ? [] : [points]; // at most one a halving: ten for 1,000
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    const sent = await send(part);
    if (sent.ok) continue;
    const [first] = part;
    if (part.length === 1 && first !== undefined) onRefused(first, sent.error);
    else waiting.push(part.slice(part.length >> 1), part.slice(0, part.length >> 1));
  }
}

/** Writes around the points that are refused for good, tells of each, and counts them. */
export class WriteAround<More extends readonly unknown[] = []> {
  readonly #send: (points: readonly Point[], ...more: More) => Promise<Sent>;
  readonly #onRefused: OnRefused;
  #refused = 0;

  constructor(send: (points: readonly Point[], ...more: More) => Promise<Sent>, onRefused: OnRefused) {
    this.#send = send;
    this.#onRefused = onRefused;
  }

  refused = (): number => this.#refused;

  write = (points: readonly Point[], ...more: More): Promise<void> =>
    sendAround(
      points,
      (part) => this.#send(part, ...more),
      (point, text) => {
        this.#refused++;
        this.#onRefused(point, text);
      },
    );
}

export const refusedWith = (text: string): Sent => failed(text.slice(0, 300));
