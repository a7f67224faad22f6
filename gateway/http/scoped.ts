import { narrowedTo } from '../access/granting.ts';
import type { Operator } from '../access/operator.ts';
import type { AlarmDesk } from '../desk/desk.ts';
import type { Alarm } from '../domain/alarm.ts';
import type { Device } from '../domain/device.ts';
import { covers } from '../domain/scope.ts';
import type { DeviceRegistry } from '../registry/registry.ts';
import { Refused } from './problems.ts';

/*
 * By id, within the scope of the one who asks. An alarm out of scope is answered as such, with the words that the
 * console shows; a device out of scope is not told from one that is not there.
 */

export function alarmFor(operator: Operator, desk: Pick<AlarmDesk, 'find'>, id: string): Alarm {
  const alarm = desk.find(id);
  if (alarm === undefined) throw new Refused('not-found', { field: 'id', value: id, expected: 'an alarm’s id' });
  if (!seesAlarm(operator, alarm)) throw new Refused('alarm-out-of-scope', { field: 'id', value: id });
  return alarm;
}

export const seesAlarm = ({ scope }: Operator, { region, compound, place }: Alarm): boolean =>
  covers(scope, { region, compound, line: place.line });

export const seesDevice = ({ scope }: Operator, { region, compound, place }: Device): boolean =>
  covers(scope, { region, compound, line: place.line });

export function deviceFor(operator: Operator, registry: Pick<DeviceRegistry, 'find'>, id: string): Device {
  const device = registry.find(id);
  if (device === undefined || !seesDevice(operator, device)) {
    throw new Refused('not-found', { field: 'id', value: id, expected: 'a device of your scope' });
  }
  return device;
}

/** The regions to look in: the asked ones within the scope; one that lies outside is refused. */
export function regionsFor({ scope }: Operator, asked: readonly string[] | undefined): readonly string[] {
  const regions = narrowedTo(scope, asked);
  if (regions !== undefined) return regions;
  throw new Refused('out-of-scope', {
    field: 'region',
    value: asked?.join(',') ?? '',
    expected: `within ${scope.regions.join(', ')}`,
  });
}
