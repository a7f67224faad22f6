import type { z } from 'zod';
import type { BadValue } from '../../gateway/domain/bad-value.ts';
import type { Device, DeviceId } from '../../gateway/domain/device.ts';
import type { Result } from '../../gateway/domain/result.ts';
import type { AccessEvent, Report, Signal, Status, Telemetry } from '../../gateway/domain/signal.ts';
import type { Body } from './body.ts';
import type { TopicPattern } from './topic-pattern.ts';

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
  replies: readonly Reply[];
}>;

/** What a codec may ask of the house. */
export type CodecPorts = Readonly<{
  /** The device that has this id, or this name among its aliases (别名): what it calls itself in its messages. */
  find(name: string): Device | undefined;
  /** The devices whose record names this family as their profile. */
  devicesOf(family: string): readonly Device[];
  /** Whether an alarm of what the device calls `word` is active: a state that says "not any more" means something. */
  isActive(device: DeviceId, word: string): boolean;
  /** Whether what the device calls `word` is an alarm type at all, by its record, its profile or the catalogue. */
  knows(device: DeviceId, word: string): boolean;
  /** A keyed pseudonym of a card or person number, the same for the same text in this installation only. */
  pseudonym(text: string): string;
  /** What a platform and this gateway share, by family, such as the token of its pushes. */
  secret(family: string): string | undefined;
}>;

/** A family's way to read some topics. `read` never throws, whatever the bytes: a fault is a dead letter. */
export type Codec = Readonly<{
  family: string;
  topics: readonly TopicPattern[];
  /** Where its devices listen, such as for commands. */
  listens: readonly TopicPattern[];
  /** What its devices can be told to do, by name. */
  commands: Readonly<Record<string, CommandRule>>;
  /** How a device record names this family, where config/catalogue/profiles.yaml does not say so. */
  profile: CodecProfile | undefined;
  /** Where it also comes by HTTP, as a POST to `/vendors/{family}`. */
  pushed: Pushed | undefined;
  /** What the page of the family in `docs/integration/` is made of. */
  page: CodecPage;
  /** Reads with a memory of its own, such as the names that a birth message gave. */
  open(ports: CodecPorts): OpenCodec;
}>;
/** How a platform pushes a family's messages by HTTP. */
export type Pushed = Readonly<{
  /** The topic as which a push is read. */
  as: string;
  /** Each message proves itself by a signature: no other secret is asked. */
  isSigned?: boolean;
  /** A platform's question, by GET, whether the address is ours: what it gets back, or undefined for who cannot sign it. */
  echo?: (query: Readonly<Record<string, unknown>>, secret: string) => string | undefined;
}>;
/** The message that tells a device to do something, or what was expected of `args`. */
export type CommandRule = (args: Readonly<Record<string, unknown>>, device: Device) => Reply | string;
export type CodecProfile = Readonly<{
  zh: string;
  en: string;
  adapter: 'mqtt' | 'http' | 'tcp';
  kinds: readonly Device['kind'][];
  /** Silence after which such a device counts as offline. */
  offlineAfterMs?: number;
  /** Its words to alarm types. */
  types?: Readonly<Record<string, string>>;
}>;
export type CodecPage = Readonly<{
  about: readonly string[];
  format: Body;
  payload: z.ZodType;
  personal: readonly string[];
  maxBytes: number;
  isUnread: boolean;
}>;
export type OpenCodec = Readonly<{
  family: string;
  topics: readonly TopicPattern[];
  format: Body;
  /** Names of fields, in small letters, of which nothing may be kept. */
  unkept: readonly string[];
  read(message: Inbound, captures: Readonly<Record<string, string>>): Decoded;
  /** What was read last was not kept by the journal and comes again: a memory that has seen it would take it for a repeat. */
  forget(): void;
}>;

/** A report as a family writes it: without its kind, and with undefined for what the message left out. */
export type Draft<T> = { readonly [K in keyof T as Exclude<K, 'kind' | 'asDeadLetter'>]: Loose<T, K> };
export type Loose<T, K extends keyof T> = Record<never, never> extends Pick<T, K> ? T[K] | undefined : T[K];

