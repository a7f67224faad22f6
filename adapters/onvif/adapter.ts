import type { Logger } from 'pino';
import {
  type ClipWindow,
  type FoundCamera,
  mayBeHeard,
  type PtzAbilities,
  type PtzAct,
  type Quality,
  type RecordedSpan,
  type StreamSource,
} from '../../gateway/domain/camera.ts';
import type { CommandFault } from '../../gateway/domain/command.ts';
import type { Connection, Device, DeviceDirectory, DeviceId } from '../../gateway/domain/device.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import type { Intake } from '../../gateway/domain/signal.ts';
import { type CameraNetworks, createCameraNetworks } from './address.ts';
import { type CameraPorts, type CameraStatus, type OnvifCamera, startOnvifCamera } from './camera.ts';
import { type CameraFault, cameraFault } from './camera-fault.ts';
import { CertificatePins } from './certificates.ts';
import { runCommand } from './commands.ts';
import type { CameraDescription } from './control.ts';
import type { DeviceInformation } from './device-information.ts';
import { type ProbeOptions, probe } from './discovery.ts';
import { EVENT_TIMES, type EventTimes } from './event-ports.ts';
import { urlOf } from './link.ts';
import { tryLogin } from './login.ts';
import { warnOfOpenFiles } from './open-files.ts';
import { Pace } from './pace.ts';
import { changePassword } from './password.ts';
import { PushDoor, type PushSettings } from './push-door.ts';
import { ModelQuirks } from './quirks.ts';
import { createRtspCameras } from './rtsp-only.ts';
import { KNOCK_TIMES, type KnockTimes, RtspPresence } from './rtsp-presence.ts';
import { type ScanOptions, scan } from './scan.ts';
import { createTransport } from './transport.ts';

/** Southbound ONVIF and plain RTSP cameras: their events to the intake, and what is asked of them. */
export interface OnvifAdapter {
  /** Resolves when the cameras that are known have been started, paced; what changes later is followed. */
  start(): Promise<void>;
  /** Resolves when every camera has its subscription back, or could not take it within its time. */
  stop(): Promise<void>;
  describe(id: DeviceId): Promise<Result<CameraDescription, CameraFault>>;
  /** A stream for the video plane, on the host that the operator entered. */
  source(id: DeviceId, quality: Quality): Promise<Result<StreamSource, CameraFault>>;
  ptz(id: DeviceId, act: PtzAct): Promise<Result<void, CameraFault>>;
  /** `not-supported` for a camera that cannot turn. */
  /** What the camera, or the recorder that it is, kept of this time (Profile G), oldest first. */
  recordings(id: DeviceId, window: ClipWindow): Promise<Result<readonly RecordedSpan[], CameraFault>>;
  /** Where a recording is played from. */
  replay(id: DeviceId, recording: string): Promise<Result<StreamSource, CameraFault>>;
  ptzAbilities(id: DeviceId): Promise<Result<PtzAbilities, CameraFault>>;
  /** A relay, inputs, imaging, recordings, as `commands.ts` lists them. */
  command(
    id: DeviceId,
    name: string,
    args: unknown,
  ): Promise<Result<Readonly<{ result?: unknown; error?: string }>, CommandFault>>;
  /** A JPEG of at most 8 MB by the camera's own snapshot address. */
  snapshot(id: DeviceId): Promise<Result<Uint8Array, CameraFault>>;
  status(): readonly CameraStatus[];
  /** Signs in once with what is given, whatever the registry holds. */
  tryLogin(connection: Connection): Promise<Result<DeviceInformation, CameraFault>>;
  /** A fault with a `code` is the camera's own word: nothing has changed. Without one it may have. */
  changePassword(connection: Connection, password: string): Promise<Result<void, CameraFault>>;
  /** Looks for cameras, by WS-Discovery and in the given ranges. It proposes: nothing is added or signed in to. */
  discover(search: CameraSearch): AsyncIterable<FoundCamera>;
}

export type CameraSearch = Omit<ProbeOptions, 'networks'> & Pick<ScanOptions, 'ranges' | 'ports' | 'onAsked'>;

/** Addresses asked in a second while ranges are scanned: a /16 takes 22 minutes. */
const SCAN_PER_SECOND = 50;

