import type { Logger } from 'pino';
import { badValue } from '../../gateway/domain/bad-value.ts';
import type { DeviceDirectory, DeviceId } from '../../gateway/domain/device.ts';
import type { DeadLetter, Report } from '../../gateway/domain/signal.ts';
import type { Codec, CodecPorts, Decoded, Inbound, OpenCodec } from '../codec/codec.ts';
import { deadLetter } from '../codec/dead-letter.ts';
import { type CommandDesk, REPLY_TOPIC } from './commands.ts';

export type ReaderPorts = Readonly<{
  codecs: readonly Codec[];
  house: CodecPorts;
  directory: DeviceDirectory;
  commands: CommandDesk;
  log: Logger;
  now: () => number;
}>;

/** Devices whose clock was beyond belief and who have not given a good time since. */
const CLOCKS_OFF_MAX = 10_000;

/** Makes reports of messages: finds the codec for a topic, hands replies to the command desk, counts. */
export class Reader {
  readonly #ports: ReaderPorts;
  readonly #codecs: readonly OpenCodec[];
  readonly #clocksOff = new Set<DeviceId>();
  readonly counts = { received: 0, deadLettered: 0, warnings: 0 };

  constructor(ports: ReaderPorts) {
    this.#ports = ports;
    this.#codecs = ports.codecs.map((codec) => codec.open(ports.house));
  }

  /** Never throws, whatever the bytes. A reply is none of the journal's business: it yields nothing. */
  read(topic: string, payload: Uint8Array, isRetained: boolean): readonly Report[] {
    this.counts.received++;
    const decoded = this.#decode({ topic, payload, isRetained, receivedAt: this.#ports.now() });
    this.counts.warnings += decoded.warnings.length;
    for (const { field, expected } of decoded.warnings)
      this.#ports.log.warn({ topic, field, expected }, 'time not believed');
    for (const report of decoded.reports) if (report.kind === 'dead-letter') this.#count(report);
    return [
      ...decoded.reports.map((report) => withMessage(report, topic, decoded.kept)),
      ...this.#clocksRight(decoded),
    ];
  }

  /** A message that was never read whole, such as one that is too large. */
  refuse(letter: DeadLetter): readonly Report[] {
    this.counts.received++;
    this.#count(letter);
    return [letter];
  }

  #decode(message: Inbound): Decoded {
    const reply = REPLY_TOPIC.match(message.topic);
    if (reply !== undefined) return this.#takeReply(reply['device'] ?? '', message);
    const found = this.#codecFor(message.topic);
    if (found !== undefined) return found.codec.read(message, found.captures);
    const fault = badValue('unknown-topic', '(topic)', message.topic, 'a topic such as fengsui/v1/{device}/event');
    return { reports: [deadLetter(message.topic, message.payload, [fault])], warnings: [], kept: message.payload };
  }

  #takeReply(device: string, { topic, payload }: Inbound): Decoded {
    const faults = this.#ports.commands.answer(device, payload);
    const letters = faults === undefined ? [] : [deadLetter(topic, payload, faults, device)];
    return { reports: letters, warnings: [], kept: payload };
  }

  /** Where the topics of two families collide, the device's profile says which one it speaks. */
  #codecFor(topic: string): { codec: OpenCodec; captures: Readonly<Record<string, string>> } | undefined {
    const matching = this.#codecs.flatMap((codec) =>
      codec.topics.flatMap((pattern) => {
        const captures = pattern.match(topic);
        return captures === undefined ? [] : [{ codec, captures }];
      }),
    );
    if (matching.length < 2) return matching[0];
    const speaks = (device: string | undefined): string | undefined =>
      device === undefined ? undefined : this.#ports.house.find(device)?.profile;
    return matching.find(({ codec, captures }) => codec.family === speaks(captures['device'])) ?? matching[0];
  }

  /** The first good time after a bad one ends the device's `device.clock.off`. */
  #clocksRight({ reports, warnings }: Decoded): readonly Report[] {
    if (warnings.length === 0 && this.#clocksOff.size === 0) return [];
    return reports.flatMap((report): readonly Report[] => {
      if (report.kind === 'dead-letter' || report.kind === 'status') return [];
      if (warnings.length > 0) {
        if (this.#clocksOff.size < CLOCKS_OFF_MAX) this.#clocksOff.add(report.device);
        return [];
      }
      if (report.at === undefined || !this.#clocksOff.delete(report.device)) return [];
      return [{ kind: 'signal', device: report.device, type: 'device.clock.off', active: false }];
    });
  }

  #count({ topic, device, fault: { reason, field, expected } }: DeadLetter): void {
    this.counts.deadLettered++;
    this.#ports.log.warn({ device, topic, reason, field, expected }, 'message refused');
  }
}

/** The message goes with its report, so that what the registry does not know can be read again once it does. */
const withMessage = (report: Report, topic: string, payload: Uint8Array): Report =>
  report.kind === 'dead-letter'
    ? report
    : { ...report, asDeadLetter: (fault) => deadLetter(topic, payload, [fault], report.device) };
