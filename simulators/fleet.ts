import { randomBytes } from 'node:crypto';
import { type SimulatedCamera, startCamera } from './camera/camera.ts';
import { type AccessController, startAccessController } from './devices/access-controller.ts';
import { type CattleCollar, startCattleCollar } from './devices/cattle-collar.ts';
import { type Loudspeaker, startLoudspeaker } from './devices/loudspeaker.ts';
import type { DeviceOptions } from './devices/mqtt-device.ts';
import { type RailwayFence, startRailwayFence } from './devices/railway-fence.ts';
import { type DeviceRecord, FLEET, type FleetMember } from './fleet-records.ts';

export { type DeviceRecord, FLEET } from './fleet-records.ts';

export type FleetOptions = Readonly<{
  mqttUrl: string;
  /** Where drawn scenes are kept from start to start. */
  cacheDir?: string;
  /** Of the cameras: `operator` and a fresh password, unless given. */
  username?: string;
  password?: string;
  /** What a device signs in with at the broker, beside its id; left out, it comes without. */
  secretOf?: (id: string) => string | undefined;
  /**
   * Called with the records once the cameras are up, before any MQTT device comes online: a gateway that does not know
   * a device yet would set its first words aside.
   */
  register?: (records: readonly DeviceRecord[]) => Promise<void>;
}>;

export type Fleet = Readonly<{
  /** Every device with its connection, ready for the registry. */
  records: readonly DeviceRecord[];
  cameras: ReadonlyMap<string, SimulatedCamera>;
  access: AccessController;
  fence: RailwayFence;
  collar: CattleCollar;
  speaker: Loudspeaker;
  stop(): Promise<void>;
}>;

type Running = Readonly<{ stop(): Promise<void> }>;

/** Starts all of `FLEET`. Whatever had started is stopped again when one of them cannot start. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const running: Running[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(running.splice(0).map((one) => one.stop()));
  };
  try {
    return { ...(await startAll(options, running)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startAll(options: FleetOptions, running: Running[]): Promise<Omit<Fleet, 'stop'>> {
  const credentials = {
    username: options.username ?? 'operator',
    password: options.password ?? randomBytes(12).toString('base64url'),
  };
  const noted = async <T extends Running>(starting: Promise<T>): Promise<T> => {
    const started = await starting;
    running.push(started);
    return started;
  };
  const cameras = new Map<string, SimulatedCamera>();
  for (const member of FLEET) {
    const starting = startFleetCamera(member, { ...options, ...credentials });
    if (starting !== undefined) cameras.set(member.record.id, await noted(starting));
  }
  const records = FLEET.map(({ record }) => connected(record, cameras.get(record.id), credentials));
  await options.register?.(records);
  const [access, fence, collar, speaker] = await Promise.all([
    noted(startAccessController(deviceOptions('access', options))),
    noted(startRailwayFence(deviceOptions('fence', options))),
    noted(startCattleCollar(deviceOptions('collar', options))),
    noted(startLoudspeaker(deviceOptions('speaker', options))),
  ]);
  return { records, cameras, access, fence, collar, speaker };
}

type CameraSettings = Readonly<{ username: string; password: string; cacheDir?: string }>;

/** Undefined for a member that is no camera. */
function startFleetCamera(
  { record, stand }: FleetMember,
  { username, password, cacheDir }: CameraSettings,
): Promise<SimulatedCamera> | undefined {
  if (stand.as !== 'camera') return undefined;
  return startCamera({
    id: record.id,
    name: record.name,
    username,
    password,
    scene: stand.scene,
    hasPtz: stand.hasPtz,
    hasMicrophone: stand.hasMicrophone === true,
    rtspOnly: record.profile === 'rtsp',
    ...(cacheDir !== undefined && { cacheDir }),
  });
}

/** The record with the way to its device. A camera's RTSP port differs from its ONVIF port, so it is named. */
function connected(
  record: DeviceRecord,
  camera: SimulatedCamera | undefined,
  credentials: Readonly<{ username: string; password: string }>,
): DeviceRecord {
  if (camera === undefined) return record;
  const rtsp = camera.rtspUrl('main');
  if (record.profile === 'rtsp') {
    return { ...record, connection: { url: rtsp, ...credentials }, tags: [`sub:${camera.rtspUrl('sub')}`] };
  }
  const tags = [...(record.tags ?? []), `port:${new URL(rtsp).port}`];
  return { ...record, connection: { url: camera.onvifUrl, ...credentials }, tags };
}

function deviceOptions(
  as: 'access' | 'fence' | 'collar' | 'speaker',
  { mqttUrl, secretOf }: FleetOptions,
): DeviceOptions {
  const id = FLEET.find(({ stand }) => stand.as === as)?.record.id;
  if (id === undefined) throw new Error(`the fleet has no ${as}`);
  const password = secretOf?.(id);
  return { mqttUrl, id, ...(password !== undefined && { username: id, password }) };
}
