import { z } from 'zod';
import { Alarm } from './alarms.ts';

/** RFC 9457 problem details. `alarm` is the present one when a version was old, `version` that of another thing. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    instance: z.string().optional(),
    field: z.string().optional(),
    value: z.string().optional(),
    expected: z.string().optional(),
    alarm: Alarm.optional(),
    version: z.int().optional(),
    /** Seconds after which it makes sense to try again. */
    retryAfter: z.int().optional(),
    /** Every wrong field, where more than one is. */
    faults: z.array(z.object({ field: z.string(), value: z.string(), expected: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof Problem>;
