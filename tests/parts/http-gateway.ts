import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import pino from 'pino';
import { Registry } from 'prom-client';
import { io, type Socket } from 'socket.io-client';
import { uuidv7 } from 'uuidv7';
import { loadCatalogue } from '../../config/catalogue.ts';
import { type Access, openAccess } from '../../gateway/access/access.ts';
import { Announcements } from '../../gateway/announcements.ts';
import { definitionOf } from '../../gateway/desk/alarm-type.ts';
import { SignalIntake } from '../../gateway/desk/intake.ts';
import { openLanes } from '../../gateway/desk/open-desk.ts';
import { openAlarmDesk } from '../../gateway/desk/order-desk.ts';
import { PlaceRules } from '../../gateway/desk/place-rules.ts';
import type { Alarm } from '../../gateway/domain/alarm.ts';
import type { CommandFault, DeviceReply } from '../../gateway/domain/command.ts';
import type { PatrolPlan } from '../../gateway/domain/patrol.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import type { Signal } from '../../gateway/domain/signal.ts';
import { evidenceFiles } from '../../gateway/followers/evidence/files.ts';
import { type Live, startLive } from '../../gateway/followers/live/live.ts';
import { FollowerDesk } from '../../gateway/followers/supervision.ts';
import type { HttpPorts } from '../../gateway/http/ports.ts';
import { buildHttp } from '../../gateway/http/server.ts';
import { openSqliteJournal, type SqliteJournal } from '../../gateway/journal/sqlite.ts';
import { type OnboardingPorts, openOnboarding } from '../../gateway/onboarding-house.ts';
import { openPatrolHouse } from '../../gateway/patrol-house.ts';
import { PtzDesk } from '../../gateway/ptz-desk.ts';
import { JournalledRegistry } from '../../gateway/registry/journalled-registry.ts';
import { LineBook } from '../../gateway/registry/line-book.ts';
import { regionTree } from '../../gateway/registry/region-tree.ts';
import { openVault } from '../../gateway/registry/vault.ts';
import { streamUrls } from '../../gateway/stream-urls.ts';
import { openWorkOrderHouse } from '../../gateway/work-order-house.ts';
import { burnIn } from '../../streams/watermark.ts';
import { type Answered, Api, signIn } from './api.ts';
import { DEVICES } from './http-devices.ts';
import { NO_CAMERAS } from './no-cameras.ts';
import { quietSystem } from './quiet-system.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { secret, secretKey } from './told.ts';

type OnFinished = (end: () => Promise<void>) => void;

export const ADMIN_PASSWORD = secret('beacon-on-the-hill');
export const CITY = '360900000000';
export const YUANZHOU = '360902000000';
export const ZHANGSHU = '360982000000';
const SETUP = { name: 'setup', centre: undefined };

export type CommandAnswer = Result<DeviceReply, CommandFault>;
export type GatewayOptions = Readonly<{
  folder?: string;
  gathersLive?: boolean;
  plans?: readonly PatrolPlan[];
  ports?: Partial<HttpPorts>;
  cameras?: OnboardingPorts['cameras'];
}>;

