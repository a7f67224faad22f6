import onvif from 'onvif';
import { z } from 'zod';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import { type CameraFault, cameraFault } from './camera-fault.ts';
import { toLibraryShape } from './library-shape.ts';
import type { CameraLink } from './link.ts';
import { isFinal, type ServicePaths } from './service-paths.ts';
import { escapeXml } from './xml.ts';

/** What the library hands to its `_request`; its other fields concern its own transport, which is not used. */
type LibraryRequest = Readonly<{ service?: string; action?: string; body: string }>;
type LibraryDone = (error: Error | null, data?: unknown, xml?: string, status?: number) => void;

/** Carries our fault through the library's callbacks. */
class LibraryFault extends Error {
  readonly fault: CameraFault;
  constructor(fault: CameraFault, options?: ErrorOptions) {
    super(fault.text, options);
    this.fault = fault;
  }
}

/** What the library keeps of a service's address; it only looks whether there is one. */
const NO_URL = {
  protocol: null,
  slashes: null,
  auth: null,
  host: null,
  port: null,
  hostname: null,
  hash: null,
  search: null,
  query: null,
};

/**
 * `onvif` 0.8.3 behind its seam: it composes the operations and picks the answers apart; everything between goes
 * through our own transport and reader. It never holds credentials, a socket or an event loop of its own.
 */
class SeamedCamera extends onvif.Cam {
  readonly #link: CameraLink;
  readonly #paths: ServicePaths;

  constructor(link: CameraLink, paths: ServicePaths) {
    super({ hostname: link.entered.hostname, autoconnect: false });
    this.#link = link;
    this.#paths = paths;
    this.uri = Object.fromEntries(
      [...paths].map(([name, path]) => [name, { ...NO_URL, path, pathname: path, href: path }]),
    );
    this.media2Support = paths.has('media2');
  }

  /** The library wraps each operation in these two; our envelope comes later, so here the operation stays bare. */
  _envelopeHeader(): string {
    return '';
  }
  _envelopeFooter(): string {
    return '';
  }

  _request({ service, action, body }: LibraryRequest, done: LibraryDone): void {
    const path = service === undefined ? this.#link.devicePath : this.#paths.get(service);
    if (path === undefined) {
      done(new LibraryFault(cameraFault('not-supported', `no ${service} service`)));
      return;
    }
    this.#link.call({ path, operation: body, ...(action === undefined ? {} : { action }) }).then(
      (answer) => hand(done, answer.ok ? ok(toLibraryShape(answer.value)) : answer),
      (cause: unknown) => done(new LibraryFault(cameraFault('bad-answer', 'the call failed'), { cause })),
    );
  }
}

/** The library throws inside its callback on an answer that lacks what it expects: the same callback is told so. */
function hand(done: LibraryDone, answer: Result<unknown, CameraFault>): void {
  try {
    if (answer.ok) done(null, [answer.value], '', 200);
    else done(new LibraryFault(answer.error));
  } catch (cause) {
    done(new LibraryFault(cameraFault('bad-answer', 'an answer of an unexpected form'), { cause }));
  }
}

const Token = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const Size = z.object({ width: z.number(), height: z.number() });
const Encoder = z.object({ encoding: Token.optional(), resolution: Size.optional().catch(undefined) });
const VideoSource = z.object({ sourceToken: Token.optional() });
const Profile = z
  .object({
    $: z.object({ token: Token }),
    name: Token.optional(),
    videoSourceConfiguration: VideoSource.optional().catch(undefined),
    videoEncoderConfiguration: Encoder.optional().catch(undefined),
    PTZConfiguration: z.unknown().optional(), // a fixed camera has none
  })
  .transform(({ $, name, videoSourceConfiguration, videoEncoderConfiguration, PTZConfiguration }) => ({
    token: $.token,
    name: name ?? $.token,
    source: videoSourceConfiguration?.sourceToken,
    encoding: videoEncoderConfiguration?.encoding,
    width: videoEncoderConfiguration?.resolution?.width ?? 0,
    height: videoEncoderConfiguration?.resolution?.height ?? 0,
    hasPtz: PTZConfiguration !== undefined && PTZConfiguration !== '',
  }));
