import type { z } from 'zod';
import { check } from '../../gateway/domain/zod-fault.ts';
import type { MessageContext } from './definition.ts';

/** The items of a list that are sound; one that is not becomes a dead letter and spoils no other. `path` names the list. */
export function eachOf<T>(
  { refuse }: Pick<MessageContext, 'refuse'>,
  path: string,
  items: readonly unknown[],
  schema: z.ZodType<T>,
): readonly T[] {
  return items.flatMap((item, index) => {
    const checked = check(schema, item);
    if (checked.ok) return [checked.value];
    for (const fault of checked.error) {
      const field = fault.field === '(payload)' ? '' : `.${fault.field}`;
      refuse({ ...fault, field: `${path}[${index}]${field}` });
    }
    return [];
  });
}
