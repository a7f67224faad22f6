import type { PtzHead, PtzPosition } from '../ptz.ts';
import { badArgument, SoapFault, unknownOperation } from './fault.ts';
import type { Operation, Service } from './operation.ts';
import {
  PAN_TILT_DEGREES,
  PAN_TILT_FOV,
  PAN_TILT_POSITION,
  ptzConfiguration,
  ptzSpaces,
  ZOOM_FOV,
  ZOOM_POSITION,
} from './profiles.ts';
import { type Call, type OnvifSite, PROFILES } from './site.ts';
import { child, type Element, textAt } from './soap.ts';
import { parseDuration } from './time.ts';
import { dateTime, tag, type Xml, xml } from './xml.ts';

const PRESETS_MAX = 100;
const DEFAULT_TIMEOUT = 'PT10S';

/** The head of the camera that a call is for. Throws where its profile is unknown. */
function headOf({ site, body }: Call): PtzHead {
  if (site.head === undefined) throw unknownOperation();
  const token = textAt(body, 'ProfileToken');
  if (!PROFILES.some((profile) => profile === token)) throw badArgument('There is no such profile', 'ter:NoProfile');
  return site.head;
}

/** A vector of the request: what is not said is undefined. Throws where a value is no number. */
function vectorAt(body: Element, name: string): Partial<PtzPosition> {
  const vector = child(body, name);
  const read = (part: string, attribute: string): number | undefined => {
    const text = vector && child(vector, part)?.attributes.get(attribute);
    const value = text === undefined ? undefined : Number(text);
    if (Number.isNaN(value)) throw badArgument(`'${text}' is not a number`, 'ter:InvalidPosition');
    return value;
  };
  const [pan, tilt, zoom] = [read('PanTilt', 'x'), read('PanTilt', 'y'), read('Zoom', 'x')];
  return {
    ...(pan !== undefined && { pan }),
    ...(tilt !== undefined && { tilt }),
    ...(zoom !== undefined && { zoom }),
  };
}

const STILL: PtzPosition = { pan: 0, tilt: 0, zoom: 0 };

const continuousMove: Operation = (call) => {
  const timeoutMs = parseDuration(textAt(call.body, 'Timeout') ?? DEFAULT_TIMEOUT);
  headOf(call).move({ ...STILL, ...vectorAt(call.body, 'Velocity') }, timeoutMs);
  return xml`<tptz:ContinuousMoveResponse/>`;
};

/** The space that a part of the request's vector is in; empty where it leaves that to the camera. */
const spaceOf = (body: Element, name: string, part: string): string => {
  const vector = child(body, name);
  return (vector && child(vector, part)?.attributes.get('space')) ?? '';
};

/** Throws where the head does not know the space now. */
function checkSpace({ site: { quirks } }: Call, space: string): void {
  const lacks = {
    'fov-turn': [ZOOM_FOV],
    degrees: [PAN_TILT_FOV, ZOOM_FOV],
    generic: [PAN_TILT_DEGREES, PAN_TILT_FOV, ZOOM_FOV],
  };
  const { headSpaces } = quirks;
  if (headSpaces === undefined || !lacks[headSpaces].includes(space)) return;
  throw badArgument(`The space ${space} is not supported`, 'ter:SpaceNotSupported');
}

const relativeMove: Operation = (call) => {
  const head = headOf(call);
  const [turning, zooming] = [spaceOf(call.body, 'Translation', 'PanTilt'), spaceOf(call.body, 'Translation', 'Zoom')];
  for (const space of [turning, zooming]) checkSpace(call, space);
  const { pan: x, tilt: y, zoom: z } = vectorAt(call.body, 'Translation');
  const { pan, tilt, zoom: from } = head.position();
  const zoom = zooming === ZOOM_FOV ? head.zoomFor(z ?? 1) : from + (z ?? 0);
  if (turning === PAN_TILT_FOV) head.lookAt(x ?? 0, y ?? 0, zoom);
  else head.goTo({ pan: pan + (x ?? 0), tilt: tilt + (y ?? 0), zoom });
  return xml`<tptz:RelativeMoveResponse/>`;
};

const absoluteMove: Operation = (call) => {
  const head = headOf(call);
  const space = spaceOf(call.body, 'Position', 'PanTilt');
  checkSpace(call, space);
  const { pan, tilt, zoom } = { ...head.position(), ...vectorAt(call.body, 'Position') };
  head.goTo(space === PAN_TILT_DEGREES ? { pan: pan / 180, tilt: tilt / 90, zoom } : { pan, tilt, zoom });
  return xml`<tptz:AbsoluteMoveResponse/>`;
};

const stop: Operation = (call) => {
  const isMeant = (name: string): boolean => !['false', '0'].includes(textAt(call.body, name) ?? 'true');
  headOf(call).stop([
    ...(isMeant('PanTilt') ? (['pan', 'tilt'] as const) : []),
    ...(isMeant('Zoom') ? (['zoom'] as const) : []),
  ]);
  return xml`<tptz:StopResponse/>`;
};

const positionXml = (name: string, { pan, tilt, zoom }: PtzPosition): Xml =>
  tag(
    name,
    {},
    xml`<tt:PanTilt x="${pan}" y="${tilt}" space="${PAN_TILT_POSITION}"/><tt:Zoom x="${zoom}" space="${ZOOM_POSITION}"/>`,
  );

