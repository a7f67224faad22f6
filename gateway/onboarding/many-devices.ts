import type { Actor } from '../domain/actor.ts';
import type { Device, DeviceId } from '../domain/device.ts';
import type { RegionCode } from '../domain/region.ts';
import type { DeviceRegistry } from '../registry/registry.ts';
import { faultOf } from './judging.ts';

/** What is done to many devices at once. */
export type DeviceChange =
  | Readonly<{ act: 'enable' | 'disable' | 'allow-sound' | 'forbid-sound' | 'remove' }>
  | Readonly<{ act: 'move'; region: RegionCode }>
  | Readonly<{ act: 'use-credentials'; group: string }>;

export type ChangeFault = Readonly<{ id: DeviceId; field: string; value: string; expected: string }>;
export type ChangeReport = Readonly<{ done: number; same: number; faults: readonly ChangeFault[] }>;

export type ManyPorts = Readonly<{
  registry: Pick<DeviceRegistry, 'find' | 'checked' | 'putAll' | 'remove'>;
  by: Actor;
  /** Whether this person may keep it so. */
  mayPut: (device: Omit<Device, 'version'>) => boolean;
  isDryRun: boolean;
}>;

/** In one transaction of the journal. */
const BATCH = 500;
type Judged = Readonly<{ device: Device; next: Omit<Device, 'version'> }>;

/** Does the same to each (批量操作), and says of each that it could not why. What is as wished already is left alone. */
export async function changeDevices(
  ids: readonly DeviceId[],
  change: DeviceChange,
  ports: ManyPorts,
): Promise<ChangeReport> {
  const faults: ChangeFault[] = [];
  const judged = [...new Set(ids)].flatMap((id): readonly Judged[] => {
    const one = judge(id, change, ports);
    if (!('expected' in one)) return [one];
    faults.push(one);
    return [];
  });
  const wanted = judged.filter(({ device, next }) => change.act === 'remove' || isOther(device, next));
  const same = judged.length - wanted.length;
  if (ports.isDryRun) return { done: wanted.length, same, faults };
  let done = 0;
  for (let at = 0; at < wanted.length; at += BATCH) {
    const failures = await carryOut(wanted.slice(at, at + BATCH), change, ports);
    faults.push(...failures);
    done += Math.min(BATCH, wanted.length - at) - failures.length;
  }
  return { done, same, faults };
}

function judge(id: DeviceId, change: DeviceChange, { registry, mayPut }: ManyPorts): Judged | ChangeFault {
  const device = registry.find(id);
  if (device === undefined || !mayPut(device))
    return { id, field: 'ids', value: id, expected: 'a device of your regions' };
  if (change.act === 'allow-sound' && device.kind !== 'camera')
    return { id, field: 'kind', value: device.kind, expected: 'camera' };
  const next = changed(device, change);
  if (!mayPut(next)) return { id, field: 'region', value: next.region, expected: 'a division of your regions' };
  const checked = registry.checked(next);
  return checked.ok ? { device, next } : { id, ...wordsOf(faultOf(checked.error)) };
}

function changed({ version: _version, ...device }: Device, change: DeviceChange): Omit<Device, 'version'> {
  switch (change.act) {
    case 'enable':
    case 'disable':
      return { ...device, enabled: change.act === 'enable' };
    case 'remove':
      return device;
    case 'move':
      return { ...device, region: change.region };
    case 'allow-sound':
      return { ...device, settings: { ...device.settings, sound: true } };
    case 'forbid-sound':
      return withoutSound(device);
    case 'use-credentials': {
      const { connection, settings } = device;
      const called = connection === undefined ? {} : { connection: { url: connection.url } };
      return { ...device, ...called, settings: { ...settings, credentials: change.group } };
    }
    default:
      return change satisfies never;
  }
}

function withoutSound({ settings, ...device }: Omit<Device, 'version'>): Omit<Device, 'version'> {
  if (settings === undefined) return device;
  const { sound: _sound, ...others } = settings;
  return { ...device, settings: others };
}

const isOther = ({ version: _version, ...device }: Device, next: Omit<Device, 'version'>): boolean =>
  JSON.stringify(device) !== JSON.stringify(next);

async function carryOut(
  wanted: readonly Judged[],
  change: DeviceChange,
  { registry, by }: ManyPorts,
): Promise<readonly ChangeFault[]> {
  const outcomes =
    change.act === 'remove'
      ? await Promise.all(wanted.map(({ device }) => registry.remove(device.id, by)))
      : await registry.putAll(
          wanted.map(({ device, next }) => ({ device: next, version: device.version })),
          by,
        );
  return outcomes.flatMap((outcome, at) => {
    const id = wanted[at]?.device.id ?? '';
    return outcome.ok ? [] : [{ id, ...wordsOf(faultOf(outcome.error)) }];
  });
}

const wordsOf = ({ field, value, expected }: Readonly<{ field: string; value: string; expected: string }>) => ({
  field,
  value,
  expected,
});
