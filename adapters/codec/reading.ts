import { type BadValue, badValue } from '../../gateway/domain/bad-value.ts';
import { DEVICE_ID, type DeviceId } from '../../gateway/domain/device.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import type { AccessEvent, Report, Signal, Status, Telemetry } from '../../gateway/domain/signal.ts';
import { check, type Faults } from '../../gateway/domain/zod-fault.ts';
import { type ReadBody, readBody } from './body.ts';
import { deadLetter } from './dead-letter.ts';
import type { CodecDefinition, CodecPorts, Decoded, Draft, Drafts, Inbound, MessageContext } from './definition.ts';
import { disbelief, neverSet, toUtc } from './device-time.ts';
import { withPseudonyms } from './minimise.ts';

/** A definition at work: reads its messages with a memory of its own. */
export class Reading<Payload, Memory> {
  readonly #definition: CodecDefinition<Payload, Memory>;
  readonly #ports: CodecPorts;
  #memory: Memory;

  constructor(definition: CodecDefinition<Payload, Memory>, ports: CodecPorts) {
    this.#definition = definition;
    this.#ports = ports;
    this.#memory = newMemory(definition);
  }

  forget = (): void => {
    this.#memory = newMemory(this.#definition);
  };

  read(message: Inbound, captures: Readonly<Record<string, string>>): Decoded {
    const body = this.#body(message.payload);
    const name = captures['device'];
    const letter = (faults: Faults) => deadLetter(message.topic, body.kept, faults, name && this.#idOf(name));
    const payload = this.#checked(body.value, name);
    const answers = body.value.ok ? (this.#definition.answer?.(body.value.value, message.topic) ?? []) : [];
    if (!payload.ok) return { reports: [letter(payload.error)], warnings: [], kept: body.kept, replies: answers };
    const warnings: BadValue[] = [];
    const refused: BadValue[] = [];
    const drafts = this.#draftsOf(payload.value, this.#context(message, captures, warnings, refused));
    const reports = this.#settled(drafts, message, refused);
    if (warnings.length > 0) reports.push(...clockOff(reports));
    for (const fault of refused) reports.push(letter([fault]));
    return { reports, warnings, kept: body.kept, replies: drafts.replies ? [...answers, ...drafts.replies] : answers };
  }

  #body(bytes: Uint8Array): ReadBody {
    const { format = 'json', personal = [], credentials = [], words = [], maxBytes, empty } = this.#definition;
    if (bytes.length === 0 && empty !== undefined) return { value: ok(empty), kept: bytes };
    if (words.length > 0 && bytes.length <= WORD_MAX_BYTES) {
      const word = Buffer.from(bytes).toString('utf8').trim();
      if (words.includes(word)) return { value: ok(word), kept: bytes };
    }
    const body = readBody(format, bytes, personal, maxBytes);
    if (credentials.length === 0) return body;
    if (!body.value.ok) return readBody(format, bytes, [...personal, ...credentials], maxBytes);
    const kept = withPseudonyms(body.value.value, credentials, (text) => `${PSEUDONYM}${this.#pseudonym(text)}`);
    const text = JSON.stringify(kept);
    return text === JSON.stringify(body.value.value) ? body : { ...body, kept: Buffer.from(text) };
  }

  /** A kept message that is read again has its pseudonyms already. */
  #pseudonym = (text: string): string =>
    text.startsWith(PSEUDONYM) ? text.slice(PSEUDONYM.length) : this.#ports.pseudonym(text);

  #checked(body: Result<unknown, BadValue>, name: string | undefined): Result<Payload, Faults> {
    if (name !== undefined && this.#idOf(name) === undefined) return failed([strange('(topic)', name)]);
    const { shape, payload } = this.#definition;
    const shaped = body.ok && shape !== undefined ? shape(body.value) : body;
    return shaped.ok ? check(payload, shaped.value) : failed([shaped.error]);
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
    { topic, receivedAt, isRetained }: Inbound,
    captures: Readonly<Record<string, string>>,
    warnings: BadValue[],
    refused: BadValue[],
  ): MessageContext<Memory> {
    const { find, devicesOf, isActive, knows, secret } = this.#ports;
    const believed = (field: string, said: string | number, at: number): number | undefined => {
      const warning = disbelief(at, field, said, receivedAt);
      if (warning === undefined) return at;
      warnings.push(warning);
      return undefined;
    };
    return {
      topic,
      part: (name) => captures[name] ?? '',
      receivedAt,
      isRetained,
      device: find,
      devicesOf,
      isActive,
      knows,
      pseudonym: this.#pseudonym,
      secret,
      memory: this.#memory,
      utc: (field, time) => {
        if (time === undefined) return undefined;
        return believed(field, time, Math.round(typeof time === 'number' ? time : Date.parse(time)));
      },
      local: (field, time, zone) => {
        if (time === undefined) return undefined;
        if (zone !== undefined) return believed(field, time, toUtc(time, zone));
        return neverSet(time) ? believed(field, time, toUtc(time, 'UTC')) : undefined;
      },
      refuse: (fault) => refused.push(fault),
    };
  }

  #settled(drafts: Drafts, { isRetained }: Inbound, refused: BadValue[]): Report[] {
    const { signals = [], telemetry = [], status = [], access = [] } = drafts;
    if (signals.length > SIGNALS_MAX) refused.push(tooMany(signals.length));
    const reports: Report[] = [];
    const settle = <T extends Read>(kind: T['kind'], drafted: readonly Draft<T>[]): void => {
      for (const draft of drafted) {
        const report = this.#settle<T>(kind, draft, refused);
        if (report !== undefined) reports.push(report);
      }
    };
    const counted = signals.slice(0, SIGNALS_MAX);
    settle<Signal>('signal', isRetained ? counted.map(asReplay) : counted);
    settle<Telemetry>('telemetry', telemetry);
    settle<Status>('status', status);
    settle<AccessEvent>('access', access);
    return reports;
  }