export type OnvifAdapterPorts = Readonly<{
  directory: DeviceDirectory;
  intake: Intake;
  /** Networks (CIDR) in which cameras may be called. */
  deviceNetworks: readonly string[];
  log: Logger;
  now: () => number;
  /** From 0 to below 1, as Math.random. */
  random: () => number;
  /** Cameras started or stopped in a second. */
  pace?: number;
  /** Keeps the certificates of cameras that are called by https; left out, each start trusts the first it sees. */
  certificatesFile?: string | undefined;
  /** Where cameras without pull-points bring their events; left out, nobody listens. */
  push?: PushSettings | undefined;
  times?: Partial<EventTimes>;
  knockTimes?: KnockTimes;
}>;

/** A city's cameras behind one switch come back together: this many a second keep its network and ours calm. */
const PACE = 200;
const ONVIF = 'onvif';
const RTSP = 'rtsp';

export function createOnvifAdapter(ports: OnvifAdapterPorts): OnvifAdapter {
  const networks = createCameraNetworks(ports.deviceNetworks);
  const pins = new CertificatePins(ports.certificatesFile);
  const transport = createTransport(networks, pins);
  const times = { ...EVENT_TIMES, ...ports.times };
  const pace = new Pace(ports.pace ?? PACE);
  const push = ports.push === undefined ? undefined : new PushDoor(ports.push, ports.log);
  const cameras = new Cameras(ports.directory, { ...ports, transport, times, quirks: new ModelQuirks(), push }, pace);
  const presence = new RtspPresence({ ...ports, networks, pace, times: ports.knockTimes ?? KNOCK_TIMES });
  const rtsp = createRtspCameras(ports.directory, networks);
  const unknown = (id: DeviceId) => failed(cameraFault('unknown-device', `no camera ${id}`));
  const noOnvif = (id: DeviceId) =>
    rtsp.has(id) ? failed(cameraFault('not-supported', 'an RTSP-only camera')) : unknown(id);
  let unfollow: (() => void) | undefined;
  return {
    start: async () => {
      warnOfOpenFiles(ports.directory.byProfile(ONVIF).length, ports.log);
      await push?.open();
      unfollow = ports.directory.onChange((id) => {
        presence.changed(id);
        void cameras.changed(id);
      });
      for (const { id } of ports.directory.byProfile(RTSP)) presence.changed(id);
      await Promise.all(ports.directory.byProfile(ONVIF).map(({ id }) => cameras.changed(id)));
    },
    stop: async () => {
      unfollow?.();
      await Promise.all([cameras.stop(), presence.stop()]);
      await push?.close();
      transport.close();
    },
    describe: async (id) => (await cameras.find(id)?.control.describe()) ?? rtsp.describe(id) ?? unknown(id),
    source: async (id, quality) => {
      const found =
        (await cameras.find(id)?.control.source(quality)) ?? (await rtsp.source(id, quality)) ?? unknown(id);
      return found.ok && mayBeHeard(ports.directory.find(id) ?? {}) ? ok({ ...found.value, sound: true }) : found;
    },
    ptz: async (id, act) => (await cameras.find(id)?.control.steering.act(act)) ?? noOnvif(id),
    recordings: async (id, window) => (await cameras.find(id)?.control.recorded(window)) ?? noOnvif(id),
    replay: async (id, recording) => (await cameras.find(id)?.control.replaySource(recording)) ?? noOnvif(id),
    ptzAbilities: async (id) => (await cameras.find(id)?.control.steering.abilities()) ?? noOnvif(id),
    command: async (id, name, args) => {
      if (name === TRUST) return await trust(ports.directory.find(id), networks, pins);
      const state = name === STATE ? cameras.status().find(({ device }) => device === id) : undefined;
      if (state !== undefined) return ok({ result: state });
      const control = cameras.find(id)?.control;
      if (control !== undefined) return await runCommand(control, name, args);
      return failed({ reason: 'not-connected', text: `no camera ${id} by ONVIF` });
    },
    snapshot: async (id) => (await cameras.find(id)?.control.snapshot()) ?? noOnvif(id),
    changePassword: (connection, password) => changePassword(connection, password, transport, ports.now),
    tryLogin: (connection) => tryLogin(connection, transport, ports.now),
    status: () => [...cameras.status(), ...rtsp.status()],
    discover: async function* (search) {
      yield* probe({ ...search, networks });
      yield* scan({ ...search, transport, perSecond: SCAN_PER_SECOND });
    },
  };
}