const getStatus: Operation = (call) => {
  const head = headOf(call);
  const moving = (isMoving: boolean): string => (isMoving ? 'MOVING' : 'IDLE');
  return xml`<tptz:GetStatusResponse><tptz:PTZStatus>
    ${positionXml('tt:Position', head.position())}
    <tt:MoveStatus><tt:PanTilt>${moving(head.isMoving(['pan', 'tilt']))}</tt:PanTilt><tt:Zoom>${moving(head.isMoving(['zoom']))}</tt:Zoom></tt:MoveStatus>
    <tt:UtcTime>${dateTime(call.site.now())}</tt:UtcTime>
  </tptz:PTZStatus></tptz:GetStatusResponse>`;
};

function presetOf(head: PtzHead, body: Element): { token: string; position: PtzPosition } {
  const token = textAt(body, 'PresetToken') ?? '';
  const preset = head.presets.get(token);
  if (preset === undefined) throw badArgument(`There is no preset '${token}'`, 'ter:NoToken');
  return { token, position: preset.position };
}

const setPreset: Operation = (call) => {
  const head = headOf(call);
  const asked = textAt(call.body, 'PresetToken');
  if (asked !== undefined) presetOf(head, call.body); // an unknown token is not made
  if (asked === undefined && head.presets.size >= PRESETS_MAX) {
    throw new SoapFault('No more presets', ['ter:Action', 'ter:TooManyPresets'], 500);
  }
  const token = asked ?? freeToken(head);
  const name = textAt(call.body, 'PresetName') ?? head.presets.get(token)?.name ?? token;
  head.presets.set(token, { name, position: head.position() });
  return xml`<tptz:SetPresetResponse><tptz:PresetToken>${token}</tptz:PresetToken></tptz:SetPresetResponse>`;
};

function freeToken({ presets }: PtzHead): string {
  let number = 1;
  while (presets.has(String(number))) number += 1;
  return String(number);
}

const getPresets: Operation = (call) => {
  const presets = [...headOf(call).presets].map(([token, { name, position }]) =>
    tag('tptz:Preset', { token }, xml`<tt:Name>${name}</tt:Name>${positionXml('tt:PTZPosition', position)}`),
  );
  return xml`<tptz:GetPresetsResponse>${presets}</tptz:GetPresetsResponse>`;
};

const gotoPreset: Operation = (call) => {
  const head = headOf(call);
  head.goTo(presetOf(head, call.body).position);
  return xml`<tptz:GotoPresetResponse/>`;
};

const removePreset: Operation = (call) => {
  const head = headOf(call);
  head.presets.delete(presetOf(head, call.body).token);
  return xml`<tptz:RemovePresetResponse/>`;
};

const node = (name: string, site: OnvifSite): Xml =>
  tag(
    name,
    { token: 'ptz-node', FixedHomePosition: true },
    xml`<tt:Name>Dome</tt:Name><tt:SupportedPTZSpaces>${ptzSpaces(site)}</tt:SupportedPTZSpaces>
      <tt:MaximumNumberOfPresets>${PRESETS_MAX}</tt:MaximumNumberOfPresets><tt:HomeSupported>false</tt:HomeSupported>`,
  );

export const ptzService: Service = {
  path: '/onvif/ptz_service',
  prefix: 'tptz',
  version: { major: 2, minor: 60 },
  operations: {
    GetServiceCapabilities: () =>
      xml`<tptz:GetServiceCapabilitiesResponse><tptz:Capabilities EFlip="false" Reverse="false" MoveStatus="true" StatusPosition="true"/></tptz:GetServiceCapabilitiesResponse>`,
    GetNodes: ({ site }) => xml`<tptz:GetNodesResponse>${node('tptz:PTZNode', site)}</tptz:GetNodesResponse>`,
    GetNode: ({ site }) => xml`<tptz:GetNodeResponse>${node('tptz:PTZNode', site)}</tptz:GetNodeResponse>`,
    GetConfigurations: () =>
      xml`<tptz:GetConfigurationsResponse>${ptzConfiguration('tptz:PTZConfiguration')}</tptz:GetConfigurationsResponse>`,
    GetConfiguration: () =>
      xml`<tptz:GetConfigurationResponse>${ptzConfiguration('tptz:PTZConfiguration')}</tptz:GetConfigurationResponse>`,
    GetConfigurationOptions: ({ site }) => xml`<tptz:GetConfigurationOptionsResponse><tptz:PTZConfigurationOptions>
      <tt:Spaces>${ptzSpaces(site)}</tt:Spaces><tt:PTZTimeout><tt:Min>PT0S</tt:Min><tt:Max>PT60S</tt:Max></tt:PTZTimeout>
    </tptz:PTZConfigurationOptions></tptz:GetConfigurationOptionsResponse>`,
    ContinuousMove: continuousMove,
    RelativeMove: relativeMove,
    AbsoluteMove: absoluteMove,
    Stop: stop,
    GetStatus: getStatus,
    SetPreset: setPreset,
    GetPresets: getPresets,
    GotoPreset: gotoPreset,
    RemovePreset: removePreset,
  },
};
