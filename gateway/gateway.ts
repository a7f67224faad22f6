import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadFamilies } from '../adapters/codec/load-families.ts';
import { type MqttAdapter, startMqtt } from '../adapters/mqtt/mqtt.ts';
import { createOnvifAdapter } from '../adapters/onvif/adapter.ts';
import { loadCatalogue } from '../config/catalogue.ts';
import { readLines } from '../config/lines.ts';
import type { Settings } from '../config/settings.ts';
import { startVideoPlane } from '../streams/plane.ts';
import { burnIn } from '../streams/watermark.ts';
import { openAccess } from './access/access.ts';
import { Announcements } from './announcements.ts';
import { cameraPort } from './camera-port.ts';
import { codecHouse } from './codec-house.ts';
import { withProfilesOf } from './codec-profiles.ts';
import { growingAlarmIds } from './desk/alarm-ids.ts';
import { rememberingDefinitions } from './desk/alarm-type.ts';
import { ownDevice } from './desk/broker-watch.ts';
import { watchDeadlines } from './desk/deadlines.ts';
import { devicesInFlood } from './desk/devices-in-flood.ts';
import { settleFloodsEachSecond } from './desk/flood-timer.ts';
import { SignalIntake } from './desk/intake.ts';
import { openLanes } from './desk/open-desk.ts';
import { openAlarmDesk } from './desk/order-desk.ts';
import { watchDuration } from './desk/regrading.ts';
import { deviceCommands } from './device-commands.ts';
import { deviceSignIn } from './device-sign-in.ts';
import { DiscoveryDesk } from './discovery-desk.ts';
import { DiskWatch } from './disk-watch.ts';
import { openEvidenceHouse, ringOf } from './evidence-house.ts';
import { openArchive } from './followers/archive/open-archive.ts';
import { startLive } from './followers/live/live.ts';
import { FollowerDesk } from './followers/supervision.ts';
import { archiveHours } from './followers/values/hours.ts';
import { openValues } from './followers/values/values.ts';
import { heartRules, silenceOf, watchSilence } from './heart-rules.ts';
import { buildHttp } from './http/server.ts';
import { keepWithin } from './journal/retention.ts';
import { openSqliteJournal } from './journal/sqlite.ts';
import { openLinkageHouse } from './linkage-house.ts';
import { filesIn, openMetrics } from './metrics.ts';
import { openOnboarding } from './onboarding-house.ts';
import { openPatrolHouse } from './patrol-house.ts';
import { openPushHouse } from './push-house.ts';
import { JournalledRegistry } from './registry/journalled-registry.ts';
import { LineBook } from './registry/line-book.ts';
import { regionTree } from './registry/region-tree.ts';
import { openVault } from './registry/vault.ts';
import { startFollowers } from './start-followers.ts';
import { streamUrls } from './stream-urls.ts';
import type { OnStop, Surroundings } from './surroundings.ts';
import { countPresence, systemPort } from './system-port.ts';
import { openVendorHouse } from './vendor-house.ts';
import { openWorkOrderHouse } from './work-order-house.ts';

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

