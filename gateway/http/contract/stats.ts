import { z } from 'zod';
import { IsoTime, listOf, RegionCode } from './words.ts';

export const StatsQuery = z.object({ region: listOf(RegionCode) });
/** Enabled devices; `intact` are online and without an open fault of their own (完好率 is intact of total). */
const DeviceFigures = z.object({ total: z.int(), online: z.int(), offline: z.int(), intact: z.int() });
export const DeviceStats = DeviceFigures.extend({
  at: IsoTime,
  intactRate: z.number().optional(),
  byKind: z.record(z.string(), DeviceFigures),
  /** By the divisions below the one that is asked for, or by those that are asked for. */
  byRegion: z.array(DeviceFigures.extend({ region: RegionCode, name: z.string() })),
}).meta({ id: 'DeviceStats' });
export type DeviceStats = z.infer<typeof DeviceStats>;
export const AlarmStatsQuery = StatsQuery.extend({
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
});
const Response = z.object({ count: z.int(), p50Ms: z.number().optional() });
export const AlarmStats = z
  .object({
    from: IsoTime,
    to: IsoTime,
    total: z.int(),
    /** False when only the newest alarms of a long time were counted. */
    isWhole: z.boolean(),
    bySeverity: z.record(z.string(), z.int()),
    byState: z.record(z.string(), z.int()),
    byType: z.array(z.object({ type: z.string(), count: z.int() })),
    /** From the alarm to the first such step of a person. */
    response: z.object({ accept: Response, arrive: Response, close: Response }),
  })
  .meta({ id: 'AlarmStats' });
export type AlarmStats = z.infer<typeof AlarmStats>;
