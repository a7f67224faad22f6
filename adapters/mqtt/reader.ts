import type { Logger } from 'pino';
import { badValue } from '../../gateway/domain/bad-value.ts';
import type { DeviceDirectory, DeviceId } from '../../gateway/domain/device.ts';
import { LatelyUsed } from '../../gateway/domain/lately-used.ts';
import type { DeadLetter, Intake, Report } from '../../gateway/domain/signal.ts';
import { readBody } from '../codec/body.ts';
import { deadLetter } from '../codec/dead-letter.ts';
import type { Codec, CodecPorts, Decoded, Inbound, OpenCodec, Reply } from '../codec/definition.ts';
import { withoutPersonsInText } from '../codec/minimise.ts';
import { type CommandDesk, REPLY_TOPIC } from './commands.ts';
import { Rights } from './own-topics.ts';

export type ReaderPorts = Readonly<{
  codecs: readonly Codec[];
  house: CodecPorts;
  directory: DeviceDirectory;
  commands: CommandDesk;
  log: Logger;
  now: () => number;
  /** Sends to a device; what does not leave now, its next message asks for again. */
  send?: (reply: Reply) => void;
}>;

/** Devices whose clock was beyond belief and who have not given a good time since. */
const CLOCKS_OFF_MAX = 10_000;

type Found = Readonly<{ codec: OpenCodec; captures: Readonly<Record<string, string>> }>;

/** Topics whose codecs are remembered: as many again lie in the older half, some 20 MiB at the worst. */
const TOPICS_MAX = 65_536;

/** Finds a topic's codec. Patterns lie by their first level, so that a message is held against a few of them only. */
class CodecsByTopic {
  readonly #codecs: readonly OpenCodec[];
  readonly #byFirst = new Map<string, OpenCodec[]>();
  /** A device says all it says on a handful of topics: what matches them is found once. */
  readonly #found = new LatelyUsed<readonly Found[]>(TOPICS_MAX);

  constructor(codecs: readonly OpenCodec[]) {
    this.#codecs = codecs;
    for (const codec of codecs) {
      for (const first of new Set(codec.topics.map(({ text }) => firstLevel(text)))) {
        this.#byFirst.set(first, [...(this.#byFirst.get(first) ?? []), codec]);
      }
    }
  }

