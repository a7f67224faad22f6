import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { pino } from 'pino';
import { type MqttAdapter, type MqttPorts, startMqtt } from '../../../adapters/mqtt/mqtt.ts';
import type { MqttSettings } from '../../../config/settings.ts';
import { houseOf } from '../../parts/codec-house.ts';
import { startMosquitto } from '../../parts/mosquitto.ts';
import { directory, RecordingIntake } from './recording-intake.ts';

type Cleanup = (fn: () => Promise<void>) => void;

export const settings: MqttSettings = {
  url: undefined,
  username: undefined,
  password: undefined,
  clientId: 'fengsui-gateway',
  host: '127.0.0.1',
  port: 0,
  messagesPerSecond: 100_000,
  tls: undefined,
  commandTimeoutMs: 5_000,
  topics: {},
  profilesDir: undefined,
};

export const log = pino({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent' });

export type Running = Readonly<{ intake: RecordingIntake; adapter: MqttAdapter; url: string }>;

/** The adapter with a recording intake; stopped at the end of the test, whatever the intake still holds. */
export async function startAdapter(
  onTestFinished: Cleanup,
  chosen: Partial<MqttSettings> = {},
  ports: Partial<MqttPorts> = {},
): Promise<Running> {
  const intake = new RecordingIntake();
  const adapter = await startMqtt({
    settings: { ...settings, ...chosen },
    intake,
    directory,
    house: houseOf(directory.find),
    log,
    now: Date.now,
    ...ports,
  });
  onTestFinished(async () => {
    intake.release();
    await adapter.stop();
  });
  return { intake, adapter, url: adapter.url };
}

/** Both ways to run: the same promises hold for the broker inside and for mosquitto outside. */
export const BROKERS = {
  embedded: (onTestFinished: Cleanup) => startAdapter(onTestFinished),
  mosquitto: async (onTestFinished: Cleanup) => {
    const { url } = await startMosquitto(onTestFinished, ['max_inflight_messages 0']); // our own window is what is tried
    return startAdapter(onTestFinished, { url });
  },
} as const;

/** A device: the real client. Its session is kept where it has a name, as a real one's should be. */
export async function connectDevice(
  onTestFinished: Cleanup,
  url: string,
  options: IClientOptions = {},
): Promise<MqttClient> {
  const client = await connectAsync(url, { reconnectPeriod: 50, connectTimeout: 5_000, ...options });
  client.on('error', () => undefined); // it connects again
  onTestFinished(() => client.endAsync(true));
  return client;
}

export const EVENT = 'fengsui/v1/yz-fence-k812/event';

export const event = (id: number | string, more: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ id: String(id), type: 'railway.perimeter.intrusion', active: true, ...more });