/** The certificate that a camera shows next is taken for its own: it was replaced, or reset. */
const TRUST = 'trust-certificate';
/** How its events are, what became no report, and which topics nobody has a rule for. */
const STATE = 'state';

async function trust(
  device: Device | undefined,
  networks: CameraNetworks,
  pins: CertificatePins,
): Promise<Result<Readonly<{ error?: string }>, CommandFault>> {
  const url = urlOf(device?.connection, ['https:']);
  if (url === undefined) return failed({ reason: 'not-supported', text: 'only for a camera that is called by https' });
  const at = await networks.admit(url.hostname);
  if (!at.ok) return failed({ reason: 'not-connected', text: at.error.text });
  pins.forget(`${at.value}:${url.port === '' ? '443' : url.port}`);
  return ok({});
}

type Running = Readonly<{ camera: OnvifCamera; connection: Connection }>;

/** The running cameras, kept as the directory has them; changes of one device are done one after the other. */
class Cameras {
  readonly #directory: DeviceDirectory;
  readonly #ports: CameraPorts;
  readonly #pace: Pace;
  readonly #running = new Map<DeviceId, Running>();
  readonly #refused = new Map<DeviceId, CameraStatus>();
  readonly #changing = new Map<DeviceId, Promise<void>>();
  #isStopped = false;

  constructor(directory: DeviceDirectory, ports: CameraPorts, pace: Pace) {
    this.#directory = directory;
    this.#ports = ports;
    this.#pace = pace;
  }

  find = (id: DeviceId): OnvifCamera | undefined => this.#running.get(id)?.camera;

  status = (): readonly CameraStatus[] => [
    ...[...this.#running.values()].map(({ camera }) => camera.status()),
    ...this.#refused.values(),
  ];

  /** Brings one camera to what the directory says of it now. */
  changed(id: DeviceId): Promise<void> {
    const before = this.#changing.get(id) ?? Promise.resolve();
    const change = before
      .then(() => this.#bring(id))
      .catch((error: unknown) => {
        this.#ports.log.error({ device: id, err: error }, 'camera could not be started or stopped'); // and no other is touched
      });
    this.#changing.set(id, change);
    return change.finally(() => {
      if (this.#changing.get(id) === change) this.#changing.delete(id);
    });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all([...this.#running.keys()].map((id) => this.changed(id)));
    await Promise.all(this.#changing.values());
  }

  async #bring(id: DeviceId): Promise<void> {
    const wanted = this.#wanted(id);
    const running = this.#running.get(id);
    if (running !== undefined && isSame(running.connection, wanted)) return;
    this.#refused.delete(id);
    if (running === undefined && wanted === undefined) return;
    this.#running.delete(id); // nobody is served by a camera that is on its way out
    await this.#pace.turn();
    await running?.camera.stop();
    if (wanted !== undefined && !this.#isStopped) this.#begin(id, wanted);
  }

  #begin(id: DeviceId, connection: Connection): void {
    const known = this.#directory.find(id);
    if (known === undefined) return;
    if (urlOf(connection, ['http:', 'https:']) === undefined) {
      const fault = 'bad-answer: connection.url must be http:// or https://';
      this.#refused.set(id, { device: id, state: 'bad-connection', since: this.#ports.now(), fault });
      return;
    }
    const device = (): Device => this.#directory.find(id) ?? known; // removed: its last record, until it has stopped
    this.#running.set(id, { camera: startOnvifCamera(device, connection, this.#ports), connection });
  }

  #wanted(id: DeviceId): Connection | undefined {
    const device = this.#isStopped ? undefined : this.#directory.find(id);
    return device?.profile === ONVIF && device.enabled ? device.connection : undefined;
  }
}

const isSame = (running: Connection, wanted: Connection | undefined): boolean =>
  running.url === wanted?.url && running.username === wanted.username && running.password === wanted.password;
