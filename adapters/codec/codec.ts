import type { z } from 'zod';
import { type BadValue, badValue } from '../../gateway/domain/bad-value.ts';
import { DEVICE_ID, type Device, type DeviceId } from '../../gateway/domain/device.ts';
import { failed, type Result } from '../../gateway/domain/result.ts';
import type { AccessEvent, Report, Signal, Status, Telemetry } from '../../gateway/domain/signal.ts';
import { check, type Faults } from '../../gateway/domain/zod-fault.ts';
import { type Body, readBody } from './body.ts';
import { deadLetter } from './dead-letter.ts';
import { disbelief, toUtc } from './device-time.ts';
import { type TopicPattern, topicPattern } from './topic-pattern.ts';

/** One message as it came; of HTTP and TCP `topic` is the path or the server's name. `isRetained`: it is old news. */
export type Inbound = Readonly<{ topic: string; payload: Uint8Array; isRetained: boolean; receivedAt: number }>;

/** What goes back to the device once its message is durable; `topic` is '' where the connection itself answers. */
export type Reply = Readonly<{ topic: string; payload: string | Uint8Array }>;

/** What a message meant. Warnings are faults that did not cost the message its life; they are counted. */
export type Decoded = Readonly<{
  reports: readonly Report[];
  warnings: readonly BadValue[];
  /** The body as it may be kept: without what names or shows a person. */
  kept: Uint8Array;
  replies?: readonly Reply[];
}>;

/** What a codec may ask of the house. */
export type CodecPorts = Readonly<{
  /** The device that has this id, or this name among its aliases (别名): what it calls itself in its messages. */
  find(name: string): Device | undefined;
  /** Whether an alarm of what the device calls `word` is active: a state that says "not any more" means something. */
  isActive(device: DeviceId, word: string): boolean;
  /** A keyed pseudonym of a card or person number, the same for the same text in this installation only. */
  pseudonym(text: string): string;
  /** What a platform and this gateway share, by family, such as the token of its pushes. */
  secret(family: string): string | undefined;
}>;

/** A family's way to read some topics. `read` never throws, whatever the bytes: a fault is a dead letter. */
export type Codec = Readonly<{
  family: string;
  topics: readonly TopicPattern[];
  /** Reads with a memory of its own, such as the names that a birth message gave. */
  open(ports: CodecPorts): OpenCodec;
}>;
export type OpenCodec = Readonly<{
  family: string;
  topics: readonly TopicPattern[];
  read(message: Inbound, captures: Readonly<Record<string, string>>): Decoded;
}>;

/** A report as a family writes it: without its kind, and with undefined for what the message left out. */
export type Draft<T> = { readonly [K in keyof T as Exclude<K, 'kind' | 'asDeadLetter'>]: Loose<T, K> };
type Loose<T, K extends keyof T> = Record<never, never> extends Pick<T, K> ? T[K] | undefined : T[K];

/** All that one message says. A draft's `device` is the name by which the message calls it. */
export type Drafts = Readonly<{
  signals?: readonly Draft<Signal>[];
  telemetry?: readonly Draft<Telemetry>[];
  status?: readonly Draft<Status>[];
  access?: readonly Draft<AccessEvent>[];
  replies?: readonly Reply[];
}>;

export type MessageContext<Memory = undefined> = Readonly<{
  /** What the topic's `{names}` stand for; of a name that the pattern lacks it is ''. */
  part(name: string): string;
  receivedAt: number;
  isRetained: boolean;
  /** The record of the device that a message calls `name`: its map, its zone, its parameters. */
  device(name: string): Device | undefined;
  isActive: CodecPorts['isActive'];
  pseudonym: CodecPorts['pseudonym'];
  secret: CodecPorts['secret'];
  /** What this codec remembers from one message to the next; its makers bound it. */
  memory: Memory;
  /** The device's time in milliseconds, or undefined (then receivedAt counts) with a warning where nobody can believe it. */
  utc(field: string, time: string | number | undefined): number | undefined;
  /** The same of a local time `2026-11-24 12:30:06`; without a zone nobody can know it: undefined, no warning. */
  local(field: string, time: string | undefined, zone: string | undefined): number | undefined;
  /** One item of the message is at fault: it becomes a dead letter, and the others go on. */
  refuse(fault: BadValue): void;
}>;

type Yields<Payload, Kind, Memory> = (payload: Payload, context: MessageContext<Memory>) => readonly Draft<Kind>[];

export type CodecDefinition<Payload, Memory = undefined> = Readonly<{
  family: string;
  /** `das/{host}/event`; a capture named `device` is what the device calls itself. */
  topics: readonly string[];
  /** How the body reads; JSON where not said. `bytes` is handed over as it came. */
  format?: Body;
  payload: z.ZodType<Payload>;
  /** Names of fields, in small letters, that this family must not keep besides those that no family may. */
  personal?: readonly string[];
  memory?: () => Memory;
  signals?: Yields<Payload, Signal, Memory>;
  telemetry?: Yields<Payload, Telemetry, Memory>;
  status?: Yields<Payload, Status, Memory>;
  access?: Yields<Payload, AccessEvent, Memory>;
  /** In place of the four above, where one look at the message yields several kinds. */
  all?: (payload: Payload, context: MessageContext<Memory>) => Drafts;
}>;