  /** Leaves out the fields that are undefined: what remains is the report by the definition of Draft. */
  #settle<T extends Read>(kind: T['kind'], draft: Draft<T>, refused: BadValue[]): T | undefined {
    const name = String(draft.device);
    const device = this.#idOf(name);
    if (device === undefined) {
      refused.push(strange('device', name));
      return undefined;
    }
    const report: Record<string, unknown> = { kind };
    for (const field in draft) if (draft[field] !== undefined) report[field] = draft[field];
    report['device'] = device;
    return report as T;
  }
}

type Read = Exclude<Report, { kind: 'dead-letter' }>;
const asReplay = (draft: Draft<Signal>): Draft<Signal> => ({ ...draft, isReplay: true });

/** The longest of a definition's `words` is shorter. */
const WORD_MAX_BYTES = 64;

/** Stands before a pseudonym in a kept message. */
const PSEUDONYM = 'pseudonym:';

/** Undefined is the Memory of a definition without one. */
const newMemory = <Memory>({ memory }: Pick<CodecDefinition<never, Memory>, 'memory'>): Memory => memory?.() as Memory;

/** Signals of one message; more is no device of this city. */
const SIGNALS_MAX = 256;
const tooMany = (signals: number): BadValue =>
  badValue('too-large', '(payload)', `${signals} signals`, `at most ${SIGNALS_MAX} signals in one message`);

const strange = (field: string, name: string): BadValue =>
  badValue('unknown-device', field, name, 'a device id, or an alias of a device record');

/** A device whose time is beyond belief is flagged once a message. */
function clockOff(reports: readonly Report[]): readonly Signal[] {
  const devices = new Set(reports.flatMap((report) => (report.kind === 'dead-letter' ? [] : [report.device])));
  return [...devices].map((device) => ({ kind: 'signal', device, type: 'device.clock.off', active: true }));
}
