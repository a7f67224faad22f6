import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { type MqttAdapter, startMqtt } from '../adapters/mqtt/mqtt.ts';
import { createOnvifAdapter, type OnvifAdapter } from '../adapters/onvif/adapter.ts';
import { loadCatalogue } from '../config/catalogue.ts';
import type { Settings } from '../config/settings.ts';
import { startVideoPlane, type VideoPlane } from '../streams/plane.ts';
import { STREAM_PATHS, signStreamUrl, verifyStreamUrl } from '../streams/signed-url.ts';
import { openAccess } from './access/access.ts';
import { cameraPort } from './camera-port.ts';
import { codecHouse } from './codec-house.ts';
import { growingAlarmIds } from './desk/alarm-ids.ts';
import { definitionOf } from './desk/alarm-type.ts';
import { watchDeadlines } from './desk/deadlines.ts';
import type { AlarmDesk } from './desk/desk.ts';
import { settleFloodsEachSecond } from './desk/flood-timer.ts';
import { FLAPPING, SignalIntake } from './desk/intake.ts';
import { openLanes } from './desk/open-desk.ts';
import { openAlarmDesk } from './desk/order-desk.ts';
import { deviceSignIn } from './device-sign-in.ts';
import { DiskWatch } from './disk-watch.ts';
import type { Device } from './domain/device.ts';
import { ok } from './domain/result.ts';
import { type Archive, archiveEntries } from './followers/archive/archive.ts';
import { openArchive } from './followers/archive/open-archive.ts';
import { takeEvidence } from './followers/evidence/evidence.ts';
import { openEvidence } from './followers/evidence/store.ts';
import type { Follower } from './followers/follower.ts';
import { startLive } from './followers/live/live.ts';
import { FollowerDesk } from './followers/supervision.ts';
import { traceEntries } from './followers/trace.ts';
import type { StreamUrls } from './http/ports.ts';
import { buildHttp } from './http/server.ts';
import type { JournalQueries } from './journal/journal.ts';
import { keepWithin } from './journal/retention.ts';
import { openSqliteJournal, type SqliteJournal } from './journal/sqlite.ts';
import { openMetrics } from './metrics.ts';
import { JournalledRegistry } from './registry/journalled-registry.ts';
import { regionTree } from './registry/region-tree.ts';
import { openVault } from './registry/vault.ts';
import { countPresence, systemPort } from './system-port.ts';

/** What comes from outside the program, so that a test can hand in its own. */
export type Surroundings = Readonly<{
  log: Logger;
  /** Told the first administrator's password once, when it was made up here. */
  announce: (password: string) => void;
  now: () => number;
  random: () => number;
  /** The journal is gone for good: the process must end, for its supervisor to start it again. */
  onLost: (error: unknown) => void;
}>;

export type Gateway = Readonly<{ address: string; mqttUrl: string; stop(): Promise<void> }>;

const CONSOLE_DIR = fileURLToPath(new URL('../console/dist', import.meta.url));

/**
 * The composition root: opens every part, hands each the ports it needs, and stops them in the opposite order.
 * The journal comes first and devices are let in last, when everything that follows a signal is there.
 */
export async function openGateway(settings: Settings, around: Surroundings): Promise<Gateway> {
  if (settings.natsUrl !== undefined) {
    throw new Error(
      'many machines (FENGSUI_NATS_URL) are not spoken yet: leave it out to use the journal of this machine',
    );
  }
  const closing: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    return { ...(await openParts(settings, around, (close) => closing.push(close))), stop };
  } catch (error) {
    await stop(); // what did open is closed again
    throw error;
  }
}

type OnStop = (close: () => Promise<void> | void) => void;