  forget(): void {
    for (const codec of this.#codecs) codec.forget();
  }

  /** Where the topics of two families collide, the device's profile says which one it speaks. */
  find(topic: string, profileOf: (name: string) => string | undefined): Found | undefined {
    const matching = this.#found.get(topic) ?? this.#found.keep(topic, this.#matching(topic));
    const [first] = matching;
    if (matching.every(({ codec }) => codec.family === first?.codec.family)) return first;
    const isSpoken = ({ codec, captures }: Found): boolean =>
      Object.values(captures).some((name) => profileOf(name) === codec.family);
    return matching.find(isSpoken) ?? first;
  }

  #matching(topic: string): readonly Found[] {
    const near = [...(this.#byFirst.get(firstLevel(topic)) ?? []), ...(this.#byFirst.get(ANY) ?? [])];
    return near.flatMap((codec): readonly Found[] => {
      const captures = codec.topics.map((pattern) => pattern.match(topic)).find((found) => found !== undefined);
      return captures === undefined ? [] : [{ codec, captures }];
    });
  }
}

/** The first level of patterns that begin with a name. */
const ANY = '+';
const firstLevel = (topic: string): string => {
  const [first = ''] = topic.split('/', 1);
  return first.startsWith('{') ? ANY : first;
};

/** Makes reports of messages: finds the codec for a topic, hands replies to the command desk, counts. */
export class Reader {
  readonly #ports: ReaderPorts;
  readonly #codecs: CodecsByTopic;
  /** What goes back to a device once these reports are durable; with a report its replies go as well. */
  readonly #replies = new WeakMap<Report, readonly Reply[]>();
  readonly rights: Rights;
  readonly #clocksOff = new Set<DeviceId>();
  readonly counts = { received: 0, deadLettered: 0, warnings: 0 };

  constructor(ports: ReaderPorts) {
    this.#ports = ports;
    this.#codecs = new CodecsByTopic(ports.codecs.map((codec) => codec.open(ports.house)));
    this.rights = new Rights(ports.codecs, ports.directory);
  }

  /**
   * Never throws, whatever the bytes. A reply is none of the journal's business: it yields nothing. `sender` is who
   * signed in; he tells of himself and of what is behind him only.
   */
  read(topic: string, payload: Uint8Array, isRetained: boolean, sender?: DeviceId): readonly Report[] {
    this.counts.received++;
    const decoded = this.#allowed(
      this.#decode({ topic, payload, isRetained, receivedAt: this.#ports.now() }),
      topic,
      sender,
    );
    this.counts.warnings += decoded.warnings.length;
    for (const { field, expected } of decoded.warnings)
      this.#ports.log.warn({ topic, field, expected }, 'time not believed');
    const reports: Report[] = [];
    for (const report of decoded.reports) {
      if (report.kind === 'dead-letter') this.#count(report);
      reports.push(withMessage(report, topic, decoded.kept));
    }
    reports.push(...this.#clocksRight(decoded));
    this.#replyLater(reports, decoded.replies);
    return reports;
  }

  /** The intake, with what follows from its answer: replies leave once their reports are durable. */
  answering = (intake: Intake): Intake => ({
    accept: async (reports) => {
      try {
        await intake.accept(reports);
      } catch (error) {
        this.#codecs.forget(); // the messages come again, and must not be taken for repeats of themselves
        throw error;
      }
      for (const report of reports) for (const reply of this.#replies.get(report) ?? []) this.#ports.send?.(reply);
    },
  });

  #replyLater([first]: readonly Report[], replies: readonly Reply[]): void {
    if (replies.length === 0) return;
    if (first !== undefined) this.#replies.set(first, replies);
    else for (const reply of replies) this.#ports.send?.(reply); // nothing of it has to be durable
  }

  #allowed(decoded: Decoded, topic: string, sender: DeviceId | undefined): Decoded {
    if (sender === undefined) return decoded;
    const reports = decoded.reports.map((report): Report => {
      if (report.kind === 'dead-letter' || this.rights.mayTellOf(sender, report.device)) return report;
      const fault = badValue(
        'unknown-device',
        'device',
        report.device,
        `${sender}, who sent it, or a device behind it`,
      );
      return deadLetter(topic, decoded.kept, [fault], sender);
    });
    return { ...decoded, reports };
  }

  /** A message that was kept as a text: bytes as base64. Its states are compared with the open alarms, not with its first reading. */
  readAgain(topic: string, payload: string): readonly Report[] {
    const fresh = new Reader(this.#ports);
    const isBytes = this.#codecs.find(topic, () => undefined)?.codec.format === 'bytes';
    return fresh.read(topic, Buffer.from(payload, isBytes ? 'base64' : 'utf8'), false);
  }

  /** A message that was never read whole, such as one that is too large. */
  refuse(letter: DeadLetter): readonly Report[] {
    this.counts.received++;
    this.#count(letter);
    const { unkept = [] } = this.#codecs.find(letter.topic, () => undefined)?.codec ?? {};
    return [{ ...letter, payload: withoutPersonsInText(letter.payload, unkept) }];
  }

  #decode(message: Inbound): Decoded {
    const reply = REPLY_TOPIC.match(message.topic);
    if (reply !== undefined) return this.#takeReply(reply['device'] ?? '', message);
    const found = this.#codecs.find(message.topic, (name) => this.#ports.house.find(name)?.profile);
    if (found !== undefined) return this.#readWith(found, message);
    const fault = badValue('unknown-topic', '(topic)', message.topic, 'a topic such as fengsui/v1/{device}/event');
    const { kept } = readBody('json', message.payload); // whoever it is of, persons are not kept
    return { reports: [deadLetter(message.topic, kept, [fault])], warnings: [], kept, replies: [] };
  }

  /** Around one message: a codec that throws is a mistake of ours, and must cost this message only. */
  #readWith({ codec, captures }: Found, message: Inbound): Decoded {
    try {
      return codec.read(message, captures);
    } catch (error) {
      this.#ports.log.error({ err: error, topic: message.topic, family: codec.family }, 'a codec failed');
      const { kept } = readBody('json', message.payload);
      const fault = badValue('wrong-type', '(payload)', '', `a message that the codec ${codec.family} can read`);
      return { reports: [deadLetter(message.topic, kept, [fault])], warnings: [], kept, replies: [] };
    }
  }

  #takeReply(device: string, { topic, payload }: Inbound): Decoded {
    const faults = this.#ports.commands.answer(device, payload);
    const letters = faults === undefined ? [] : [deadLetter(topic, payload, faults, device)];
    return { reports: letters, warnings: [], kept: payload, replies: [] };
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