/** A media profile of a camera, as far as it concerns us; sizes in pixels, 0 where it does not tell. */
export type MediaProfile = z.infer<typeof Profile>;
const Profiles = z.array(z.unknown()).transform((all) => all.slice(0, PROFILES_MAX).flatMap(readable));
/** Recorders list hundreds; a camera has two to five. */
const PROFILES_MAX = 32;
const readable = (one: unknown): readonly MediaProfile[] => {
  const profile = Profile.safeParse(one);
  return profile.success ? [profile.data] : []; // one profile that cannot be read spoils only itself
};

const Uri = z.object({ uri: z.string() });
const Presets = z.record(z.string(), z.object({ name: Token.optional() }));

/** Speeds from −1 to 1; a part left out is not sent, since some cameras take only one at a time. */
export type Velocity = Readonly<{ pan?: number; tilt?: number; zoom?: number }>;

/** The operations that we ask of the library, with answers that were checked. */
export class CameraLibrary {
  readonly #camera: SeamedCamera;

  constructor(link: CameraLink, services: ServicePaths) {
    this.#camera = new SeamedCamera(link, services);
  }

  /** Some cameras announce Media2 and then fail on it: those are asked the old way. */
  async profiles(): Promise<Result<readonly MediaProfile[], CameraFault>> {
    const ask = () => this.#ask(Profiles, (done) => this.#camera.getProfiles(done));
    const found = await ask();
    if (found.ok || isFinal(found.error) || this.#camera.media2Support !== true) return found;
    this.#camera.media2Support = false;
    return await ask();
  }

  streamUri(token: string): Promise<Result<{ uri: string }, CameraFault>> {
    return this.#ask(Uri, (done) =>
      this.#camera.getStreamUri({ protocol: 'RTSP', profileToken: escapeXml(token) }, done),
    );
  }

  snapshotUri(token: string): Promise<Result<{ uri: string }, CameraFault>> {
    return this.#ask(Uri, (done) => this.#camera.getSnapshotUri({ profileToken: escapeXml(token) }, done));
  }

  /** The camera stops by itself after `timeoutMs`, so a lost `stop` does not leave it turning. */
  move(token: string, { pan, tilt, zoom }: Velocity, timeoutMs: number): Promise<Result<unknown, CameraFault>> {
    const panTilt = pan === undefined || tilt === undefined ? { onlySendZoom: true } : { x: pan, y: tilt };
    const zooming = zoom === undefined ? { onlySendPanTilt: true } : { zoom };
    const options = { profileToken: escapeXml(token), ...panTilt, ...zooming, timeout: timeoutMs };
    return this.#ask(z.unknown(), (done) => this.#camera.continuousMove(options, done));
  }

  stop(token: string): Promise<Result<unknown, CameraFault>> {
    const options = { profileToken: escapeXml(token), panTilt: true, zoom: true };
    return this.#ask(z.unknown(), (done) => this.#camera.stop(options, done));
  }

  /** Preset tokens and their names. */
  async presets(token: string): Promise<Result<ReadonlyMap<string, string | undefined>, CameraFault>> {
    const options = { profileToken: escapeXml(token) };
    const found = await this.#ask(z.unknown(), (done) => this.#camera.getPresets(options, done));
    if (!found.ok) return found;
    const presets = Presets.safeParse(this.#camera.presets ?? {});
    if (!presets.success) return failed(cameraFault('bad-answer', 'presets of an unexpected form'));
    return ok(new Map(Object.entries(presets.data).map(([preset, { name }]) => [preset, name])));
  }

  goTo(token: string, preset: string): Promise<Result<unknown, CameraFault>> {
    const options = { profileToken: escapeXml(token), preset: escapeXml(preset) };
    return this.#ask(z.unknown(), (done) => this.#camera.gotoPreset(options, done));
  }

  #ask<T>(form: z.ZodType<T>, start: (done: LibraryDone) => void): Promise<Result<T, CameraFault>> {
    const { promise, resolve } = Promise.withResolvers<Result<T, CameraFault>>();
    start((error, data) => {
      if (error !== null && error !== undefined) return resolve(failed(faultOf(error)));
      const read = form.safeParse(data);
      resolve(read.success ? ok(read.data) : failed(cameraFault('bad-answer', 'an answer of an unexpected form')));
    });
    return promise;
  }
}

const faultOf = (error: Error): CameraFault =>
  error instanceof LibraryFault ? error.fault : cameraFault('bad-answer', error.message);
