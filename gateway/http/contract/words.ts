import { z } from 'zod';
import { DEVICE_ID } from '../../domain/device.ts';

/*
 * What outsiders rely on, in the words of the wire: ISO 8601 times in UTC with milliseconds, absent rather than null.
 * The console imports the types of this file and nothing else of the gateway.
 */

export const IsoTime = z.iso.datetime({ precision: 3 }).describe('ISO 8601, UTC, milliseconds');
export const RegionCode = z
  .string()
  .regex(/^\d{12}$/, 'a division code of 12 digits, such as 360902001000')
  .meta({ id: 'RegionCode' });
export const DeviceIdText = z
  .string()
  .regex(DEVICE_ID, 'letters, digits and . _ : -, at most 64, such as yz-fence-k812');
export const SeverityNumber = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]);

export const Place = z
  .object({
    name: z.string().max(200).optional(),
    lng: z.number().min(-180).max(180).optional(),
    lat: z.number().min(-90).max(90).optional(),
    line: z.string().max(64).optional(),
    km: z.string().max(20).optional(),
    kmValue: z.int().min(0).max(9_999_999).optional(),
    direction: z.enum(['up', 'down']).optional(),
  })
  .meta({ id: 'Place' });
export type Place = z.infer<typeof Place>;

/** Query strings give lists as `a,b` or as repeated keys. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z
    .preprocess(
      (value) => (value === undefined ? undefined : [value].flat().flatMap((text) => String(text).split(','))),
      z.array(item).max(100).optional(),
    )
    .optional();
export const severityText = z.coerce.number().pipe(SeverityNumber);