async function openParts(settings: Settings, around: Surroundings, onStop: OnStop): Promise<Omit<Gateway, 'stop'>> {
  const { log, now } = around;
  const { dataDir } = settings;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  chmodSync(dataDir, 0o700);

  const catalogue = loadCatalogue(settings.alarmTypes);
  const regions = regionTree(catalogue.regions, catalogue.borders);
  const metrics = openMetrics();
  const journal = await openSqliteJournal(join(dataDir, 'journal.sqlite'), now, {
    onCommitted: metrics.committed,
    onLost: around.onLost,
    onStorage: (fault) =>
      fault === undefined
        ? log.info('the journal stores entries again')
        : log.error({ fault: fault.kind, reason: fault.text }, 'the journal cannot store entries'),
  });
  onStop(() => journal.close());
  onStop(keepWithin({ journal, keepDays: settings.journal.keepDays, now, log }));
  const { queries } = journal;
  const vault = openVault(join(dataDir, 'vault.key'));
  const registry = new JournalledRegistry({
    journal,
    queries,
    regions,
    vault,
    hasProfile: (profile) => catalogue.profiles.has(profile),
    alarmTypeExists: (code) => catalogue.alarmTypes.has(code),
  });
  const lanes = openLanes(journal, queries);
  const desk = openAlarmDesk(lanes, now);
  const meaningOf = (device: Device, word: string) => definitionOf(catalogue, device, word);
  const intake = new SignalIntake({
    lanes,
    journal,
    findDevice: registry.find,
    definitionOf: meaningOf,
    limitsOf: catalogue.limits,
    presence: registry.presences,
    count: metrics.countIntake,
    newAlarmId: growingAlarmIds(queries, now),
    now,
    clockAllowanceMs: settings.clockAllowanceMs,
    deviceRate: settings.deviceRate,
    log,
  });
  intake.resumeFloods(devicesInFlood(queries));
  onStop(settleFloodsEachSecond(intake, log));

  const cameras = createOnvifAdapter({
    ...around,
    directory: registry,
    intake,
    deviceNetworks: settings.deviceNetworks,
  });
  const video = await startVideoPlane({ deviceNetworks: settings.deviceNetworks, log, now });
  onStop(() => video.stop());
  const archive = openArchive(settings.influx, dataDir, log);
  onStop(() => archive.close());
  const followerDesk = new FollowerDesk({ journal, queries, now });
  const disk = new DiskWatch(dataDir, now);
  onStop(disk.start());
  const following = startFollowers({
    around,
    dataDir,
    onStop,
    journal,
    followerDesk,
    registry,
    desk,
    cameras,
    video,
    archive,
  });
  onStop(watchDeadlines({ lanes, queries, now, log }));

  const access = await openAccess({
    journal,
    queries,
    now,
    log,
    adminPassword: settings.adminPassword,
    city: settings.city,
    announce: around.announce,
  });
  // HTTP listens before devices are let in: until then nobody can be sent a command.
  const mqtt: { current?: MqttAdapter } = {};
  const http = await buildHttp({
    access,
    desk,
    journal,
    queries,
    registry,
    regions,
    commands: { send: (...order) => mqttOf(mqtt).commands.send(...order) },
    commandTimeoutMs: settings.mqtt.commandTimeoutMs,
    cameras: cameraPort(cameras, now),
    video,
    streamUrls: streamUrls(),
    deadLetters: { replay: (topic, payload) => mqttOf(mqtt).replay(topic, payload) },
    archive,
    evidence: { open: (alarm, file) => evidenceFile(dataDir, desk, alarm, file) },
    health: [
      { name: 'journal', fault: () => journal.fault() },
      { name: 'mqtt', fault: () => (mqtt.current?.isConnected() ? undefined : 'the broker is not connected') },
      { name: 'live', fault: () => live.fault() },
    ],
    system: systemPort({ journal, followers: following, followerDesk, mqtt: () => mqtt.current, archive, disk }),
    metrics: metrics.registry,
    consoleDir: CONSOLE_DIR,
    idempotencyFile: join(dataDir, 'answers.sqlite'),
    now,
    log,
  });
  onStop(() => http.close());
  const live = await startLive({ server: http.server, journal, queries, registry, access, now, log });
  onStop(() => live.stop());
  const address = await http.listen({ host: settings.http.host, port: settings.http.port });

  await cameras.start();
  onStop(() => cameras.stop());
  mqtt.current = await startMqtt({
    settings: settings.mqtt,
    intake,
    directory: registry,
    house: codecHouse({
      registry,
      lanes,
      definitionOf: meaningOf,
      pseudonym: vault.pseudonym,
      secret: () => undefined,
    }),
    signIn: deviceSignIn(settings.mqtt.tls, registry),
    sessionFile: join(dataDir, 'mqtt.sqlite'),
    log,
    now,
  });
  onStop(() => mqttOf(mqtt).stop());
  metrics.read({
    journalHead: journal.head,
    followers: following,
    devices: () => countPresence(registry),
    archiveRefused: archive.refused,
    journalWaiting: () => journal.queue().waiting,
    files: {
      journal: join(dataDir, 'journal.sqlite'),
      'journal-wal': join(dataDir, 'journal.sqlite-wal'),
      archive: join(dataDir, 'archive.sqlite'),
    },
    mqtt: () => ({ ...mqttOf(mqtt).stats() }),
    liveClients: live.clients,
  });
  return { address, mqttUrl: mqttOf(mqtt).url };
}

