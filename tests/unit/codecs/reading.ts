import type { Codec, CodecPorts, Decoded } from '../../../adapters/codec/definition.ts';
import type { BadValue } from '../../../gateway/domain/bad-value.ts';
import type { Device } from '../../../gateway/domain/device.ts';
import type { Report } from '../../../gateway/domain/signal.ts';
import { houseOf } from '../../parts/codec-house.ts';

export const RECEIVED_AT = Date.parse('2026-11-24T04:40:00.000Z');

export const recordOf = (id: string, more: Partial<Device> = {}): Device => ({
  id,
  kind: 'camera',
  profile: 'isapi',
  name: id,
  region: '360902001001',
  place: {},
  enabled: true,
  version: 1,
  ...more,
});

/** A codec with a house of these devices; `active` lists `device word` of alarms that are. */
export function reader(codec: Codec, devices: readonly Device[], more: Partial<CodecPorts> = {}) {
  const active = new Set<string>();
  const find = (name: string) => devices.find(({ id, aliases = [] }) => id === name || aliases.includes(name));
  const isActive = (id: string, word: string) => active.has(`${id} ${word}`);
  const open = codec.open(houseOf(find, { isActive, knows: () => true, ...more }));
  const read = (payload: string | Uint8Array, device?: string, receivedAt = RECEIVED_AT): Decoded =>
    open.read(
      { topic: codec.family, payload: Buffer.from(payload), isRetained: false, receivedAt },
      device === undefined ? {} : { device },
    );
  return { read, active };
}

export const faultsIn = (reports: readonly Report[]): readonly BadValue[] =>
  reports.flatMap((one) => (one.kind === 'dead-letter' ? [one.fault, ...(one.others ?? [])] : []));
/** Signals as `device type active`. */
export const signalsIn = (reports: readonly Report[]): readonly string[] =>
  reports.flatMap((one) => (one.kind === 'signal' ? [`${one.device} ${one.type} ${one.active}`] : []));
