import type { Operator } from '../access/operator.ts';
import type { Device } from '../domain/device.ts';
import type { DeviceRegistry } from '../registry/registry.ts';
import { type ProblemName, Refused } from './problems.ts';
import { deviceFor } from './scoped.ts';

/** By id, within the scope of the one who asks; what is no camera is not there. */
export function cameraFor(operator: Operator, registry: Pick<DeviceRegistry, 'find'>, id: string): Device {
  const device = deviceFor(operator, registry, id);
  if (device.kind === 'camera') return device;
  throw new Refused('not-found', { field: 'id', value: id, expected: 'a camera of your scope' });
}

/** The reasons of cameras and of the video plane that have an answer of their own; all others mean: no picture. */
const PLANE_PROBLEMS: Readonly<Record<string, ProblemName>> = {
  'not-supported': 'not-supported',
  'unknown-device': 'not-found',
  busy: 'too-many-requests',
  timeout: 'no-answer',
};

/** The camera's own words may hold more than its owner wants to show: only the reason goes out. */
export const refusalOf = ({ reason }: Readonly<{ reason: string }>): Refused =>
  new Refused(PLANE_PROBLEMS[reason] ?? 'no-picture', { detail: reason });
