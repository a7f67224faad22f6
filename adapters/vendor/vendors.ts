import type { Logger } from 'pino';
import type { VendorSettings } from '../../config/settings.ts';
import type { BadValue } from '../../gateway/domain/bad-value.ts';
import { badValue } from '../../gateway/domain/bad-value.ts';
import type { DeviceDirectory } from '../../gateway/domain/device.ts';
import { deviceNetworks } from '../../gateway/domain/device-networks.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import type { Intake } from '../../gateway/domain/signal.ts';
import type { CodecPorts } from '../codec/definition.ts';
import { loadCodecs } from '../codec/load-codecs.ts';
import { readEvents, STREAM_TIMES, STREAMS, type StreamTimes } from '../http/event-stream.ts';
import { type Answer, type Push, VendorPushes } from '../http/push.ts';
import { createCameraNetworks } from '../onvif/address.ts';
import { startSipServer } from '../sip/server.ts';
import { startDatagramServer } from '../tcp/datagrams.ts';
import { POLL_TIMES, type PollTimes, pollFence, SerialLines } from '../tcp/modbus/polling.ts';
import { PROTOCOLS } from '../tcp/protocols.ts';
import { startTcpServer, type TcpServer } from '../tcp/server.ts';
import { type Call, CalledDevices } from './called-devices.ts';
import { VendorDesk } from './desk.ts';
import { SilenceEnds, settleSilenceEachSecond } from './silence-ends.ts';

export type VendorPorts = Readonly<{
  settings: VendorSettings;
  /** Networks (CIDR) in which devices are called and from which they may call. */
  deviceNetworks: readonly string[];
  intake: Intake;
  directory: DeviceDirectory;
  house: CodecPorts;
  log: Logger;
  now: () => number;
  random: () => number;
  streamTimes?: Partial<StreamTimes>;
  pollTimes?: PollTimes;
}>;

export interface Vendors {
  /** Answers one push when it is durable; rejects when the journal took nothing. */
  push(push: Push): Promise<Answer>;
  verify(family: string, query: Readonly<Record<string, unknown>>): Answer;
  /** Whether a dead letter's topic is of a message that came this way. */
  owns(topic: string): boolean;
  replay(topic: string, payload: string): Promise<Result<void, BadValue>>;
  /** Opens the listeners of the settings and calls the devices that are to be called. */
  start(): Promise<void>;
  /** Ports of the listeners, by the key of their settings. */
  ports(): Readonly<Record<string, number>>;
  stats(): Readonly<Record<'received' | 'deadLettered' | 'refused' | 'called' | 'connections', number>>;
  stop(): Promise<void>;
}

const CODECS = ['http', 'tcp'].map((name) => new URL(`../${name}/codecs/`, import.meta.url));

/** The makers' own ways beside MQTT and ONVIF: pushes, event streams, TCP listeners, polled lines. */
export async function createVendors(ports: VendorPorts): Promise<Vendors> {
  const { settings, intake, directory, house, log, now } = ports;
  const silence = new SilenceEnds({ find: directory.find, intake, log, now });
  const codecs = (await Promise.all(CODECS.map((folder) => loadCodecs(folder)))).flat();
  const guests = (await loadCodecs()).filter(({ pushed }) => pushed !== undefined);
  const desk = new VendorDesk({ codecs, guests, house, intake, silence, log, now });
  const pushes = new VendorPushes({
    desk,
    codecs: [...codecs, ...guests],
    secret: (family) => settings.secrets[family],
  });
  const called = new CalledDevices(directory, callsOf(ports, desk), log);
  const servers = new Map<string, TcpServer>();
  let stopSettling: (() => void) | undefined;
  return {
    push: (push) => pushes.push(push),
    verify: (family, query) => pushes.verify(family, query),
    owns: (topic) => desk.familyOf(topic) !== undefined,
    replay: (topic, payload) => replay(desk, ports, topic, payload),
    start: async () => {
      await listen(ports, desk, servers);
      stopSettling = settleSilenceEachSecond(silence, log);
      called.start();
    },
    ports: () => Object.fromEntries([...servers].map(([name, { port }]) => [name, port])),
    stats: () => ({
      ...desk.counts,
      called: called.size,
      connections: [...servers.values()].reduce((sum, { connections }) => sum + connections(), 0),
    }),
    stop: async () => {
      stopSettling?.();
      await Promise.all([called.stop(), ...[...servers.values()].map((server) => server.stop())]);
    },
  };
}

/** How the devices of each profile are called. */
function callsOf(ports: VendorPorts, desk: VendorDesk): ReadonlyMap<string, Call> {
  const { log, random } = ports;
  const networks = createCameraNetworks(ports.deviceNetworks);
  const times = { ...STREAM_TIMES, ...ports.streamTimes };
  const lines = new SerialLines();
  const streams = STREAMS.map(
    (kind) =>
      [kind.family, (device, stop) => readEvents(kind, device, { desk, networks, times, random, log }, stop)] as const,
  ) satisfies readonly (readonly [string, Call])[];
  const poll: Call = (device, stop) =>
    pollFence(device, lines, { desk, networks, times: ports.pollTimes ?? POLL_TIMES, log }, stop);
  return new Map<string, Call>([...streams, ['fence-host', poll]]);
}

async function listen(ports: VendorPorts, desk: VendorDesk, servers: Map<string, TcpServer>): Promise<void> {
  const { settings, log, now } = ports;
  const networks = deviceNetworks(ports.deviceNetworks);
  for (const [name, protocol] of Object.entries(PROTOCOLS)) {
    const port = settings.ports[name];
    if (port === undefined) continue;
    servers.set(name, await startTcpServer({ protocol, host: settings.host, port, networks, desk, log, now }));
  }
  await listenSip(ports, desk, servers);
  const port = servers.get('contactId')?.port;
  if (port === undefined) return;
  const protocol = PROTOCOLS.contactId;
  servers.set(
    'contactIdUdp',
    await startDatagramServer({ protocol, host: settings.host, port, networks, desk, log, now }),
  );
}

async function listenSip(ports: VendorPorts, desk: VendorDesk, servers: Map<string, TcpServer>): Promise<void> {
  const { settings, log, now } = ports;
  const port = settings.ports['gb28181'];
  if (port === undefined) return;
  const networks = deviceNetworks(ports.deviceNetworks);
  const password = settings.secrets['gb28181'];
  servers.set('gb28181', await startSipServer({ host: settings.host, port, networks, password, desk, log, now }));
}

/** Bytes that were no text are kept in base64, which no frame of ours is by itself. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

async function replay(
  desk: VendorDesk,
  { directory }: VendorPorts,
  topic: string,
  payload: string,
): Promise<Result<void, BadValue>> {
  const family = desk.familyOf(topic);
  if (family === undefined)
    return failed(badValue('unknown-topic', '(topic)', topic, 'a path or a server of a vendor'));
  const bytes = Buffer.from(payload, BASE64.test(payload) ? 'base64' : 'utf8');
  const { reports, faults } = desk.read(family, { topic, payload: bytes });
  const [fault] = faults;
  if (fault !== undefined) return failed(fault);
  for (const { device } of reports) {
    if (device !== undefined && directory.find(device) !== undefined) continue;
    return failed(badValue('unknown-device', 'device', device ?? '', 'a device of the registry'));
  }
  await desk.keep(family, reports);
  return ok(undefined);
}
