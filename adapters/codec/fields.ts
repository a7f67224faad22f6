import { z } from 'zod';

/** Fields that many families share, each with the words that a fault in it is told by. */
export const Latitude = z
  .number({ error: 'number, degrees' })
  .min(-90, { error: '−90 to 90' })
  .max(90, { error: '−90 to 90' });
export const Longitude = z
  .number({ error: 'number, degrees' })
  .min(-180, { error: '−180 to 180' })
  .max(180, { error: '−180 to 180' });
export const Percent = z.number({ error: 'number, %' }).min(0, { error: '0 to 100' }).max(100, { error: '0 to 100' });
export const Base64 = z
  .string({ error: 'base64' })
  .regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/, {
    error: 'base64',
  });
/** A name by which a device calls itself. */
export const Name = z.string().min(1).max(128);
