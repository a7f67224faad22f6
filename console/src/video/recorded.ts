import type { Recordings } from '../../../gateway/http/contract/recordings.ts';

export type RecordedSpan = Readonly<{ recording: string; from: number; to: number }>;

export const spansOf = ({ items }: Recordings): readonly RecordedSpan[] =>
  items.map(({ recording, from, to }) => ({ recording, from: Date.parse(from), to: Date.parse(to) }));

/** The recording of a moment, or the next one after it; undefined behind the last. */
export const spanAt = (spans: readonly RecordedSpan[], at: number): RecordedSpan | undefined =>
  spans.find(({ to }) => to > at);

export const isWithin = (spans: readonly RecordedSpan[], at: number): boolean =>
  spans.some(({ from, to }) => from <= at && at < to);

/** Where a span lies on a bar of this time, in per cent. */
export function barOf({ from, to }: Pick<RecordedSpan, 'from' | 'to'>, begin: number, end: number) {
  const part = (at: number): number => Math.min(100, Math.max(0, ((at - begin) / (end - begin)) * 100));
  return { left: `${part(from).toFixed(2)}%`, width: `${(part(to) - part(from)).toFixed(2)}%` };
}
