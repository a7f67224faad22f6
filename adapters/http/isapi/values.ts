import { z } from 'zod';
import type { MessageContext } from '../../codec/definition.ts';

/** A whole number, in JSON as such and in XML as text. */
export const NumberText = z
  .union([z.number(), z.string().regex(/^\s*\d{1,10}\s*$/, { error: 'a whole number' })], { error: 'a whole number' })
  .transform(Number);

/** The same where it may be missing, or be there and empty. */
export const MaybeNumber = z
  .union([z.literal('').transform(() => undefined), NumberText], { error: 'a whole number' })
  .optional();

/** The texts and numbers among what was found. */
export const Words = z
  .array(z.unknown())
  .transform((found) =>
    found.flatMap((one) => (typeof one === 'string' || typeof one === 'number' ? [String(one)] : [])),
  );

/** What lies under `name` in each of `parents`: one thing or a list of them, as XML cannot tell the two apart. */
export const listOf = (parents: readonly unknown[], name: string): readonly unknown[] =>
  parents.flatMap((parent) => {
    if (Array.isArray(parent)) return listOf(parent, name);
    const found: unknown = typeof parent === 'object' && parent !== null ? Reflect.get(parent, name) : undefined;
    return found === undefined ? [] : [found].flat();
  });

/** `2026-11-24T12:30:11+08:00`; some recorders leave the zone out, some write `+8:00`. */
const WITH_ZONE = /^(.*T[\d:.]+)(?:(Z)|([+-])(\d{1,2}):?(\d\d))$/i;

export function cameraTime(
  { utc, local }: Pick<MessageContext, 'utc' | 'local'>,
  text: string | undefined,
  zone: string | undefined,
): number | undefined {
  if (text === undefined) return undefined;
  const [, time, zulu, sign, hours = '', minutes] = WITH_ZONE.exec(text) ?? [];
  if (time === undefined) return /^\d{4}-/.test(text) ? local('dateTime', text, zone) : utc('dateTime', text);
  return utc('dateTime', `${time}${zulu === undefined ? `${sign}${hours.padStart(2, '0')}:${minutes}` : 'Z'}`);
}
