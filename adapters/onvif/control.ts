import type { ClipWindow, PtzAbilities, Quality, RecordedSpan, StreamSource } from '../../gateway/domain/camera.ts';
import type { Connection, Device, DeviceId } from '../../gateway/domain/device.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import { pathOf, streamUrl } from './address.ts';
import { type CameraFault, cameraFault } from './camera-fault.ts';
import { askConformance } from './conformance.ts';
import { askDeviceInformation, modelName } from './device-information.ts';
import { CameraLibrary, type MediaProfile } from './library.ts';
import type { CameraLink } from './link.ts';
import { CameraOperations, type ImagingSettings, type RecordedTime, type Recording } from './operations.ts';
import { PtzService } from './ptz-service.ts';
import { findServices, type ServicePaths } from './service-paths.ts';
import { CameraSteering, type Head } from './steering.ts';
import { opticsOf } from './zoom-to.ts';

/** What a camera can do. URLs are on the host that the operator entered, and carry no credentials. */
export type CameraDescription = Readonly<{
  device: DeviceId;
  model: string | undefined;
  hasPtz: boolean;
  /** The services that it has, such as `media2`; and the ONVIF profiles that it says it keeps to, such as `S`. */
  services: readonly string[];
  conformance: readonly string[];
  snapshotUrl: string | undefined;
  profiles: readonly Readonly<{
    token: string;
    name: string;
    encoding: string | undefined;
    width: number;
    height: number;
    url: string | undefined;
  }>[];
}>;

export type CameraRecordings = Readonly<{ recordings: readonly Recording[] }> & Partial<RecordedTime>;

/** A profile changes when somebody reconfigures the camera: rarely, and found out within this time. */
const PROFILES_KEPT_MS = 300_000;
const SNAPSHOT_MAX_BYTES = 8 * 1024 * 1024;

type Kept = Readonly<{
  library: CameraLibrary;
  services: ServicePaths;
  profiles: readonly MediaProfile[];
  hasPtz: boolean;
  until: number;
}>;

/** What people and the video plane ask of one ONVIF camera. */
export class CameraControl {
  readonly #device: () => Device;
  readonly #connection: Connection;
  readonly #link: CameraLink;
  readonly #now: () => number;
  #kept: Kept | undefined;
  readonly steering: CameraSteering;

