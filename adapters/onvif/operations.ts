import type { ClipWindow, RecordedSpan } from '../../gateway/domain/camera.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import { type CameraFault, cameraFault } from './camera-fault.ts';
import type { CameraLink } from './link.ts';
import { searchRecordings } from './recording-search.ts';
import type { ServicePaths } from './service-paths.ts';
import { child, childrenOf, escapeXml, textAt, type XmlElement } from './xml.ts';

/** Relays, inputs, recordings of one camera: more than any has. */
const LISTED_MAX = 64;

/**
 * The operations beside picture, events and PTZ, which the library lacks or gets wrong (it leaves a brightness of 0
 * out). Source: ONVIF Device IO, Imaging, Recording Control and Replay Control service specifications.
 */
export class CameraOperations {
  readonly #link: CameraLink;
  readonly #services: ServicePaths;

  constructor(link: CameraLink, services: ServicePaths) {
    this.#link = link;
    this.#services = services;
  }

  /** Tokens of the relay outputs (继电器输出), and how each behaves: `Bistable`, or `Monostable` with its delay. */
  async relays(): Promise<Result<readonly Relay[], CameraFault>> {
    const answer = await this.#call(
      'device',
      '<tds:GetRelayOutputs xmlns:tds="http://www.onvif.org/ver10/device/wsdl"/>',
    );
    if (!answer.ok) return answer;
    const outputs = childrenOf(answer.value, 'RelayOutputs').slice(0, LISTED_MAX);
    return ok(
      outputs.map((output) => ({
        token: output.attributes.get('token') ?? '',
        mode: textAt(output, 'Properties', 'Mode'),
        idle: textAt(output, 'Properties', 'IdleState'),
      })),
    );
  }

  /** Switches a relay; one that is `Monostable` falls back by itself. */
  async setRelay(token: string, isActive: boolean): Promise<Result<void, CameraFault>> {
    const state = isActive ? 'active' : 'inactive';
    const answer = await this.#call(
      'device',
      `<tds:SetRelayOutputState xmlns:tds="http://www.onvif.org/ver10/device/wsdl"><tds:RelayOutputToken>${escapeXml(token)}</tds:RelayOutputToken><tds:LogicalState>${state}</tds:LogicalState></tds:SetRelayOutputState>`,
    );
    return answer.ok ? ok(undefined) : answer;
  }

  /** Tokens of the digital inputs (报警输入); what they say comes as events. */
  async inputs(): Promise<Result<readonly string[], CameraFault>> {
    const operation = '<tmd:GetDigitalInputs xmlns:tmd="http://www.onvif.org/ver10/deviceIO/wsdl"/>';
    const answer = await this.#call('deviceio', operation);
    if (!answer.ok) return answer;
    const inputs = childrenOf(answer.value, 'DigitalInputs').slice(0, LISTED_MAX);
    return ok(inputs.flatMap((input) => input.attributes.get('token') ?? []));
  }

  /** The picture settings that the camera has, as numbers and words. */
  async imaging(source: string): Promise<Result<ImagingSettings, CameraFault>> {
    const answer = await this.#call(
      'imaging',
      `<timg:GetImagingSettings xmlns:timg="${IMAGING}"><timg:VideoSourceToken>${escapeXml(source)}</timg:VideoSourceToken></timg:GetImagingSettings>`,
    );
    if (!answer.ok) return answer;
    const settings = child(answer.value, 'ImagingSettings');
    const known = Object.entries(IMAGING_ELEMENTS).flatMap(([name, element]) => {
      const text = textAt(settings, element);
      if (text === undefined) return [];
      return [[name, name === 'irCutFilter' ? text.toLowerCase() : Number(text)] as const];
    });
    return ok(Object.fromEntries(known));
  }

  /** Sets what is given and leaves the rest as it is. The elements go in the schema's order. */
  async setImaging(source: string, settings: ImagingSettings): Promise<Result<void, CameraFault>> {
    const written = IMAGING_ORDER.flatMap((name) => {
      const value = settings[name];
      if (value === undefined) return [];
      const element = IMAGING_ELEMENTS[name];
      return [`<tt:${element}>${escapeXml(String(value).toUpperCase())}</tt:${element}>`];
    });
    const answer = await this.#call(
      'imaging',
      `<timg:SetImagingSettings xmlns:timg="${IMAGING}" xmlns:tt="http://www.onvif.org/ver10/schema"><timg:VideoSourceToken>${escapeXml(source)}</timg:VideoSourceToken><timg:ImagingSettings>${written.join('')}</timg:ImagingSettings><timg:ForcePersistence>true</timg:ForcePersistence></timg:SetImagingSettings>`,
    );
    return answer.ok ? ok(undefined) : answer;
  }

  /** What the camera has recorded itself (Profile G), as far as it tells: token, source and description. */
  async recordings(): Promise<Result<readonly Recording[], CameraFault>> {
    const answer = await this.#call(
      'recording',
      '<trc:GetRecordings xmlns:trc="http://www.onvif.org/ver10/recording/wsdl"/>',
    );
    if (!answer.ok) return answer;
    const items = childrenOf(answer.value, 'RecordingItem').slice(0, LISTED_MAX);
    return ok(
      items.map((item) => ({
        token: textAt(item, 'RecordingToken') ?? '',
        source: textAt(item, 'Configuration', 'Source', 'Name'),
        content: textAt(item, 'Configuration', 'Content'),
      })),
    );
  }

  /** From when to when there is a recording, as the camera wrote it; Profile G's search service. */
  async recordedSpan(): Promise<Result<RecordedTime, CameraFault>> {
    const operation = '<tse:GetRecordingSummary xmlns:tse="http://www.onvif.org/ver10/search/wsdl"/>';
    const answer = await this.#call('search', operation);
    if (!answer.ok) return answer;
    const summary = child(answer.value, 'Summary');
    return ok({ from: textAt(summary, 'DataFrom'), until: textAt(summary, 'DataUntil') });
  }

  /** What is recorded of this time; of a recorder without a search service all its recordings, for it does not say when. */
  async recorded(window: ClipWindow): Promise<Result<readonly RecordedSpan[], CameraFault>> {
    const found = await searchRecordings((operation) => this.#call('search', operation), window);
    if (found.ok || found.error.reason !== 'not-supported') return found;
    const listed = await this.recordings();
    return listed.ok ? ok(listed.value.map(({ token: recording }) => ({ recording, ...window }))) : listed;
  }

  /** Where a recording is played from, as the camera says: the caller applies the host rule. */
  async replayUri(recording: string): Promise<Result<string, CameraFault>> {
    const answer = await this.#call(
      'replay',
      `<trp:GetReplayUri xmlns:trp="http://www.onvif.org/ver10/replay/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema"><trp:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport><tt:Protocol>RTSP</tt:Protocol></tt:Transport></trp:StreamSetup><trp:RecordingToken>${escapeXml(recording)}</trp:RecordingToken></trp:GetReplayUri>`,
    );
    if (!answer.ok) return answer;
    const uri = textAt(answer.value, 'Uri');
    return uri === undefined ? failed(cameraFault('bad-answer', 'the replay address is missing')) : ok(uri);
  }

  /** The one element in the Body of the answer. */
  async #call(service: string, operation: string): Promise<Result<XmlElement | undefined, CameraFault>> {
    const path = service === 'device' ? this.#link.devicePath : this.#services.get(service);
    if (path === undefined) return failed(cameraFault('not-supported', `no ${service} service`));
    const answer = await this.#link.call({ path, operation });
    return answer.ok ? ok(answer.value.children[0]) : answer;
  }
}

export type Relay = Readonly<{ token: string; mode: string | undefined; idle: string | undefined }>;
export type Recording = Readonly<{ token: string; source: string | undefined; content: string | undefined }>;
export type RecordedTime = Readonly<{ from: string | undefined; until: string | undefined }>;
/** Numbers in the camera's own range, mostly 0 to 100; `irCutFilter` is `auto`, `on` or `off`. */
export type ImagingSettings = Readonly<{
  brightness?: number | undefined;
  saturation?: number | undefined;
  contrast?: number | undefined;
  irCutFilter?: string | undefined;
  sharpness?: number | undefined;
}>;

const IMAGING = 'http://www.onvif.org/ver20/imaging/wsdl';
const IMAGING_ELEMENTS: Readonly<Record<keyof ImagingSettings, string>> = {
  brightness: 'Brightness',
  saturation: 'ColorSaturation',
  contrast: 'Contrast',
  irCutFilter: 'IrCutFilter',
  sharpness: 'Sharpness',
};
/** Source: onvif.xsd, ImagingSettings20: a sequence. */
const IMAGING_ORDER = ['brightness', 'saturation', 'contrast', 'irCutFilter', 'sharpness'] as const;
