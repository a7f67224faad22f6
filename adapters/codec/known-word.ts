import { badValue } from '../../gateway/domain/bad-value.ts';
import type { MessageContext } from './definition.ts';

/**
 * Whether this word means an alarm type at this device; where it does not, the field it stands in becomes a dead letter
 * with `unknown-code`. A device that nobody knows is told of elsewhere.
 */
export function isKnownWord(
  context: Pick<MessageContext, 'device' | 'knows' | 'refuse'>,
  device: string,
  word: string,
  said: Readonly<{ field: string; value: unknown }>,
): boolean {
  const id = context.device(device)?.id;
  if (id === undefined || context.knows(id, word)) return true;
  context.refuse(
    badValue('unknown-code', said.field, said.value, `a word that the record's types map, such as ${word}`),
  );
  return false;
}
