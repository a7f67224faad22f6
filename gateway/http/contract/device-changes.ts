import { z } from 'zod';
import { Connection, Device } from './devices.ts';
import { DeviceIdText, IsoTime, RegionCode } from './words.ts';

/** Devices in one request: a county's cameras and more. */
export const CHANGED_MAX = 5_000;
/** Cameras whose passwords are changed in one job. */
export const ROTATED_MAX = 1_000;

const Ids = z.array(DeviceIdText).min(1).max(CHANGED_MAX);
/** The same done to each; with `dryRun` it is only said what would be. */
export const DeviceChanges = z
  .discriminatedUnion('act', [
    z.object({
      act: z.enum(['enable', 'disable', 'allow-sound', 'forbid-sound', 'remove']),
      ids: Ids,
      dryRun: z.boolean().default(false),
    }),
    z.object({ act: z.literal('move'), region: RegionCode, ids: Ids, dryRun: z.boolean().default(false) }),
    z.object({
      act: z.literal('use-credentials'),
      group: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/, 'letters, digits and . _ -, at most 40'),
      ids: Ids,
      dryRun: z.boolean().default(false),
    }),
  ])
  .meta({ id: 'DeviceChanges' });
export type DeviceChanges = z.infer<typeof DeviceChanges>;

export const DeviceChangeReport = z
  .object({
    /** Changed, or with `dryRun` would be. */
    done: z.int(),
    /** As wished already. */
    same: z.int(),
    faults: z.array(z.object({ id: z.string(), field: z.string(), value: z.string(), expected: z.string() })),
  })
  .meta({ id: 'DeviceChangeReport' });
export type DeviceChangeReport = z.infer<typeof DeviceChangeReport>;

/** Another camera in a camera's place. `force`: also where nothing answers there yet. */
export const Replacement = z
  .object({ connection: Connection, force: z.boolean().default(false), dryRun: z.boolean().default(false) })
  .meta({ id: 'Replacement' });
export const Replaced = z
  .object({
    /** Who answered at the new address, as far as it tells. */
    answered: z
      .object({
        maker: z.string().optional(),
        model: z.string().optional(),
        firmware: z.string().optional(),
        serial: z.string().optional(),
      })
      .optional(),
    fault: z.object({ reason: z.string(), text: z.string() }).optional(),
    device: Device,
  })
  .meta({ id: 'Replaced' });
export type Replaced = z.infer<typeof Replaced>;

/** New passwords for these cameras: this one for all, or one of its own for each. They are written and never read. */
export const PasswordRotation = z
  .object({
    ids: z.array(DeviceIdText).min(1).max(ROTATED_MAX),
    password: z
      .string()
      .min(8)
      .max(32)
      .regex(/^[\x21-\x7e]+$/, 'letters, digits and signs of ASCII, without blanks')
      .optional(),
  })
  .meta({ id: 'PasswordRotation' });
export const RotationStarted = z.object({ id: z.uuid() });
/** `unknown`: the camera did not say; both passwords are kept and tried later, at most two tries an hour. */
export const RotationJob = z
  .object({
    id: z.uuid(),
    state: z.enum(['running', 'done']),
    startedAt: IsoTime,
    total: z.int(),
    items: z.array(
      z.object({ id: z.string(), outcome: z.enum(['changed', 'refused', 'unknown']), text: z.string().optional() }),
    ),
  })
  .meta({ id: 'RotationJob' });
export type RotationJob = z.infer<typeof RotationJob>;