export function codec<Payload, Memory = undefined>(definition: CodecDefinition<Payload, Memory>): Codec {
  const topics = definition.topics.map(topicPattern);
  const { family } = definition;
  return {
    family,
    topics,
    open: (ports) => {
      const memory = definition.memory?.() as Memory; // undefined is the Memory of a definition without one
      const reading = new Reading(definition, ports, memory);
      return { family, topics, read: (message, captures) => reading.read(message, captures) };
    },
  };
}

class Reading<Payload, Memory> {
  readonly #definition: CodecDefinition<Payload, Memory>;
  readonly #ports: CodecPorts;
  readonly #memory: Memory;

  constructor(definition: CodecDefinition<Payload, Memory>, ports: CodecPorts, memory: Memory) {
    this.#definition = definition;
    this.#ports = ports;
    this.#memory = memory;
  }

  read(message: Inbound, captures: Readonly<Record<string, string>>): Decoded {
    const { format = 'json', personal } = this.#definition;
    const body = readBody(format, message.payload, personal);
    const name = captures['device'];
    const letter = (faults: Faults) => deadLetter(message.topic, body.kept, faults, name && this.#idOf(name));
    const payload = this.#checked(body.value, name);
    if (!payload.ok) return { reports: [letter(payload.error)], warnings: [], kept: body.kept };
    const warnings: BadValue[] = [];
    const refused: BadValue[] = [];
    const drafts = this.#draftsOf(payload.value, this.#context(message, captures, warnings, refused));
    const reports = [...this.#settled(drafts, message, refused)];
    const off = warnings.length > 0 ? clockOff(reports) : [];
    const letters = refused.map((fault) => letter([fault]));
    return { reports: [...reports, ...off, ...letters], warnings, kept: body.kept, ...repliesOf(drafts) };
  }

  #checked(body: Result<unknown, BadValue>, name: string | undefined): Result<Payload, Faults> {
    if (name !== undefined && this.#idOf(name) === undefined) return failed([strange('(topic)', name)]);
    return body.ok ? check(this.#definition.payload, body.value) : failed([body.error]);
  }

  /** The id of who calls himself so: an unknown name that could be an id is left to the registry's judgement. */
  #idOf(name: string): DeviceId | undefined {
    return this.#ports.find(name)?.id ?? (DEVICE_ID.test(name) ? name : undefined);
  }

  #draftsOf(payload: Payload, context: MessageContext<Memory>): Drafts {
    const { all, signals, telemetry, status, access } = this.#definition;
    if (all !== undefined) return all(payload, context);
    return {
      signals: signals?.(payload, context) ?? [],
      telemetry: telemetry?.(payload, context) ?? [],
      status: status?.(payload, context) ?? [],
      access: access?.(payload, context) ?? [],
    };
  }

  #context(
    { receivedAt, isRetained }: Inbound,
    captures: Readonly<Record<string, string>>,
    warnings: BadValue[],
    refused: BadValue[],
  ): MessageContext<Memory> {
    const { find, isActive, pseudonym, secret } = this.#ports;
    const believed = (field: string, said: string | number, at: number): number | undefined => {
      const warning = disbelief(at, field, said, receivedAt);
      if (warning === undefined) return at;
      warnings.push(warning);
      return undefined;
    };
    return {
      part: (name) => captures[name] ?? '',
      receivedAt,
      isRetained,
      device: find,
      isActive,
      pseudonym,
      secret,
      memory: this.#memory,
      utc: (field, time) => {
        if (time === undefined) return undefined;
        return believed(field, time, Math.round(typeof time === 'number' ? time : Date.parse(time)));
      },
      local: (field, time, zone) => {
        if (time === undefined || zone === undefined) return undefined;
        return believed(field, time, toUtc(time, zone));
      },
      refuse: (fault) => refused.push(fault),
    };
  }

  *#settled(drafts: Drafts, { isRetained }: Inbound, refused: BadValue[]): Iterable<Report> {
    const replay = isRetained ? { isReplay: true } : {};
    for (const draft of drafts.signals ?? [])
      yield* this.#settle<Signal>({ kind: 'signal', ...draft, ...replay }, refused);
    for (const draft of drafts.telemetry ?? [])
      yield* this.#settle<Telemetry>({ kind: 'telemetry', ...draft }, refused);
    for (const draft of drafts.status ?? []) yield* this.#settle<Status>({ kind: 'status', ...draft }, refused);
    for (const draft of drafts.access ?? []) yield* this.#settle<AccessEvent>({ kind: 'access', ...draft }, refused);
  }

  /** Leaves out the fields that are undefined: what remains is the report by the definition of Draft. */
  *#settle<T extends Exclude<Report, { kind: 'dead-letter' }>>(
    draft: { readonly [K in keyof T]: T[K] | undefined },
    refused: BadValue[],
  ): Iterable<T> {
    const name = String(draft.device);
    const device = this.#idOf(name);
    if (device === undefined) {
      refused.push(strange('device', name));
      return;
    }
    const entries = Object.entries({ ...draft, device }).filter(([, value]) => value !== undefined);
    yield Object.fromEntries(entries) as T;
  }
}

const repliesOf = ({ replies }: Drafts): Pick<Decoded, 'replies'> => (replies === undefined ? {} : { replies });

const strange = (field: string, name: string): BadValue =>
  badValue('unknown-device', field, name, 'a device id, or an alias of a device record');

/** A device whose time is beyond belief is flagged once a message. */
function clockOff(reports: readonly Report[]): readonly Signal[] {
  const devices = new Set(reports.flatMap((report) => (report.kind === 'dead-letter' ? [] : [report.device])));
  return [...devices].map((device) => ({ kind: 'signal', device, type: 'device.clock.off', active: true }));
}
