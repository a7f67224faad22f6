import type { Alarm } from '../../domain/alarm.ts';
import type { Device } from '../../domain/device.ts';
import type { LinkageRule } from '../../domain/linkage.ts';
import { isWithinHours } from '../../domain/schedule.ts';
import { fits } from '../../domain/where.ts';

/** The rules that an alarm starts, in their order. What belongs to an incident starts none but its head. */
export function rulesFor(rules: readonly LinkageRule[], alarm: Alarm, device: Device): readonly LinkageRule[] {
  if (alarm.incident !== undefined && alarm.incident !== alarm.id) return [];
  const { compound = device.compound, region, place, type } = alarm;
  // Where the alarm is, which is not where the record stands when the device walks.
  const there: Device = { ...device, region, place, ...(compound === undefined ? {} : { compound }) };
  return rules.filter(
    ({ where, hours, severity }) =>
      alarm.severity <= severity &&
      fits(where, there, type) &&
      (hours === undefined || isWithinHours(hours, alarm.receivedAt)),
  );
}
