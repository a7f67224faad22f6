import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import { pathOf } from './address.ts';
import { type CameraFault, cameraFault } from './camera-fault.ts';
import type { CameraLink } from './link.ts';
import { child, childrenOf, textAt, type XmlElement } from './xml.ts';

/** The services of a camera by the library's names (`media`, `media2`, `ptz`, `events`, …), each with its path. */
export type ServicePaths = ReadonlyMap<string, string>;

const DEVICE = 'http://www.onvif.org/ver10/device/wsdl';
const GET_SERVICES = `<GetServices xmlns="${DEVICE}"><IncludeCapability>false</IncludeCapability></GetServices>`;
const GET_CAPABILITIES = `<GetCapabilities xmlns="${DEVICE}"><Category>All</Category></GetCapabilities>`;
/** `http://www.onvif.org/ver20/media/wsdl` is version 20 of media; Axis' own services are in its own namespace. */
const NAMESPACE = /^https?:\/\/www\.onvif\.org\/(ver\d+)\/(\w+)\/wsdl\/?$/i;
/** No camera has more; a list without an end is not read to it. */
const SERVICES_MAX = 64;
/** Where nearly every camera has its events. */
const USUAL_EVENTS_PATH = '/onvif/event_service';

/** By GetServices, or on older cameras GetCapabilities. A camera that refuses both is asked where events usually are. */
export async function findServices(link: CameraLink): Promise<Result<ServicePaths, CameraFault>> {
  const modern = await ask(link, GET_SERVICES, fromServices);
  if (modern.ok || isFinal(modern.error)) return modern;
  const old = await ask(link, GET_CAPABILITIES, fromCapabilities);
  if (old.ok || isFinal(old.error) || !isSoapFault(old.error) || !isSoapFault(modern.error)) return old;
  return ok(new Map([['events', USUAL_EVENTS_PATH]]));
}

async function ask(
  link: CameraLink,
  operation: string,
  read: (body: XmlElement) => ServicePaths,
): Promise<Result<ServicePaths, CameraFault>> {
  const answer = await link.call({ path: link.devicePath, operation });
  if (!answer.ok) return answer;
  const found = read(answer.value);
  return found.size > 0 ? ok(found) : failed(cameraFault('not-supported', 'an answer that names no service', 'none'));
}

function fromServices(body: XmlElement): ServicePaths {
  const services = childrenOf(child(body, 'GetServicesResponse'), 'Service').slice(0, SERVICES_MAX);
  return new Map(
    services.flatMap((service) => {
      const [, version, name = ''] = NAMESPACE.exec(textAt(service, 'Namespace') ?? '') ?? [];
      const path = pathOf(textAt(service, 'XAddr'));
      if (path === undefined || name === '') return [];
      const isMedia2 = version === 'ver20' && name.toLowerCase() === 'media';
      return [[isMedia2 ? 'media2' : name.toLowerCase(), path] as const];
    }),
  );
}

/** Sections of the old answer that hold further ones. */
const NESTED = new Set(['capabilities', 'extension']);

function fromCapabilities(body: XmlElement): ServicePaths {
  const sections = (element: XmlElement | undefined): readonly XmlElement[] =>
    element?.children.flatMap((inner) => (NESTED.has(inner.local.toLowerCase()) ? sections(inner) : [inner])) ?? [];
  return new Map(
    sections(child(body, 'GetCapabilitiesResponse'))
      .slice(0, SERVICES_MAX)
      .flatMap((section) => {
        const path = pathOf(textAt(section, 'XAddr'));
        return path === undefined ? [] : [[section.local.toLowerCase(), path] as const];
      }),
  );
}

/** The camera's own word about what was asked, not a page of its web server. */
const isSoapFault = ({ code }: CameraFault): boolean => code !== undefined && !code.startsWith('http:');

const FINAL: ReadonlySet<string> = new Set([
  'not-authorized',
  'offline',
  'timeout',
  'refused-address',
  'certificate-changed',
]);
/** No other way of asking helps. */
export const isFinal = ({ reason }: CameraFault): boolean => FINAL.has(reason);
