/** Bytes of a file, both ends included. */
export type ByteRange = Readonly<{ first: number; last: number }>;

/**
 * The one range that a request asks for. Undefined: send the whole, as for several ranges or a unit that we do not know;
 * `none`: there are no such bytes. Source: RFC 9110, 14.1.2 and 14.2.
 */
export function readRange(header: string | undefined, bytes: number): ByteRange | 'none' | undefined {
  const parts = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  const [, from = '', to = ''] = parts ?? [];
  if (from === '' && to === '') return undefined;
  if (from === '') return suffix(Number(to), bytes);
  const [first, last] = [Number(from), Math.min(to === '' ? bytes - 1 : Number(to), bytes - 1)];
  if (to !== '' && Number(to) < first) return undefined; // such a header is to be passed over
  return first >= bytes ? 'none' : { first, last };
}

/** The last so many bytes. */
function suffix(count: number, bytes: number): ByteRange | 'none' {
  return count === 0 || bytes === 0 ? 'none' : { first: Math.max(0, bytes - count), last: bytes - 1 };
}
