import type { BadValue } from '../../gateway/domain/bad-value.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import { withoutPersons, withoutPersonsInText } from './minimise.ts';
import { PAYLOAD_MAX_BYTES, readJson, readText, tooLarge } from './payload.ts';
import { readXmlBody } from './xml-body.ts';

/**
 * How a message's body reads. `xml` is a tree by local names; what begins with `{` is read as JSON there, since makers
 * that went from one to the other kept their fields.
 */
export type Body = 'json' | 'text' | 'bytes' | 'xml';

/** What a body says, and what of it may be kept: the same without its personal fields. */
export type ReadBody = Readonly<{ value: Result<unknown, BadValue>; kept: Uint8Array }>;

export function readBody(
  format: Body,
  bytes: Uint8Array,
  personal: readonly string[] = [],
  maxBytes: number = PAYLOAD_MAX_BYTES,
): ReadBody {
  if (bytes.length > maxBytes) return broken(tooLarge(bytes.length, maxBytes), bytes, personal);
  if (format === 'bytes') return { value: ok(bytes), kept: bytes };
  if (format === 'text') return { value: readText(bytes, maxBytes), kept: bytes };
  const body = format === 'xml' && !isObject(bytes) ? readXmlBody(bytes) : readJson(bytes, maxBytes);
  if (!body.ok) return broken(body.error, bytes, personal);
  const value = withoutPersons(body.value, personal);
  return { value: ok(value), kept: value === body.value ? bytes : Buffer.from(JSON.stringify(value)) };
}

/** Whether the first character that is no blank opens an object of JSON. */
const isObject = (bytes: Uint8Array): boolean =>
  /^\s{0,64}\{/.test(Buffer.from(bytes.subarray(0, 65)).toString('latin1'));

/** Of what nobody could read no more is kept than this, in bytes: a dead letter's length. */
const KEPT_MAX_BYTES = 4096;

/** What is no JSON may hold a person all the same: the fields are cut out of the text as far as they can be seen. */
function broken(fault: BadValue, bytes: Uint8Array, personal: readonly string[]): ReadBody {
  const start = bytes.subarray(0, KEPT_MAX_BYTES);
  const text = Buffer.from(start).toString('utf8');
  const clean = withoutPersonsInText(text, personal);
  const shown = withoutPersonsInText(fault.value, personal);
  // a line of it may be a person's name alone, whose field stands on the line before
  const value = failed({ ...fault, value: clean === text || clean.includes(shown) ? shown : '' });
  return { value, kept: clean === text ? start : Buffer.from(clean) };
}