/** The HTTP and live side over the real journal, registry and desk; cameras and device answers are the test's. */
export async function startHttpGateway(onFinished: OnFinished, options: GatewayOptions = {}) {
  const folder = options.folder ?? (await temporaryFolder(onFinished));
  let offsetMs = 0;
  const now = () => Date.now() + offsetMs;
  const log = pino({ level: process.env['FENGSUI_TEST_LOG'] ?? 'silent' });
  const journal = await openSqliteJournal(join(folder, 'journal.sqlite'), now);
  const catalogue = loadCatalogue();
  const regions = regionTree(catalogue.regions, catalogue.borders);
  const vault = openVault(join(folder, 'vault.key'));
  secretKey(join(folder, 'vault.key'));
  const registry = new JournalledRegistry({
    journal,
    queries: journal.queries,
    vault,
    regions,
    hasProfile: (profile) => catalogue.profiles.has(profile),
    alarmTypeExists: (code) => catalogue.alarmTypes.has(code),
  });
  const lines = new LineBook(catalogue.lines);
  lines.follow(registry, []);
  for (const device of DEVICES)
    if (registry.find(device.id) === undefined) await registry.put(device, undefined, SETUP);
  const lanes = openLanes(journal, journal.queries);
  const metrics = new Registry();
  const plans = options.plans ?? [];
  const patrol = openPatrolHouse({
    settings: { plans },
    dataDir: folder,
    journal,
    lines,
    metrics,
    desk: () => desk,
    intake: () => intake,
    now,
    log,
  });
  const desk = openAlarmDesk(lanes, now, patrol.tasks);
  const intake = new SignalIntake({
    lanes,
    journal,
    findDevice: (id) => registry.find(id) ?? patrol.post(id),
    definitionOf: (device, word) => definitionOf(catalogue, device, word),
    limitsOf: catalogue.limits,
    presence: registry.presences,
    count: () => undefined,
    newAlarmId: uuidv7,
    now,
    clockAllowanceMs: 120_000,
    deviceRate: { perSecond: 1_000, burst: 10_000 },
    log,
  });
  const access = await openAccess({
    journal,
    queries: journal.queries,
    now,
    log,
    adminPassword: ADMIN_PASSWORD,
    city: CITY,
    announce: () => undefined,
  });
  const endings: (() => Promise<void> | void)[] = [];
  const cameras = options.cameras ?? NO_CAMERAS;
  const onStop = (end: () => Promise<void> | void): unknown => endings.push(end);
  const liveFault = (): string | undefined => live.fault();
  const workOrders = openWorkOrderHouse({ journal, registry, lines, metrics, onStop, now, log });
  const onboarding = openOnboarding({
    ...{ registry, journal, vault, intake, now, log, cameras, liveFault, onStop },
    video: { onState: () => () => undefined },
  });
  const sent: string[] = [];
  const viewed: string[] = [];
  const world = { answer: ok({ id: 'c1', ok: true }) as CommandAnswer, sent, viewed };
  const evidence = evidenceFiles(folder, desk);
  const http = await buildHttp({
    access,
    desk,
    journal,
    queries: journal.queries,
    registry,
    regions,
    lines,
    places: new PlaceRules([], []),
    commands: {
      send: async (device, { name }) => {
        sent.push(`${device} ${name}`);
        return world.answer;
      },
    },
    announcements: new Announcements(folder),
    commandTimeoutMs: 1_000,
    cameras: {
      sourceOf: async (camera, quality) => ok({ camera, quality, connection: { url: 'rtsp://127.0.0.1:1/' } }),
      streamsOf: async () =>
        ok([
          { quality: 'main', codec: 'h264' },
          { quality: 'sub', codec: 'h264' },
        ]),
      replayOf: async () => failed({ reason: 'not-supported', text: 'no recorder' }),
      recordings: async () => failed({ reason: 'not-supported', text: 'no recorder' }),
      ptzAbilities: async () => ok({ turns: true, zoomsTo: true, presets: [{ token: '1', name: '道口' }] }),
      ptz: new PtzDesk(async (camera, { act }) => {
        sent.push(`${camera} ${act}`);
        return ok(undefined);
      }, now),
    },
    discovery: { start: () => true, status: () => undefined },
    onboarding,
    video: {
      view: async (_viewing, { source }, _request, socket) => {
        viewed.push(`${source.camera}/${source.quality}`);
        socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n');
      },
      viewWall: async (_viewing, _request, socket) => {
        viewed.push('wall');
        socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n');
      },
      viewBare: async () => failed({ reason: 'silent', text: 'a gateway without cameras' }),
      end: () => undefined,
      onTile: () => undefined,
      onEnded: () => undefined,
      viewTalk: async (_viewing, _source, _request, socket) => void socket.destroy(),
      hasWebRtc: false,
      viewWebRtc: async () => failed({ reason: 'busy', text: 'no WebRTC here' }),
      snapshot: async () => ok({ jpeg: Uint8Array.of(0xff, 0xd8, 0xff), at: now(), width: 1, height: 1 }),
    },
    streamUrls: streamUrls(randomBytes(32)),
    vendors: { push: async () => ({ status: 200, body: {} }), verify: () => ({ status: 404, body: {} }) },
    deadLetters: { replay: async () => ok(undefined) },
    archive: {
      find: async (alarm, around) => [
        { measurement: 'alarm', at: around, seq: 1, alarm, values: { region: YUANZHOU, count: 1 } },
      ],
    },
    values: { of: (device) => (device === 'yz-fence-k812' ? [{ name: 'rail', value: 21.5, at: now() }] : []) },
    evidence,
    watermark: burnIn,
    patrol: patrol.port(evidence),
    workOrders: workOrders.desk,
    push: { addressOf: () => undefined },
    health: [],
    system: quietSystem(new FollowerDesk({ journal, queries: journal.queries, now })),
    metrics,
    consoleDir: join(folder, 'console'),
    idempotencyFile: join(folder, 'idempotency.sqlite'),
    now,
    log,
    ...options.ports,
  });
  const live: Live = await startLive({
    server: http.server,
    journal,
    queries: journal.queries,
    registry,
    access,
    now,
    log,
  });
  await http.listen({ host: '127.0.0.1', port: 0 });
  const { port } = http.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  let isStopped = false;
  const stop = async (): Promise<void> => {
    if (isStopped) return;
    isStopped = true;
    for (const end of endings) await end();
    await live.stop();
    await http.close();
    await journal.close();
  };
  onFinished(stop);

  async function raise(signal: Partial<Signal> = {}): Promise<Alarm> {
    const device = signal.device ?? 'yz-fence-k812';
    const type = signal.type ?? 'railway.perimeter.intrusion';
    await intake.accept([{ kind: 'signal', device, type, id: uuidv7(), active: true, ...signal }]);
    const [alarm] = journal.queries.alarms({
      where: { regions: [], devices: [device] },
      after: undefined,
      limit: 1,
    }).items;
    if (alarm === undefined) throw new Error('no alarm was raised');
    return alarm;
  }

  /** Moves the gateway's clock on. */
  function advance(ms: number): void {
    offsetMs += ms;
  }

  const gateway = {
    url,
    port,
    folder,
    http,
    live,
    access,
    desk,
    journal,
    registry,
    intake,
    patrol,
    workOrders,
    metrics,
    world,
    now,
    stop,
    raise,
    advance,
  };
  return { ...gateway, as: (username: string, password: string) => signIn(url, username, password) };
}
export type HttpGateway = Awaited<ReturnType<typeof startHttpGateway>>;
export { type Access, type Answered, Api, type SqliteJournal, signIn };

/** An account made by the administrator, and its way in. */
export async function person(gateway: HttpGateway, username: string, more: Record<string, unknown> = {}): Promise<Api> {
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  const password = secret(`password of ${username}`);
  const body = { username, password, role: 'dispatcher', regions: [YUANZHOU], ...more };
  const made = await admin.post('/users', body);
  if (made.status !== 201) throw new Error(`the account was not made: ${JSON.stringify(made.body)}`);
  return gateway.as(username, password);
}

/** A connection to /live, closed when the test ends. */
export function openSocket(
  onFinished: (end: () => void) => void,
  url: string,
  token: string | undefined,
  more = {},
): Socket {
  const options = { transports: ['websocket'], auth: { token }, forceNew: true, reconnection: false, ...more };
  const socket = io(`${url}/live`, options);
  onFinished(() => void socket.disconnect());
  return socket;
}

export async function connected(socket: Socket): Promise<Socket> {
  if (!socket.connected) await once(socket as never, 'connect');
  return socket;
}
