import { z } from 'zod';
import { Alarm } from './alarms.ts';
import { PatrolTask } from './patrol.ts';
import { PtzHolder } from './video.ts';
import { IsoTime } from './words.ts';

/** RFC 9457 problem details. `alarm`, or `task`, is the present one when a version was old, `version` that of another thing. */
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
    task: PatrolTask.optional(),
    version: z.int().optional(),
    /** Who steers the camera, and until when. */
    holder: PtzHolder.optional(),
    until: IsoTime.optional(),
    /** Seconds after which it makes sense to try again. */
    retryAfter: z.int().optional(),
    /** Every wrong field, where more than one is. */
    faults: z.array(z.object({ field: z.string(), value: z.string(), expected: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof Problem>;
