import { z } from 'zod';
import { ORDER_ACTIONS, ORDER_STATES } from '../../domain/work-order.ts';
import { DeviceIdText, IsoTime, listOf, Place, RegionCode, SeverityNumber } from './words.ts';

/* Work orders (工单): the repair of devices. An alarm has none; it may tell of the fault that one is about. */

export const WorkOrder = z
  .object({
    id: z.uuid(),
    device: z.string(),
    deviceName: z.string(),
    fault: z.string().describe('an alarm type’s code, or `reported` where a person did'),
    title: z.object({ zh: z.string(), en: z.string() }),
    severity: SeverityNumber,
    region: RegionCode,
    compound: z.string().optional(),
    place: Place,
    state: z.enum(ORDER_STATES),
    assignee: z.string().optional().describe('the person or firm that is to do it'),
    alarm: z.uuid().optional().describe('the latest alarm that told of the fault'),
    times: z.int().describe('how often it was told'),
    isActive: z.boolean().describe('whether the fault is there now, as far as the device says'),
    openedAt: IsoTime,
    dueAt: IsoTime.optional(),
    isOverdue: z.boolean(),
    endedAt: IsoTime.optional(),
    steps: z.array(
      z.object({
        action: z.enum([...ORDER_ACTIONS, 'opened', 'again', 'cleared']),
        at: IsoTime,
        by: z.string(),
        note: z.string().optional(),
      }),
    ),
    version: z.int(),
  })
  .meta({ id: 'WorkOrder' });
export type WorkOrder = z.infer<typeof WorkOrder>;

export const OrderQuery = z.object({
  state: listOf(z.enum(ORDER_STATES)).describe('without it those that are not ended'),
  region: listOf(RegionCode),
  device: DeviceIdText.optional(),
  overdue: z.enum(['true', 'false']).optional(),
  mine: z.enum(['true', 'false']).optional().describe('those that are given to me'),
});
export const OrderListQuery = OrderQuery.extend({
  cursor: z.string().max(400).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export const OrderPage = z.object({
  items: z.array(WorkOrder),
  next: z.string().optional(),
  total: z.int().describe('all that were asked for, on every page'),
});
export type OrderPage = z.infer<typeof OrderPage>;

export const OrderReport = z
  .object({
    device: DeviceIdText,
    note: z.string().trim().min(1, 'what is wrong').max(2000),
    severity: z.union([z.literal(3), z.literal(4)]).default(3),
  })
  .meta({ id: 'WorkOrderReport' });

export const OrderCommand = z
  .object({
    version: z.int().min(1),
    note: z.string().trim().max(2000).optional(),
    /** On `assign`: the person or firm. */
    to: z.string().trim().max(100).optional(),
  })
  .meta({ id: 'WorkOrderCommand' });

const Figures = z.object({
  open: z.int().describe('not ended'),
  overdue: z.int(),
  ended: z.int().describe('repaired and verified in the last 30 days'),
  medianRepairMin: z.number().optional().describe('minutes from the opening to the verification, of those'),
});
export const OrderStats = Figures.extend({
  byState: z.record(z.string(), z.int()),
  /** By the divisions below the one that is asked for, or by those that are asked for. */
  byRegion: z.array(Figures.extend({ region: RegionCode, name: z.string() })),
}).meta({ id: 'WorkOrderStats' });
export type OrderStats = z.infer<typeof OrderStats>;