  constructor(device: () => Device, connection: Connection, link: CameraLink, now: () => number) {
    this.#device = device;
    this.#connection = connection;
    this.#link = link;
    this.#now = now;
    this.steering = new CameraSteering(() => this.#head(), now);
  }

  async describe(): Promise<Result<CameraDescription, CameraFault>> {
    this.#kept = undefined;
    const known = await this.#know();
    if (!known.ok) return known;
    const { library, profiles, hasPtz, services } = known.value;
    const told = await askDeviceInformation(this.#link);
    const urls = await Promise.all(profiles.map(({ token }) => this.#streamUrl(library, token)));
    const snapshot = await this.#snapshotPath(known.value);
    return ok({
      device: this.#device().id,
      model: told.ok ? modelName(told.value) : undefined,
      hasPtz,
      services: [...services.keys()],
      conformance: await askConformance(this.#link),
      snapshotUrl: snapshot.ok ? new URL(snapshot.value, this.#link.entered).href : undefined,
      profiles: profiles.map(({ token, name, encoding, width, height }, at) => {
        const url = urls[at];
        return { token, name, encoding, width, height, url: url?.ok === true ? url.value : undefined };
      }),
    });
  }

  async source(quality: Quality): Promise<Result<StreamSource, CameraFault>> {
    const known = await this.#know();
    if (!known.ok) return known;
    const profile = profileFor(known.value.profiles, quality);
    if (profile === undefined) return failed(cameraFault('not-supported', 'no profile with a picture'));
    const url = await this.#streamUrl(known.value.library, profile.token);
    if (!url.ok) return url;
    return ok({ camera: this.#device().id, quality, connection: { ...this.#connection, url: url.value } });
  }

  /** The positions that were set on the camera (预置位). */
  async presets(): Promise<Result<PtzAbilities['presets'], CameraFault>> {
    const abilities = await this.steering.abilities();
    return abilities.ok ? ok(abilities.value.presets) : abilities;
  }

  /** A picture by the camera's own snapshot address, checked to be a whole JPEG. */
  async snapshot(): Promise<Result<Uint8Array, CameraFault>> {
    const known = await this.#know();
    if (!known.ok) return known;
    const path = await this.#snapshotPath(known.value);
    if (!path.ok) return path;
    const picture = await this.#link.download(path.value, SNAPSHOT_MAX_BYTES);
    if (!picture.ok || isJpeg(picture.value)) return picture;
    return failed(cameraFault('bad-answer', 'the snapshot is no whole JPEG'));
  }

  /** Switches a relay: the one of this token, or the only one that there is. */
  async relay(token: string | undefined, isActive: boolean): Promise<Result<void, CameraFault>> {
    const operations = await this.#operations();
    if (!operations.ok) return operations;
    const relays = await operations.value.relays();
    if (!relays.ok) return relays;
    const known = relays.value.map((relay) => relay.token);
    const meant = token ?? (known.length === 1 ? known[0] : undefined);
    if (meant !== undefined && known.includes(meant)) return await operations.value.setRelay(meant, isActive);
    return failed(cameraFault('not-supported', `no relay ${token ?? ''}: ${known.join(', ')}`));
  }

  relays = () => this.#ask((operations) => operations.relays());
  inputs = () => this.#ask((operations) => operations.inputs());

  /** Sets what is given; answers what holds then. */
  async imaging(settings: ImagingSettings): Promise<Result<ImagingSettings, CameraFault>> {
    const known = await this.#know();
    if (!known.ok) return known;
    const source = known.value.profiles.find((profile) => profile.source !== undefined)?.source;
    if (source === undefined) return failed(cameraFault('not-supported', 'no profile names a video source'));
    const operations = new CameraOperations(this.#link, known.value.services);
    const isSetting = Object.values(settings).some((value) => value !== undefined);
    const set = isSetting ? await operations.setImaging(source, settings) : ok(undefined);
    return set.ok ? await operations.imaging(source) : set;
  }

  /** What the camera recorded itself, and from when to when where it has a search service. */
  async recordings(): Promise<Result<CameraRecordings, CameraFault>> {
    const operations = await this.#operations();
    if (!operations.ok) return operations;
    const listed = await operations.value.recordings();
    if (!listed.ok) return listed;
    const span = await operations.value.recordedSpan();
    return ok({ recordings: listed.value, ...(span.ok ? span.value : {}) });
  }

  /** Where a recording is played from, on the host that the operator entered. */
  async replay(recording: string): Promise<Result<Readonly<{ url: string }>, CameraFault>> {
    const found = await this.#ask((operations) => operations.replayUri(recording));
    if (!found.ok) return found;
    const url = streamUrl(found.value, this.#link.entered, this.#device().tags ?? []);
    return url.ok ? ok({ url: url.value }) : url;
  }

  async replaySource(recording: string): Promise<Result<StreamSource, CameraFault>> {
    const found = await this.replay(recording);
    if (!found.ok) return found;
    return ok({ camera: this.#device().id, quality: 'main', connection: { ...this.#connection, ...found.value } });
  }

  /** What is recorded of this time, by the search service, or the whole of each recording where it has none. */
  recorded = (window: ClipWindow): Promise<Result<readonly RecordedSpan[], CameraFault>> =>
    this.#ask((operations) => operations.recorded(window));

  async #ask<T>(
    question: (operations: CameraOperations) => Promise<Result<T, CameraFault>>,
  ): Promise<Result<T, CameraFault>> {
    const operations = await this.#operations();
    return operations.ok ? await question(operations.value) : operations;
  }

  /** Without the profiles: a door station has relays, and may have no picture. */
  async #operations(): Promise<Result<CameraOperations, CameraFault>> {
    const services = this.#kept === undefined ? await findServices(this.#link) : ok(this.#kept.services);
    return services.ok ? ok(new CameraOperations(this.#link, services.value)) : services;
  }

  /** The profile by which the camera turns. */
  async #head(): Promise<Result<Head, CameraFault>> {
    const known = await this.#know();
    if (!known.ok) return known;
    const { library, services, profiles, hasPtz } = known.value;
    const [profile, path] = [profiles.find((one) => one.hasPtz), services.get('ptz')];
    if (!hasPtz || profile === undefined || path === undefined) return failed(cameraFault('not-supported', 'no PTZ'));
    const service = new PtzService(this.#link, path, profile.token);
    return ok({ library, service, token: profile.token, optics: opticsOf(this.#device().tags ?? [], profile) });
  }

  async #know(): Promise<Result<Kept, CameraFault>> {
    if (this.#kept !== undefined && this.#kept.until > this.#now()) return ok(this.#kept);
    const found = await findServices(this.#link);
    if (!found.ok) return found;
    const services = found.value;
    if (!services.has('media') && !services.has('media2')) {
      return failed(cameraFault('not-supported', 'no media service'));
    }
    const library = new CameraLibrary(this.#link, services);
    const profiles = await library.profiles();
    if (!profiles.ok) return profiles;
    const hasPtz = services.has('ptz') && profiles.value.some((profile) => profile.hasPtz);
    const until = this.#now() + PROFILES_KEPT_MS;
    this.#kept = { library, services, profiles: profiles.value, hasPtz, until };
    return ok(this.#kept);
  }

  async #streamUrl(library: CameraLibrary, token: string): Promise<Result<string, CameraFault>> {
    const found = await library.streamUri(token);
    return found.ok ? streamUrl(found.value.uri, this.#link.entered, this.#device().tags ?? []) : found;
  }

  async #snapshotPath({ library, profiles }: Kept): Promise<Result<string, CameraFault>> {
    const profile = profileFor(profiles, 'main') ?? profiles[0];
    if (profile === undefined) return failed(cameraFault('not-supported', 'no profile'));
    const found = await library.snapshotUri(profile.token);
    if (!found.ok) return found;
    const path = pathOf(found.value.uri);
    return path === undefined ? failed(cameraFault('bad-answer', 'the snapshot address is none')) : ok(path);
  }
}

/** Main is the largest picture, sub the smallest; a profile whose pictures we cannot relay comes last. */
export function profileFor(profiles: readonly MediaProfile[], quality: Quality): MediaProfile | undefined {
  const relayed = profiles.filter(({ encoding }) => encoding !== undefined && /^(h\.?26[45]|hevc)$/i.test(encoding));
  const usable = relayed.length > 0 ? relayed : profiles.filter(({ encoding }) => encoding !== undefined);
  const bySize = [...usable].sort((a, b) => b.width * b.height - a.width * a.height);
  return quality === 'main' ? bySize[0] : bySize.at(-1);
}

/** Starts as a JPEG and has its end marker: a cut picture is no evidence. Source: ITU-T T.81, B.1.1.3. */
function isJpeg(bytes: Uint8Array): boolean {
  const picture = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return picture.subarray(0, 3).equals(Buffer.of(0xff, 0xd8, 0xff)) && picture.lastIndexOf(Buffer.of(0xff, 0xd9)) > 0;
}
