import { expect } from 'vitest';
import { loadCodecs } from '../../../adapters/codec/load-codecs.ts';
import type { Device } from '../../../gateway/domain/device.ts';
import type { Report } from '../../../gateway/domain/signal.ts';
import { asSamples, houseWith } from '../../parts/payload-samples.ts';
import { readWith } from './reading.ts';

const RECEIVED_AT = Date.parse('2026-11-24T04:40:00.000Z');
const codecs = await loadCodecs();

/** What one device of a family says, message after message. */
export function conversation(profile: string, more: Partial<Device>) {
  const record: Device = {
    id: 'yz-d1',
    kind: 'sensor',
    profile,
    name: '',
    region: '360902001000',
    place: {},
    zone: 'Asia/Shanghai',
    enabled: true,
    version: 1,
    ...more,
  };
  const open = codecs.filter(({ family }) => family === profile).map((codec) => codec.open(houseWith([record])));
  const say = (topic: string, payload: unknown, isRetained = false): readonly Report[] => {
    const bytes =
      payload instanceof Uint8Array
        ? payload
        : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
    return readWith(open, { topic, payload: bytes, isRetained, receivedAt: RECEIVED_AT }).reports;
  };
  return (topic: string, payload: unknown, isRetained = false) => {
    const reports = say(topic, payload, isRetained);
    const letters = reports.flatMap((one) => (one.kind === 'dead-letter' ? [one.fault, ...(one.others ?? [])] : []));
    return [...asSamples(reports, [record]), ...letters.map(({ reason, field }) => `${reason} ${field}`)];
  };
}
export const hasOne = (more: object) => [expect.objectContaining(more)];