/** All that one message says. A draft's `device` is the name by which the message calls it. */
export type Drafts = Readonly<{
  signals?: readonly Draft<Signal>[];
  telemetry?: readonly Draft<Telemetry>[];
  status?: readonly Draft<Status>[];
  access?: readonly Draft<AccessEvent>[];
  replies?: readonly Reply[];
}>;

export type MessageContext<Memory = undefined> = Readonly<{
  /** The topic, or path, as it came. */
  topic: string;
  /** What the topic's `{names}` stand for; of a name that the pattern lacks it is ''. */
  part(name: string): string;
  receivedAt: number;
  isRetained: boolean;
  /** The record of the device that a message calls `name`: its map, its zone, its parameters. */
  device(name: string): Device | undefined;
  devicesOf: CodecPorts['devicesOf'];
  isActive: CodecPorts['isActive'];
  knows: CodecPorts['knows'];
  pseudonym: CodecPorts['pseudonym'];
  secret: CodecPorts['secret'];
  /** What this codec remembers from one message to the next; its makers bound it. */
  memory: Memory;
  /** The device's time in milliseconds, or undefined (then receivedAt counts) with a warning where nobody can believe it. */
  utc(field: string, time: string | number | undefined): number | undefined;
  /** The same of a local time `2026-11-24 12:30:06`; without a zone nobody can know it: undefined, with a warning only where no zone would help, as before 2000. */
  local(field: string, time: string | undefined, zone: string | undefined): number | undefined;
  /** One item of the message is at fault: it becomes a dead letter, and the others go on. */
  refuse(fault: BadValue): void;
}>;

export type Yields<Payload, Kind, Memory> = (
  payload: Payload,
  context: MessageContext<Memory>,
) => readonly Draft<Kind>[];

export type CodecDefinition<Payload, Memory = undefined> = Readonly<{
  family: string;
  /** `das/{host}/event`; a capture named `device` is what the device calls itself. */
  topics: readonly string[];
  /** Topics where its devices may listen at the embedded broker. */
  listens?: readonly string[];
  profile?: CodecProfile;
  commands?: Readonly<Record<string, CommandRule>>;
  /** What an integrator must know and no schema says, a sentence each, Chinese first: it stands on the family's page. */
  about?: readonly string[];
  /** How the body reads; JSON where not said. `bytes` is handed over as it came. */
  format?: Body;
  /** Makes the fields that `payload` checks out of a body in a form of the maker's own; it never throws. */
  shape?: (body: unknown) => Result<unknown, BadValue>;
  payload: z.ZodType<Payload>;
  /** What a message of no bytes at all stands for, where that is no fault: a retained state that was deleted. */
  empty?: unknown;
  /** Texts that come in place of JSON, such as a bare `online`. */
  words?: readonly string[];
  /** What is deliberately not read, such as pictures of people: an outside broker is not asked for it. */
  isUnread?: boolean;
  pushed?: Pushed;
  /** Largest message in bytes, where the family needs more than others. */
  maxBytes?: number;
  /** Names of fields, in small letters, that this family must not keep besides those that no family may. */
  personal?: readonly string[];
  /** Names of fields, in small letters, whose text is kept as its pseudonym only: the number of a card or a person. */
  credentials?: readonly string[];
  memory?: () => Memory;
  signals?: Yields<Payload, Signal, Memory>;
  telemetry?: Yields<Payload, Telemetry, Memory>;
  status?: Yields<Payload, Status, Memory>;
  access?: Yields<Payload, AccessEvent, Memory>;
  /** What goes back to the device whether or not its message could be understood: else it comes again for ever. */
  answer?: (body: unknown, topic: string) => readonly Reply[];
  /** In place of the four above, where one look at the message yields several kinds. */
  all?: (payload: Payload, context: MessageContext<Memory>) => Drafts;
}>;
