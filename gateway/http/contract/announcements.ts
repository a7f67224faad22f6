import { z } from 'zod';
import { IsoTime } from './words.ts';

const NAME = 'letters, digits, blanks and - _, at most 40, beginning with a letter or a digit';
export const AnnouncementName = z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N} _-]{0,39}$/u, NAME);
/** A file of sound that loudspeakers play by its name: `broadcast {"file":"…"}`. */
export const Announcement = z
  .object({ name: z.string(), seconds: z.number(), at: IsoTime })
  .meta({ id: 'Announcement' });
export type Announcement = z.infer<typeof Announcement>;
export const AnnouncementList = z.object({ items: z.array(Announcement) });
export type AnnouncementList = z.infer<typeof AnnouncementList>;
