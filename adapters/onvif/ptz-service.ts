import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import { type CameraFault, cameraFault } from './camera-fault.ts';
import type { CameraLink } from './link.ts';
import { child, childrenOf, escapeXml, textAt, type XmlElement } from './xml.ts';

export type Range = Readonly<{ min: number; max: number }>;
/** A coordinate system of the head, and how far its values go; `y` is undefined for zoom. */
export type PtzSpace = Readonly<{ uri: string; x: Range; y: Range | undefined }>;
export type PtzSpaces = Readonly<{
  absolutePanTilt: readonly PtzSpace[];
  absoluteZoom: readonly PtzSpace[];
  relativePanTilt: readonly PtzSpace[];
  relativeZoom: readonly PtzSpace[];
}>;
/** A place in a space, or a way through it. */
export type PanTilt = Readonly<{ x: number; y: number; space: string }>;
export type Zoom = Readonly<{ x: number; space: string }>;
/** What the camera says of where it looks; parts that it does not tell are undefined. */
export type PtzPosition = Readonly<{ panTilt: PanTilt | undefined; zoom: Zoom | undefined }>;
export type PtzVector = Readonly<{ panTilt: PanTilt; zoom: Zoom | undefined }>;

const WSDL = 'http://www.onvif.org/ver20/ptz/wsdl';
const SCHEMA = 'http://www.onvif.org/ver10/schema';
/** Spaces of one kind: a head has two or three. */
const SPACES_MAX = 16;

/**
 * The operations of the PTZ service that name the spaces they speak in, which the library cannot. Source: ONVIF PTZ
 * Service Specification, 5.2 (nodes), 5.3 (moves and status).
 */
export class PtzService {
  readonly #link: CameraLink;
  readonly #path: string;
  readonly #profile: string;

  constructor(link: CameraLink, path: string, profile: string) {
    this.#link = link;
    this.#path = path;
    this.#profile = profile;
  }

  /** Of the camera's first head: one with several has a profile for each, and we turn the first. */
  async spaces(): Promise<Result<PtzSpaces, CameraFault>> {
    const answer = await this.#call(`<tptz:GetNodes xmlns:tptz="${WSDL}"/>`);
    if (!answer.ok) return answer;
    const found = child(child(answer.value, 'PTZNode'), 'SupportedPTZSpaces');
    return ok({
      absolutePanTilt: spacesOf(found, 'AbsolutePanTiltPositionSpace'),
      absoluteZoom: spacesOf(found, 'AbsoluteZoomPositionSpace'),
      relativePanTilt: spacesOf(found, 'RelativePanTiltTranslationSpace'),
      relativeZoom: spacesOf(found, 'RelativeZoomTranslationSpace'),
    });
  }

  async position(): Promise<Result<PtzPosition, CameraFault>> {
    const answer = await this.#call(this.#operation('GetStatus', ''));
    if (!answer.ok) return answer;
    const position = child(child(answer.value, 'PTZStatus'), 'Position');
    const [panTilt, zoom] = [child(position, 'PanTilt'), child(position, 'Zoom')];
    const [x, y, z] = [numberAt(panTilt, 'x'), numberAt(panTilt, 'y'), numberAt(zoom, 'x')];
    return ok({
      panTilt: x === undefined || y === undefined ? undefined : { x, y, space: spaceAt(panTilt) },
      zoom: z === undefined ? undefined : { x: z, space: spaceAt(zoom) },
    });
  }

  relativeMove = (by: PtzVector): Promise<Result<unknown, CameraFault>> =>
    this.#call(this.#operation('RelativeMove', `<tptz:Translation>${vectorXml(by)}</tptz:Translation>`));

  absoluteMove = (to: PtzVector): Promise<Result<unknown, CameraFault>> =>
    this.#call(this.#operation('AbsoluteMove', `<tptz:Position>${vectorXml(to)}</tptz:Position>`));

  #operation(name: string, content: string): string {
    const profile = `<tptz:ProfileToken>${escapeXml(this.#profile)}</tptz:ProfileToken>`;
    return `<tptz:${name} xmlns:tptz="${WSDL}" xmlns:tt="${SCHEMA}">${profile}${content}</tptz:${name}>`;
  }

  async #call(operation: string): Promise<Result<XmlElement, CameraFault>> {
    const answer = await this.#link.call({ path: this.#path, operation });
    if (!answer.ok) return answer;
    const [inner] = answer.value.children;
    return inner === undefined ? failed(cameraFault('bad-answer', 'an empty answer of the PTZ service')) : ok(inner);
  }
}

function vectorXml({ panTilt: { x, y, space }, zoom }: PtzVector): string {
  const panTilt = `<tt:PanTilt x="${x}" y="${y}" space="${escapeXml(space)}"/>`;
  return zoom === undefined ? panTilt : `${panTilt}<tt:Zoom x="${zoom.x}" space="${escapeXml(zoom.space)}"/>`;
}

function spacesOf(found: XmlElement | undefined, name: string): readonly PtzSpace[] {
  return childrenOf(found, name)
    .slice(0, SPACES_MAX)
    .flatMap((space) => {
      const [uri, x] = [textAt(space, 'URI'), rangeOf(child(space, 'XRange'))];
      return uri === undefined || x === undefined ? [] : [{ uri: uri.trim(), x, y: rangeOf(child(space, 'YRange')) }];
    });
}

function rangeOf(range: XmlElement | undefined): Range | undefined {
  const [min, max] = [xsFloat(textAt(range, 'Min')), xsFloat(textAt(range, 'Max'))];
  return min === undefined || max === undefined || min >= max ? undefined : { min, max };
}

const spaceAt = (element: XmlElement | undefined): string => element?.attributes.get('space') ?? '';
const numberAt = (element: XmlElement | undefined, name: string): number | undefined => {
  const value = xsFloat(element?.attributes.get(name));
  return value !== undefined && Number.isFinite(value) ? value : undefined;
};

/** An xs:float; `INF` and `-INF` stand for a range without an end. Source: XML Schema Part 2, 3.2.4. */
function xsFloat(text: string | undefined): number | undefined {
  const trimmed = text?.trim() ?? '';
  if (/^[+-]?INF$/.test(trimmed)) return trimmed.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const value = Number(trimmed);
  return trimmed === '' || Number.isNaN(value) ? undefined : value;
}
