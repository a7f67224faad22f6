import type { Logger } from 'pino';
import type { BadValue } from '../../gateway/domain/bad-value.ts';
import type { DeviceId } from '../../gateway/domain/device.ts';
import type { Intake, Report } from '../../gateway/domain/signal.ts';
import { deadLetter } from '../codec/dead-letter.ts';
import type { Codec, CodecPorts, Decoded, OpenCodec, Reply } from '../codec/definition.ts';
import type { SilenceEnds } from './silence-ends.ts';

export type DeskPorts = Readonly<{
  codecs: readonly Codec[];
  /** Families of MQTT whose servers push the same messages by HTTP. */
  guests: readonly Codec[];
  house: CodecPorts;
  intake: Intake;
  silence: SilenceEnds;
  log: Logger;
  now: () => number;
}>;

/** A message as its transport brings it; `device` is who was called, or who is known to be on the other end. */
export type Message = Readonly<{ topic: string; payload: Uint8Array; device?: string }>;
/** What a message came to: faults have become dead letters, replies go out once all of it is durable. */
export type Read = Readonly<{
  reports: readonly Report[];
  replies: readonly Reply[];
  faults: readonly BadValue[];
}>;

/** Reads the messages of the vendors' ways and brings what they say to the intake: one desk for HTTP and TCP. */
export class VendorDesk {
  readonly #ports: DeskPorts;
  readonly #own: readonly OpenCodec[];
  readonly #all: readonly OpenCodec[];
  readonly counts = { received: 0, deadLettered: 0, refused: 0 };

  constructor(ports: DeskPorts) {
    this.#ports = ports;
    this.#own = ports.codecs.map((codec) => codec.open(ports.house));
    this.#all = [...this.#own, ...ports.guests.map((codec) => codec.open(ports.house))];
  }

  /** The family of ours that reads this topic; a path stands with or without its first slash. */
  familyOf = (topic: string): string | undefined => this.#own.find((codec) => capturesOf(codec, topic))?.family;

  /** Never throws, whatever the bytes; throws for a family that nobody reads, a mistake of ours. */
  read(family: string, { topic, payload, device }: Message): Read {
    const codecs = this.#all.filter((codec) => codec.family === family);
    const codec = codecs.find((one) => capturesOf(one, topic)) ?? codecs[0];
    if (codec === undefined) throw new Error(`no codec of the family ${family}`);
    this.counts.received += 1;
    const named = capturesOf(codec, topic) ?? {};
    const captures = device === undefined ? named : { ...named, device };
    const decoded = codec.read({ topic, payload, isRetained: false, receivedAt: this.#ports.now() }, captures);
    for (const { field, expected } of decoded.warnings)
      this.#ports.log.warn({ topic, field, expected }, 'time not believed');
    return this.#told(topic, decoded);
  }

  /** The id of who calls himself so on the line; an unknown name is left to the registry's judgement. */
  idOf = (name: string): DeviceId => this.#ports.house.find(name)?.id ?? name;

  /** Durable when it resolves; rejects when the journal took nothing, and the sender must send again. */
  async keep(family: string, reports: readonly Report[]): Promise<void> {
    try {
      if (reports.length > 0) await this.#ports.intake.accept(reports);
    } catch (error) {
      this.counts.refused += 1;
      for (const codec of this.#all) if (codec.family === family) codec.forget(); // it comes again, and is no repeat then
      throw error;
    }
    this.#ports.silence.note(family, reports);
  }

  async take(family: string, message: Message): Promise<Read> {
    const read = this.read(family, message);
    await this.keep(family, read.reports);
    return read;
  }

  #told(topic: string, { reports, kept, replies = [] }: Decoded): Read {
    const letters = reports.filter((report) => report.kind === 'dead-letter');
    this.counts.deadLettered += letters.length;
    for (const { device, fault } of letters) {
      this.#ports.log.warn(
        { device, topic, reason: fault.reason, field: fault.field, expected: fault.expected },
        'message refused',
      );
    }
    return {
      reports: reports.map((report) => withMessage(report, topic, kept)),
      replies,
      faults: letters.flatMap(({ fault, others = [] }) => [fault, ...others]),
    };
  }
}

/** The message goes with its report, so that what the registry does not know can be read again once it does. */
const withMessage = (report: Report, topic: string, kept: Uint8Array): Report =>
  report.kind === 'dead-letter'
    ? report
    : { ...report, asDeadLetter: (fault) => deadLetter(topic, kept, [fault], report.device) };

const capturesOf = ({ topics }: OpenCodec, topic: string): Readonly<Record<string, string>> | undefined =>
  topics.map((pattern) => pattern.match(topic.replace(/^\//, ''))).find((found) => found !== undefined);
