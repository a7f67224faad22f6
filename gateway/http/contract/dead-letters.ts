import { z } from 'zod';
import { BAD_REASONS } from '../../domain/bad-value.ts';
import { IsoTime } from './words.ts';

export const DeadLetterItem = z.object({
  id: z.string(),
  at: IsoTime,
  topic: z.string(),
  device: z.string().optional(),
  reason: z.enum(BAD_REASONS),
  field: z.string().optional(),
  value: z.string().optional(),
  expected: z.string().optional(),
  others: z
    .array(z.object({ reason: z.enum(BAD_REASONS), field: z.string(), value: z.string(), expected: z.string() }))
    .optional(),
  payload: z.string(),
});
export const DeadLetterPage = z.object({ items: z.array(DeadLetterItem), next: z.string().optional() });
