import type { Logger } from 'pino';
import type { MqttSettings } from '../../config/settings.ts';
import { type BadValue, badValue } from '../../gateway/domain/bad-value.ts';
import type { DeviceCommands } from '../../gateway/domain/command.ts';
import type { DeviceDirectory } from '../../gateway/domain/device.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import type { Intake } from '../../gateway/domain/signal.ts';
import type { CodecPorts, Reply } from '../codec/definition.ts';
import { loadFamilies } from '../codec/load-families.ts';
import type { DeviceSignIn } from './admission.ts';
import type { Broker, BrokerCounts } from './broker.ts';
import { CommandDesk, REPLY_TOPIC } from './commands.ts';
import { startEmbedded } from './embedded.ts';
import { connectOutside } from './outside.ts';
import { Reader } from './reader.ts';

export type MqttPorts = Readonly<{
  settings: MqttSettings;
  intake: Intake;
  directory: DeviceDirectory;
  /** What codecs ask of the registry and the heart. */
  house: CodecPorts;
  log: Logger;
  now: () => number;
  /** TLS and the devices' secrets, for an embedded broker beyond loopback. */
  signIn?: DeviceSignIn | undefined;
  /** Where the embedded broker keeps what must outlive a restart; in memory without it. */
  sessionFile?: string;
  /** How long devices have to come back after a crash before their last wills speak, in milliseconds. */
  returnWithinMs?: number;
}>;

/** Messages since the start, and those that wait now. */
export type MqttStats = Readonly<{
  received: number;
  /** Durable and acknowledged, dead letters among them. */
  accepted: number;
  deadLettered: number;
  /** Not taken by the journal: they come again and are counted again. */
  refused: number;
  waiting: number;
  /** Times that were not believed. */
  warnings: number;
  /** Replies to commands that nobody waited for any more. */
  lateReplies: number;
}> &
  Partial<BrokerCounts>;

export interface MqttAdapter {
  readonly commands: DeviceCommands;
  /** Where devices connect. */
  readonly url: string;
  isConnected(): boolean;
  stats(): MqttStats;
  /** Reads a message once more, as if it had just come: for a dead letter whose cause has been mended. */
  replay(topic: string, payload: string): Promise<Result<void, BadValue>>;
  /** Reads no more, answers what was read (10 s at most), closes. */
  stop(): Promise<void>;
}

/** Starts the southbound MQTT side: an outside broker where the settings name one, else the embedded one. */
export async function startMqtt(ports: MqttPorts): Promise<MqttAdapter> {
  const { directory, house, log, now, settings } = ports;
  const codecs = await loadFamilies(settings);
  const desk = new CommandDesk({ directory, now, codecs, publish: (topic, payload) => broker.publish(topic, payload) });
  const send = ({ topic, payload }: Reply): void => void broker.publish(topic, payload);
  const reader = new Reader({ codecs, house, directory, commands: desk, log, now, send });
  const read = codecs.filter(({ page }) => !page.isUnread).flatMap(({ topics }) => topics);
  const filters = [...new Set([...read, REPLY_TOPIC].map(({ filter }) => filter))];
  const answering: MqttPorts = { ...ports, intake: reader.answering(ports.intake) };
  const broker = await startBroker(answering, reader, filters);
  return {
    commands: desk,
    url: broker.url,
    isConnected: () => broker.isConnected(),
    stats: () => ({
      ...reader.counts,
      ...broker.window.counts,
      waiting: broker.window.waiting,
      lateReplies: desk.lateReplies,
      ...broker.counts(),
    }),
    replay: (topic, payload) => replay(reader, answering, topic, payload),
    stop: async () => {
      desk.stop();
      await broker.stop();
    },
  };
}

async function replay(
  reader: Reader,
  { intake, directory }: MqttPorts,
  topic: string,
  payload: string,
): Promise<Result<void, BadValue>> {
  const reports = reader.readAgain(topic, payload);
  for (const report of reports) {
    if (report.kind === 'dead-letter') return failed(report.fault);
    if (directory.find(report.device) !== undefined) continue;
    return failed(badValue('unknown-device', 'device', report.device, 'a device of the registry'));
  }
  await intake.accept(reports);
  return ok(undefined);
}

function startBroker(
  { settings, intake, directory, log, signIn, now, sessionFile = ':memory:', returnWithinMs }: MqttPorts,
  reader: Reader,
  filters: readonly string[],
): Promise<Broker> {
  const { url, username, password, clientId, host, port, messagesPerSecond } = settings;
  if (url === undefined) {
    const place = { host, port, messagesPerSecond, signIn, sessionFile, returnWithinMs };
    return startEmbedded({ ...place, reader, directory, intake, log, now });
  }
  return connectOutside({ url, clientId, username, password, filters, reader, intake, log });
}
