import type { z } from 'zod';
import { type BadValue, badValue } from '../../gateway/domain/bad-value.ts';
import { DEVICE_ID } from '../../gateway/domain/device.ts';
import { failed, type Result } from '../../gateway/domain/result.ts';
import type { AccessEvent, Report, Signal, Status, Telemetry } from '../../gateway/domain/signal.ts';
import { check, type Faults } from '../../gateway/domain/zod-fault.ts';
import { deadLetter } from './dead-letter.ts';
import { disbelief } from './device-time.ts';
import { readJson, readText } from './payload.ts';
import { type TopicPattern, topicPattern } from './topic-pattern.ts';

/** One message as it came. `isRetained`: the broker had kept it, so it is old news. */
export type Inbound = Readonly<{ topic: string; payload: Uint8Array; isRetained: boolean; receivedAt: number }>;

/** What a message meant. Warnings are faults that did not cost the message its life; they are counted. */
export type Decoded = Readonly<{ reports: readonly Report[]; warnings: readonly BadValue[] }>;

/** A family's way to read some topics. `read` never throws, whatever the bytes: a fault is a dead letter. */
export type Codec = Readonly<{
  family: string;
  topics: readonly TopicPattern[];
  read(message: Inbound, captures: Readonly<Record<string, string>>): Decoded;
}>;

/** A report as a family writes it: without its kind, and with undefined for what the message left out. */
type Draft<T> = { readonly [K in keyof T as Exclude<K, 'kind' | 'isReplay'>]: Loose<T, K> };
type Loose<T, K extends keyof T> = Record<never, never> extends Pick<T, K> ? T[K] | undefined : T[K];

export type MessageContext = Readonly<{
  /** What the topic's `{names}` stand for; of a name that the pattern lacks it is ''. */
  part(name: string): string;
  /** The device's time in milliseconds, or undefined (then receivedAt counts) with a warning where nobody can believe it. */
  utc(field: string, time: string | number | undefined): number | undefined;
}>;

type Yields<Payload, Kind> = (payload: Payload, context: MessageContext) => readonly Draft<Kind>[];

export type CodecDefinition<Payload> = Readonly<{
  family: string;
  /** `das/{host}/event`; a capture named `device` must be a device id. */
  topics: readonly string[];
  /** How the body reads; JSON where not said. */
  format?: 'json' | 'text';
  payload: z.ZodType<Payload>;
  signals?: Yields<Payload, Signal>;
  telemetry?: Yields<Payload, Telemetry>;
  status?: Yields<Payload, Status>;
  access?: Yields<Payload, AccessEvent>;
}>;

export function codec<Payload>(definition: CodecDefinition<Payload>): Codec {
  return {
    family: definition.family,
    topics: definition.topics.map(topicPattern),
    read: (message, captures) => {
      const payload = readPayload(definition, message.payload, captures['device']);
      if (payload.ok) return decode(definition, payload.value, message, captures);
      const letter = deadLetter(message.topic, message.payload, payload.error, captures['device']);
      return { reports: [letter], warnings: [] };
    },
  };
}

function readPayload<Payload>(
  { format, payload: schema }: CodecDefinition<Payload>,
  bytes: Uint8Array,
  device: string | undefined,
): Result<Payload, Faults> {
  if (device !== undefined && !DEVICE_ID.test(device)) {
    return failed([badValue('unknown-device', '(topic)', device, 'a device id: letters, digits, . _ : -, at most 64')]);
  }
  const body = format === 'text' ? readText(bytes) : readJson(bytes);
  return body.ok ? check(schema, body.value) : failed([body.error]);
}

function decode<Payload>(
  { signals, telemetry, status, access }: CodecDefinition<Payload>,
  payload: Payload,
  { isRetained, receivedAt }: Inbound,
  captures: Readonly<Record<string, string>>,
): Decoded {
  const warnings: BadValue[] = [];
  const context: MessageContext = {
    part: (name) => captures[name] ?? '',
    utc: (field, time) => {
      if (time === undefined) return undefined;
      const at = Math.round(typeof time === 'number' ? time : Date.parse(time));
      const warning = disbelief(at, field, time, receivedAt);
      if (warning === undefined) return at;
      warnings.push(warning);
      return undefined;
    },
  };
  const replay = isRetained ? { isReplay: true } : {};
  const reports: Report[] = [
    ...(signals?.(payload, context) ?? []).map((draft) => settle<Signal>({ kind: 'signal', ...draft, ...replay })),
    ...(telemetry?.(payload, context) ?? []).map((draft) => settle<Telemetry>({ kind: 'telemetry', ...draft })),
    ...(status?.(payload, context) ?? []).map((draft) => settle<Status>({ kind: 'status', ...draft })),
    ...(access?.(payload, context) ?? []).map((draft) => settle<AccessEvent>({ kind: 'access', ...draft })),
  ];
  return { reports: warnings.length > 0 ? [...reports, ...clockOff(reports)] : reports, warnings };
}

/** A device whose time is beyond belief is flagged once a message. */
function clockOff(reports: readonly Report[]): readonly Signal[] {
  const devices = new Set(reports.flatMap((report) => (report.kind === 'dead-letter' ? [] : [report.device])));
  return [...devices].map((device) => ({ kind: 'signal', device, type: 'device.clock.off', active: true }));
}

/** Leaves out the fields that are undefined: what remains is the report by the definition of Draft. */
function settle<T extends Report>(draft: { readonly [K in keyof T]: T[K] | undefined }): T {
  const entries = Object.entries(draft).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as T;
}
