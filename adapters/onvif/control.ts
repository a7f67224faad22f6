import type { PtzAct, PtzMove, Quality, StreamSource } from '../../gateway/domain/camera.ts';
import type { Connection, Device, DeviceId } from '../../gateway/domain/device.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import { pathOf, streamUrl } from './address.ts';
import { type CameraFault, cameraFault } from './camera-fault.ts';
import type { CameraLibrary, MediaProfile, Velocity } from './library.ts';
import type { CameraLink } from './link.ts';

/** What a camera can do. URLs are on the host that the operator entered, and carry no credentials. */
export type CameraDescription = Readonly<{
  device: DeviceId;
  model: string | undefined;
  hasPtz: boolean;
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

/** A profile changes when somebody reconfigures the camera: rarely, and found out within this time. */
const PROFILES_KEPT_MS = 300_000;
const SNAPSHOT_MAX_BYTES = 8 * 1024 * 1024;

type Kept = Readonly<{ profiles: readonly MediaProfile[]; hasPtz: boolean; until: number }>;

/** What people and the video plane ask of one ONVIF camera. */
export class CameraControl {
  readonly #device: () => Device;
  readonly #connection: Connection;
  readonly #link: CameraLink;
  readonly #library: CameraLibrary;
  readonly #now: () => number;
  #kept: Kept | undefined;

  constructor(
    device: () => Device,
    connection: Connection,
    link: CameraLink,
    library: CameraLibrary,
    now: () => number,
  ) {
    this.#device = device;
    this.#connection = connection;
    this.#link = link;
    this.#library = library;
    this.#now = now;
  }

  async describe(): Promise<Result<CameraDescription, CameraFault>> {
    this.#kept = undefined;
    const known = await this.#know();
    if (!known.ok) return known;
    const { profiles, hasPtz } = known.value;
    const model = await this.#library.model();
    const urls = await Promise.all(profiles.map(({ token }) => this.#streamUrl(token)));
    const snapshot = await this.#snapshotPath(profiles);
    return ok({
      device: this.#device().id,
      model: model.ok ? model.value : undefined,
      hasPtz,
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
    const url = await this.#streamUrl(profile.token);
    if (!url.ok) return url;
    return ok({ camera: this.#device().id, quality, connection: { ...this.#connection, url: url.value } });
  }

  async ptz(act: PtzAct): Promise<Result<void, CameraFault>> {
    const known = await this.#know();
    if (!known.ok) return known;
    const profile = known.value.profiles.find(({ hasPtz }) => hasPtz);
    if (!known.value.hasPtz || profile === undefined) return failed(cameraFault('not-supported', 'no PTZ'));
    const done = await this.#act(profile.token, act);
    return done.ok ? ok(undefined) : done;
  }

  /** A picture by the camera's own snapshot address, checked to be a whole JPEG. */
  async snapshot(): Promise<Result<Uint8Array, CameraFault>> {
    const known = await this.#know();
    if (!known.ok) return known;
    const path = await this.#snapshotPath(known.value.profiles);
    if (!path.ok) return path;
    const picture = await this.#link.download(path.value, SNAPSHOT_MAX_BYTES);
    if (!picture.ok || isJpeg(picture.value)) return picture;
    return failed(cameraFault('bad-answer', 'the snapshot is no whole JPEG'));
  }

  #act(token: string, act: PtzAct): Promise<Result<unknown, CameraFault>> {
    switch (act.act) {
      case 'move': {
        const velocity = velocityOf(act.move);
        return velocity === undefined ? this.#library.stop(token) : this.#library.move(token, velocity, act.timeoutMs);
      }
      case 'stop':
        return this.#library.stop(token);
      case 'preset':
        return this.#goTo(token, act.preset);
      default:
        return act satisfies never;
    }
  }

  /** A preset by its token or its name, as people know it. */
  async #goTo(profile: string, preset: string): Promise<Result<unknown, CameraFault>> {
    const presets = await this.#library.presets(profile);
    if (!presets.ok) return presets;
    const named = [...presets.value].find(([token, name]) => token === preset || name === preset);
    if (named === undefined) return failed(cameraFault('not-supported', `no preset ${preset}`));
    return await this.#library.goTo(profile, named[0]);
  }

  async #know(): Promise<Result<Kept, CameraFault>> {
    if (this.#kept !== undefined && this.#kept.until > this.#now()) return ok(this.#kept);
    const services = await this.#library.services();
    if (!services.ok) return services;
    if (!services.value.hasMedia) return failed(cameraFault('not-supported', 'no media service'));
    const profiles = await this.#library.profiles();
    if (!profiles.ok) return profiles;
    const hasPtz = services.value.hasPtz && profiles.value.some((profile) => profile.hasPtz);
    this.#kept = { profiles: profiles.value, hasPtz, until: this.#now() + PROFILES_KEPT_MS };
    return ok(this.#kept);
  }

  async #streamUrl(token: string): Promise<Result<string, CameraFault>> {
    const found = await this.#library.streamUri(token);
    return found.ok ? streamUrl(found.value.uri, this.#link.entered, this.#device().tags ?? []) : found;
  }

  async #snapshotPath(profiles: readonly MediaProfile[]): Promise<Result<string, CameraFault>> {
    const profile = profileFor(profiles, 'main') ?? profiles[0];
    if (profile === undefined) return failed(cameraFault('not-supported', 'no profile'));
    const found = await this.#library.snapshotUri(profile.token);
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

/** What moves is sent, what does not is left out; undefined where nothing moves. */
function velocityOf({ pan, tilt, zoom }: PtzMove): Velocity | undefined {
  const [isTurning, isZooming] = [pan !== 0 || tilt !== 0, zoom !== 0];
  if (!isTurning && !isZooming) return undefined;
  return {
    ...(isTurning ? { pan: bounded(pan), tilt: bounded(tilt) } : {}),
    ...(isZooming ? { zoom: bounded(zoom) } : {}),
  };
}
const bounded = (speed: number): number => Math.min(1, Math.max(-1, speed));

/** Starts as a JPEG and has its end marker: a cut picture is no evidence. Source: ITU-T T.81, B.1.1.3. */
function isJpeg(bytes: Uint8Array): boolean {
  const picture = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return picture.subarray(0, 3).equals(Buffer.of(0xff, 0xd8, 0xff)) && picture.lastIndexOf(Buffer.of(0xff, 0xd9)) > 0;
}