async function openParts(settings: Settings, around: Surroundings, onStop: OnStop): Promise<Omit<Gateway, 'stop'>> {
  const { log, now } = around;
  const { dataDir } = settings;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  chmodSync(dataDir, 0o700);

  const catalogue = withProfilesOf(await loadFamilies(settings.mqtt), loadCatalogue(settings.alarmTypes));
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
  const lines = new LineBook(settings.linesFile === undefined ? catalogue.lines : readLines(settings.linesFile));
  onStop(
    lines.follow(
      registry,
      registry.list(undefined, Number.POSITIVE_INFINITY, () => true),
    ),
  );
  const lanes = openLanes(journal, queries);
  const patrol = openPatrolHouse({
    ...around,
    settings: settings.patrol,
    dataDir,
    journal,
    lines,
    metrics: metrics.registry,
    desk: () => desk,
    intake: () => intake,
  });
  const desk = openAlarmDesk(lanes, now, patrol.tasks);
  const workOrders = openWorkOrderHouse({ ...around, journal, registry, lines, metrics: metrics.registry, onStop });
  const meaningOf = rememberingDefinitions(catalogue);
  const own = ownDevice(settings.city);
  const rules = heartRules({ rules: settings.rules, queries, lanes, registry, lines });
  const intake = new SignalIntake({
    lanes,
    rules,
    isJudgedBySilence: (device) => silenceOf(catalogue, device) !== undefined,
    journal,
    findDevice: (id) => registry.find(id) ?? (id === own.id ? own : patrol.post(id)),
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
    push: settings.onvif.push,
    certificatesFile: join(dataDir, 'camera-certificates.json'),
  });
  const discovery = new DiscoveryDesk({ cameras, directory: registry, now, log });
  onStop(() => discovery.stop());

  const ring = ringOf(settings.evidence);
  const { deviceNetworks, webrtc, rtmp, transcode } = settings;
  const video = await startVideoPlane({ deviceNetworks, ring, webrtc, rtmp, ...transcode, log, now });
  onStop(() => video.stop());
  const archive = openArchive(settings.influx, dataDir, log, { ...settings.archive, now });
  onStop(() => archive.close());
  const values = openValues(join(dataDir, 'values.sqlite'));
  onStop(() => values.close());
  onStop(archiveHours({ values, archive, devices: registry, now, log }));
  const followerDesk = new FollowerDesk({ journal, queries, now });
  const disk = new DiskWatch(dataDir, now);
  onStop(disk.start());
  const evidence = await openEvidenceHouse({
    settings: settings.evidence,
    dataDir,
    catalogue,
    registry,
    desk,
    queries,
    cameras,
    video,
    now,
    log,
    onStop,
  });
  // HTTP listens before devices are let in: until then nobody can be sent a command.
  const mqtt: { current?: MqttAdapter } = {};
  const announcements = new Announcements(dataDir);
  const commands = deviceCommands(registry.find, cameras, video, announcements.sound, () => mqttOf(mqtt).commands);
  const steered = cameraPort(cameras, now);
  const { ptz } = steered;
  const linkage = openLinkageHouse({ settings: settings.linkages, registry, lines, lanes, journal, ptz, commands });
  const following = startFollowers({
    around,
    onStop,
    journal,
    followerDesk,
    registry,
    evidence,
    linkage,
    archive,
    values,
    workOrders,
  });
  onStop(watchDeadlines({ lanes, queries, now, log }));
  const lasting = { rules: settings.rules.overrides, site: rules.site, findDevice: registry.find };
  onStop(watchDuration({ ...lasting, definitionOf: meaningOf, lanes, queries, now, log }));

  const access = await openAccess({
    journal,
    queries,
    now,
    log,
    adminPassword: settings.adminPassword,
    city: settings.city,
    announce: around.announce,
  });
  const secret = (family: string) => settings.vendors.secrets[family];
  const house = codecHouse({ registry, lanes, definitionOf: meaningOf, pseudonym: vault.pseudonym, secret });
  const { vendors, deadLetters } = await openVendorHouse(
    {
      ...around,
      settings: settings.vendors,
      deviceNetworks: settings.deviceNetworks,
      intake,
      directory: registry,
      house,
    },
    () => mqttOf(mqtt),
  );
  const liveFault = (): string | undefined => live.fault();
  const onboarding = openOnboarding({ ...around, registry, journal, vault, intake, cameras, video, liveFault, onStop });
  const http = await buildHttp({
    access,
    desk,
    journal,
    queries,
    registry,
    regions,
    lines,
    places: rules.places,
    commands,
    announcements,
    commandTimeoutMs: settings.mqtt.commandTimeoutMs,
    cameras: steered,
    discovery,
    onboarding,
    video,
    streamUrls: streamUrls(randomBytes(32)),
    ...{ vendors, deadLetters, archive, values },
    evidence: evidence.files,
    watermark: burnIn,
    patrol: patrol.port(evidence.files),
    workOrders: workOrders.desk,
    push: openPushHouse({ registry, vault, video, intake, rtmp, onStop, log }),
    health: [
      { name: 'journal', fault: () => journal.fault() },
      { name: 'mqtt', fault: () => (mqtt.current?.isConnected() ? undefined : 'the broker is not connected') },
      { name: 'live', fault: liveFault },
    ],
    system: systemPort({
      ...{ journal, followers: following, followerDesk, archive, keeping: evidence.keeping, disk },
      mqtt: () => mqtt.current,
      linkagesOff: settings.linkages.off,
    }),
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
  evidence.arm();
  mqtt.current = await startMqtt({
    settings: settings.mqtt,
    intake,
    directory: registry,
    house,
    signIn: deviceSignIn(settings.mqtt.tls, registry),
    sessionFile: join(dataDir, 'mqtt.sqlite'),
    log,
    now,
  });
  onStop(() => mqttOf(mqtt).stop());
  linkage.arm();
  onStop(patrol.start());
  const isBrokerThere = () => mqttOf(mqtt).isConnected();
  onStop(watchSilence({ catalogue, registry, intake, isBrokerThere, now, log }));
  await vendors.start();
  onStop(() => vendors.stop());
  metrics.read({
    journalHead: journal.head,
    followers: following,
    devices: () => countPresence(registry),
    archiveRefused: archive.refused,
    journalWaiting: () => journal.queue().waiting,
    files: filesIn(dataDir),
    mqtt: () => ({ ...mqttOf(mqtt).stats() }),
    vendors: vendors.stats,
    liveClients: live.clients,
  });
  return { address, mqttUrl: mqttOf(mqtt).url };
}

function mqttOf({ current }: { current?: MqttAdapter }): MqttAdapter {
  if (current === undefined) throw new Error('devices are not let in yet');
  return current;
}
