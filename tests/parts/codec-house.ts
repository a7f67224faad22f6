import type { CodecPorts } from '../../adapters/codec/definition.ts';
import type { Device } from '../../gateway/domain/device.ts';

/** What codecs ask of the house, where a test has no more than some devices. */
export const houseOf = (
  find: (name: string) => Device | undefined = () => undefined,
  more: Partial<CodecPorts> = {},
): CodecPorts => ({
  find,
  devicesOf: () => [],
  isActive: () => false,
  knows: () => false,
  pseudonym: (text) => `keyed pseudonym of ${text}`,
  secret: () => undefined,
  ...more,
});