type FollowerParts = Readonly<{
  around: Surroundings;
  dataDir: string;
  onStop: OnStop;
  journal: SqliteJournal;
  followerDesk: FollowerDesk;
  registry: JournalledRegistry;
  desk: AlarmDesk;
  cameras: OnvifAdapter;
  video: VideoPlane;
  archive: Archive;
}>;

/** Floods that were under way when the gateway stopped: more than these end with the devices' next flood. */
function devicesInFlood(queries: JournalQueries): readonly string[] {
  const where = { regions: [], types: [FLAPPING], conditions: ['active'] };
  return queries.alarms({ where, after: undefined, limit: 10_000 }).items.map(({ device }) => device);
}

/** What follows the journal on its own, each from its cursor. */
function startFollowers(parts: FollowerParts): Readonly<Record<string, Follower>> {
  const { around, journal, desk, cameras, video } = parts;
  const stopping = new AbortController();
  const common = {
    ...around,
    journal,
    cursors: journal.cursors,
    supervision: parts.followerDesk,
    stop: stopping.signal,
  };
  const followers = {
    archive: archiveEntries({ ...common, archive: parts.archive, devices: parts.registry }),
    evidence: takeEvidence({
      ...common,
      queries: journal.queries,
      dataDir: parts.dataDir,
      addEvidence: desk.addEvidence,
      takeSnapshot: async (camera) => {
        const source = await cameras.source(camera, 'main');
        return source.ok ? video.snapshot(source.value) : source;
      },
    }),
  };
  const tracing = traceEntries(common);
  parts.onStop(async () => {
    stopping.abort();
    await Promise.all([...Object.values(followers).map(({ done }) => done), tracing]);
  });
  return followers;
}

/** A URL signed before a restart is refused after it: it would have lived for a minute at most. */
function streamUrls(): StreamUrls {
  const key = randomBytes(32);
  return {
    sign: ({ username, ...grant }) => signStreamUrl(key, { ...grant, user: username, path: STREAM_PATHS.wsFlv }),
    verify: (url, at) => {
      const verified = verifyStreamUrl(key, url, at);
      if (!verified.ok) return verified;
      const { camera, quality, user, expiresAt } = verified.value;
      return ok({ camera, quality, username: user, expiresAt });
    },
  };
}

function mqttOf({ current }: { current?: MqttAdapter }): MqttAdapter {
  if (current === undefined) throw new Error('devices are not let in yet');
  return current;
}

async function evidenceFile(dataDir: string, desk: AlarmDesk, id: string, name: string) {
  const alarm = desk.find(id);
  const opened = alarm === undefined ? undefined : await openEvidence(dataDir, alarm, name);
  if (opened?.ok !== true) return undefined;
  return { stream: opened.value.file.createReadStream(), bytes: opened.value.bytes };
}
