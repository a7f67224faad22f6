import type { DeviceId } from '../../gateway/domain/device.ts';
import { COMMAND_TOPIC } from './commands.ts';
import { topicPattern } from './topic-pattern.ts';

const OWN = topicPattern('fengsui/v1/{device}/{rest*}');

/** Whether a device that signed in may speak here: on its own topics only. Undefined: nobody needs to sign in. */
export const mayPublish = (device: DeviceId | undefined, topic: string): boolean =>
  device === undefined || OWN.match(topic)?.['device'] === device;

/** Whether it may listen: to its own commands only, and with no wildcard. */
export const maySubscribe = (device: DeviceId | undefined, filter: string): boolean =>
  device === undefined || COMMAND_TOPIC.match(filter)?.['device'] === device;
