import { z } from 'zod';
import { DEVICE_KINDS } from '../../domain/device.ts';
import { HoursText, WhereText } from '../../domain/rule-text.ts';
import { DeviceIdText, IsoTime, RegionCode } from './words.ts';

const WhereView = z
  .object({
    regions: z.array(RegionCode).optional(),
    compounds: z.array(z.string()).optional(),
    stretches: z
      .array(z.object({ line: z.string(), from: z.string().optional(), to: z.string().optional() }))
      .optional(),
    kinds: z.array(z.enum(DEVICE_KINDS)).optional(),
    tags: z.array(z.string()).optional(),
    devices: z.array(DeviceIdText).optional(),
    types: z.array(z.string()).optional(),
  })
  .meta({ id: 'Where' });
const HoursView = z
  .object({
    zone: z.string(),
    spans: z.array(
      z.object({
        days: z.union([z.enum(['every', 'workdays', 'restdays']), z.array(z.int())]),
        from: z.string(),
        to: z.string(),
      }),
    ),
    calendar: z.object({ restdays: z.array(z.string()), workdays: z.array(z.string()) }),
  })
  .meta({ id: 'Hours' });

/** Types that a plan may disarm: intrusion. Fire, help, gas, lifts and the devices' own health are never silenced by one. */
const ARMABLE =
  /^(?:camera\.(?:line|area|object|motion|audio)|community\.(?:fence|beam|intrusion|barrier|door\.(?:forced|held))|railway\.(?:perimeter|vibration|lookout))(?:\.|$)/;
const armable = (types: readonly string[] | undefined): boolean => types?.every((type) => ARMABLE.test(type)) === true;
export const ArmingPlanInput = z
  .object({
    zh: z.string().min(1).max(100),
    en: z.string().min(1).max(100),
    where: WhereText.refine(({ types }) => armable(types), {
      path: ['types'],
      error: 'intrusion types only, such as community.fence. or railway.perimeter.: nothing else may be disarmed',
    }),
    hours: HoursText,
    graceMs: z.int().min(0).max(3_600_000).default(0),
    /** The version that is replaced; absent for a new plan. */
    version: z.int().optional(),
  })
  .meta({ id: 'ArmingPlanPut' });
export const ArmingOverride = z.object({ armed: z.boolean(), until: IsoTime, version: z.int() });
export const ArmingPlan = z
  .object({
    id: z.string(),
    zh: z.string(),
    en: z.string(),
    where: WhereView,
    hours: HoursView,
    graceMs: z.int(),
    override: z.object({ armed: z.boolean(), until: IsoTime, by: z.string() }).optional(),
    /** Whether it is armed now (布防). */
    armed: z.boolean(),
    version: z.int(),
  })
  .meta({ id: 'ArmingPlan' });
export type ArmingPlan = z.infer<typeof ArmingPlan>;
export const MaintenanceInput = z
  .object({
    where: WhereText,
    from: IsoTime,
    until: IsoTime,
    reason: z.string().min(1).max(200),
    version: z.int().optional(),
  })
  .meta({ id: 'MaintenanceWindowPut' });
export const MaintenanceWindow = z
  .object({
    id: z.string(),
    where: WhereView,
    from: IsoTime,
    until: IsoTime,
    reason: z.string(),
    by: z.string(),
    underway: z.boolean(),
    version: z.int(),
  })
  .meta({ id: 'MaintenanceWindow' });
export type MaintenanceWindow = z.infer<typeof MaintenanceWindow>;

export const RegionNode = z.object({
  code: RegionCode,
  name: z.string(),
  level: z.string(),
  parent: RegionCode.optional(),
});
export type RegionNode = z.infer<typeof RegionNode>;
