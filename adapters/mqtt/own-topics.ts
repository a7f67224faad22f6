import type { DeviceId } from '../../gateway/domain/device.ts';
import { COMMAND_TOPIC } from './commands.ts';
import { topicPattern } from '../codec/topic-pattern.ts';

const OWN = topicPattern('fengsui/v1/{device}/{rest*}');

/** Why this device may not speak here, nor its last will; undefined: it may. Without a device nobody needs to sign in. */
export function obstacleTo(device: DeviceId | undefined, topic: string): string | undefined {
  if (topic.startsWith('$')) return 'the broker speaks here';
  if (COMMAND_TOPIC.match(topic) !== undefined) return 'only the gateway gives commands';
  const isOwn = device === undefined || OWN.match(topic)?.['device'] === device;
  return isOwn ? undefined : "not this device's own topic";
}

/** Whether it may listen: to its own commands only, and with no wildcard. */
export const maySubscribe = (device: DeviceId | undefined, filter: string): boolean =>
  device === undefined || COMMAND_TOPIC.match(filter)?.['device'] === device;
