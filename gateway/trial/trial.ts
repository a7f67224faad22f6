import type { Codec, CodecPorts } from '../../adapters/codec/definition.ts';
import { definitionOf, type TypeCatalogue } from '../desk/alarm-type.ts';
import type { BadValue } from '../domain/bad-value.ts';
import type { Device } from '../domain/device.ts';
import type { Report } from '../domain/signal.ts';

/** What a payload became, as expected.json writes it, with what would go back to the device. */
export type Trial = Readonly<{
  result: Readonly<Record<'signals' | 'telemetry' | 'status' | 'access', readonly unknown[]>>;
  faults: readonly BadValue[];
  warnings: readonly BadValue[];
  replies: readonly Readonly<{ topic: string; payload: string }>[];
}>;

export type TrialPorts = Readonly<{ codecs: readonly Codec[]; catalogue: TypeCatalogue; devices: readonly Device[] }>;

/** What to read: over HTTP and TCP `topic` is the path or the name of the server. */
export type Payload = Readonly<{ topic: string; payload: Uint8Array; isRetained?: boolean; receivedAt: number }>;

/** A house of these devices: words by the real catalogue, no alarm active, pseudonyms that show themselves. */
export function trialHouse({ catalogue, devices }: Omit<TrialPorts, 'codecs'>): CodecPorts {
  const find = (name: string): Device | undefined =>
    devices.find(({ id, aliases = [] }) => id === name || aliases.includes(name));
  return {
    find,
    devicesOf: (family) => devices.filter(({ profile }) => profile === family),
    isActive: () => false,
    knows: (id, word) => {
      const device = find(id);
      return device !== undefined && definitionOf(catalogue, device, word) !== undefined;
    },
    pseudonym: () => 'keyed pseudonym',
    secret: () => undefined,
  };
}

/** Reads one payload. Undefined: no topic of these codecs is like this one. */
export function tryPayload(ports: TrialPorts, said: Payload): Trial | undefined {
  const house = trialHouse(ports);
  for (const codec of ports.codecs.map((one) => one.open(house))) {
    const captures = codec.topics.map((pattern) => pattern.match(said.topic)).find((found) => found !== undefined);
    if (captures === undefined) continue;
    const decoded = codec.read({ isRetained: false, ...said }, captures);
    const letters = decoded.reports.flatMap((one) => (one.kind === 'dead-letter' ? [one] : []));
    return {
      result: {
        signals: told(decoded.reports, 'signal', ports),
        telemetry: told(decoded.reports, 'telemetry', ports),
        status: told(decoded.reports, 'status', ports),
        access: told(decoded.reports, 'access', ports),
      },
      faults: letters.flatMap(({ fault, others = [] }) => [fault, ...others]),
      warnings: decoded.warnings,
      replies: decoded.replies.map(({ topic, payload }) => ({ topic, payload: textOf(payload) })),
    };
  }
  return undefined;
}

const textOf = (payload: string | Uint8Array): string =>
  typeof payload === 'string' ? payload : `0x${Buffer.from(payload).toString('hex')}`;

function told(
  reports: readonly Report[],
  kind: Report['kind'],
  { catalogue, devices }: TrialPorts,
): readonly unknown[] {
  return reports.flatMap((report) => {
    if (report.kind !== kind || report.kind === 'dead-letter') return [];
    const { kind: _kind, asDeadLetter: _letter, ...said } = report;
    const at = report.at === undefined ? {} : { at: new Date(report.at).toISOString() };
    if (report.kind !== 'signal') return [{ ...said, ...at }];
    const device = devices.find(({ id }) => id === report.device);
    const type = device && definitionOf(catalogue, device, report.type)?.code;
    return [{ ...said, ...(type === undefined ? { unknownWord: report.type } : { type }), ...at }];
  });
}
