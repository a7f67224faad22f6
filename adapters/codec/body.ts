import type { BadValue } from '../../gateway/domain/bad-value.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import { withoutPersons, withoutPersonsInText } from './minimise.ts';
import { readJson, readText } from './payload.ts';

/** How a message's body reads. */
export type Body = 'json' | 'text' | 'bytes';

/** What a body says, and what of it may be kept: the same without its personal fields. */
export type ReadBody = Readonly<{ value: Result<unknown, BadValue>; kept: Uint8Array }>;

export function readBody(format: Body, bytes: Uint8Array, personal: readonly string[] = []): ReadBody {
  if (format === 'bytes') return { value: ok(bytes), kept: bytes };
  if (format === 'text') return { value: readText(bytes), kept: bytes };
  const body = readJson(bytes);
  if (!body.ok) return broken(body.error, bytes, personal);
  const value = withoutPersons(body.value, personal);
  return { value: ok(value), kept: value === body.value ? bytes : Buffer.from(JSON.stringify(value)) };
}

/** What is no JSON may hold a person all the same: the fields are cut out of the text as far as they can be seen. */
function broken(fault: BadValue, bytes: Uint8Array, personal: readonly string[]): ReadBody {
  const text = readText(bytes);
  if (!text.ok) return { value: failed(fault), kept: bytes };
  const kept = Buffer.from(withoutPersonsInText(text.value, personal));
  return { value: failed({ ...fault, value: withoutPersonsInText(fault.value, personal) }), kept };
}
