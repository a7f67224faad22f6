import type { z } from 'zod';
import type { Device } from '../../gateway/domain/device.ts';
import { check } from '../../gateway/domain/zod-fault.ts';
import type { CommandRule, Reply } from './definition.ts';

/** A command whose arguments are checked first; `called` is the name by which the device's topics call it. */
export function command<Args>(args: z.ZodType<Args>, message: (args: Args, called: string) => Reply): CommandRule {
  return (said, device) => {
    const checked = check(args, said);
    if (checked.ok) return message(checked.value, calledOf(device));
    return checked.error.map(({ field, expected }) => `${field}: ${expected}`).join('; ');
  };
}

/** The first alias is the name in its topics. */
const calledOf = ({ id, aliases = [] }: Device): string => aliases[0] ?? id;
