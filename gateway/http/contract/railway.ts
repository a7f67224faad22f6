import { z } from 'zod';
import { DEVICE_KINDS } from '../../domain/device.ts';
import { STRUCTURE_KINDS } from '../../domain/railway-line.ts';
import { DeviceIdText, listOf } from './words.ts';

export const LineName = z.object({ id: z.string(), zh: z.string(), en: z.string() });
const PostRange = { from: z.string(), to: z.string(), fromKm: z.number(), toKm: z.number() };
/** A patrol section (巡护区段) and the teams that mind it. */
const Section = z.object({
  id: z.string(),
  zh: z.string(),
  en: z.string(),
  ...PostRange,
  teams: z.array(z.string()),
});
/** A railway line with its stations, structures, patrol sections and broken chainage. */
export const LineView = LineName.extend({
  from: z.string().describe('the post of its first point, such as K670+662'),
  to: z.string(),
  lengthM: z.number().describe('metres along the rails, whatever the posts say'),
  points: z.array(z.tuple([z.number(), z.number()])).describe('[lng, lat], WGS-84, in the order of the posts'),
  stations: z.array(z.object({ zh: z.string(), en: z.string(), km: z.string(), kmValue: z.number() })),
  structures: z.array(z.object({ kind: z.enum(STRUCTURE_KINDS), zh: z.string(), en: z.string(), ...PostRange })),
  sections: z.array(Section),
  brokenChainage: z.array(z.object({ behind: z.string(), ahead: z.string(), gapM: z.number() })),
  fence: z.object({ warningM: z.number(), dangerM: z.number(), trackM: z.number(), hysteresisM: z.number() }),
}).meta({ id: 'RailwayLine' });
export type LineView = z.infer<typeof LineView>;
export const NearQuery = z.object({
  km: z.string().max(20).describe('a post such as K812+300'),
  kind: listOf(z.enum(DEVICE_KINDS)),
  withinM: z.coerce.number().int().min(1).max(50_000).default(5_000),
  limit: z.coerce.number().int().min(1).max(50).default(10),
});
export const NearDevices = z.object({
  items: z.array(
    z.object({
      device: DeviceIdText,
      name: z.string(),
      kind: z.enum(DEVICE_KINDS),
      online: z.boolean(),
      alongM: z.number().describe('metres along the rails'),
    }),
  ),
  /** The patrol sections that the post lies in or near to, nearest first, whatever `kind` asks for. */
  sections: z.array(Section.extend({ alongM: z.number().describe('metres along the rails, 0 within it') })),
  place: z.object({ lng: z.number(), lat: z.number() }).optional(),
});
