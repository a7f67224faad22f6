import { type BadValue, badValue } from '../../gateway/domain/bad-value.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import { jsonFault } from './json-fault.ts';

/** Largest message body of a family that does not say otherwise, in bytes. */
export const PAYLOAD_MAX_BYTES = 256 * 1024;
/** Lists and objects inside each other. */
const JSON_MAX_DEPTH = 16;

/** `ignoreBOM` keeps a byte order mark as text: it is no JSON, and a device that sends one shall hear of it. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A body as the packages hand it over. */
export const toBytes = (payload: string | Buffer): Buffer =>
  typeof payload === 'string' ? Buffer.from(payload) : payload;

/** A body as text: too-large or not-utf8 otherwise. */
export function readText(payload: Uint8Array, maxBytes: number = PAYLOAD_MAX_BYTES): Result<string, BadValue> {
  if (payload.length > maxBytes) return failed(tooLarge(payload.length, maxBytes));
  try {
    return ok(UTF8.decode(payload));
  } catch {
    const start = Buffer.from(payload.subarray(0, 16)).toString('hex');
    return failed(badValue('not-utf8', '(payload)', `bytes ${start}`, 'text in UTF-8'));
  }
}

export const tooLarge = (bytes: number, maxBytes: number = PAYLOAD_MAX_BYTES): BadValue =>
  badValue('too-large', '(payload)', `${bytes} bytes`, `at most ${maxBytes} bytes`);

/** A body as a JSON value no deeper than 16 levels; too-large, not-utf8 or not-json otherwise. */
export function readJson(payload: Uint8Array, maxBytes?: number): Result<unknown, BadValue> {
  const text = readText(payload, maxBytes);
  if (!text.ok) return text;
  let value: unknown;
  try {
    value = JSON.parse(text.value);
  } catch (error) {
    return failed(jsonFault(text.value, error));
  }
  if (isDeeper(value, JSON_MAX_DEPTH)) {
    return failed(badValue('too-large', '(payload)', text.value, `JSON at most ${JSON_MAX_DEPTH} levels deep`));
  }
  return ok(value);
}

/** Never recurses past `levels`, however deep the value is. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const key in value) if (isDeeper(Reflect.get(value, key), levels - 1)) return true;
  return false;
}
