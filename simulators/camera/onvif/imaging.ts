import { badArgument } from './fault.ts';
import type { Operation, Service } from './operation.ts';
import { LEVELS } from './picture-settings.ts';
import { child, type Element, textAt } from './soap.ts';
import { type Xml, xml } from './xml.ts';

const FILTERS = ['AUTO', 'ON', 'OFF'];
const LEVEL_MAX = 100;

function checkSource(body: Element): void {
  if (textAt(body, 'VideoSourceToken') === 'video-source') return;
  throw badArgument('There is no such video source', 'ter:NoSource');
}

const getImagingSettings: Operation = ({ site, body }) => {
  checkSource(body);
  const { levels, irCutFilter } = site.picture;
  const level = (name: (typeof LEVELS)[number]): Xml => xml`${levels.get(name) ?? 50}`;
  return xml`<timg:GetImagingSettingsResponse><timg:ImagingSettings>
    <tt:Brightness>${level('Brightness')}</tt:Brightness><tt:ColorSaturation>${level('ColorSaturation')}</tt:ColorSaturation>
    <tt:Contrast>${level('Contrast')}</tt:Contrast><tt:IrCutFilter>${irCutFilter}</tt:IrCutFilter>
    <tt:Sharpness>${level('Sharpness')}</tt:Sharpness>
  </timg:ImagingSettings></timg:GetImagingSettingsResponse>`;
};

const range = (): Xml => xml`<tt:Min>0</tt:Min><tt:Max>${LEVEL_MAX}</tt:Max>`;

const getOptions: Operation = ({ body }) => {
  checkSource(body);
  return xml`<timg:GetOptionsResponse><timg:ImagingOptions>
    <tt:Brightness>${range()}</tt:Brightness><tt:ColorSaturation>${range()}</tt:ColorSaturation><tt:Contrast>${range()}</tt:Contrast>
    ${FILTERS.map((filter) => xml`<tt:IrCutFilterModes>${filter}</tt:IrCutFilterModes>`)}
    <tt:Sharpness>${range()}</tt:Sharpness>
  </timg:ImagingOptions></timg:GetOptionsResponse>`;
};

const setImagingSettings: Operation = ({ site, body }) => {
  checkSource(body);
  const settings = child(body, 'ImagingSettings');
  if (settings === undefined) throw badArgument('Nothing to set', 'ter:SettingsInvalid');
  for (const name of LEVELS) {
    const text = textAt(settings, name);
    if (text === undefined) continue;
    const value = Number(text);
    if (!(value >= 0 && value <= LEVEL_MAX)) throw badArgument(`${name} is 0 to 100`, 'ter:SettingsInvalid');
    site.picture.levels.set(name, value);
  }
  const filter = textAt(settings, 'IrCutFilter');
  if (filter !== undefined && !FILTERS.includes(filter)) throw badArgument('AUTO, ON or OFF', 'ter:SettingsInvalid');
  if (filter !== undefined) site.picture.irCutFilter = filter;
  return xml`<timg:SetImagingSettingsResponse/>`;
};

export const imagingService: Service = {
  path: '/onvif/imaging_service',
  prefix: 'timg',
  version: { major: 2, minor: 60 },
  operations: {
    GetServiceCapabilities: () =>
      xml`<timg:GetServiceCapabilitiesResponse><timg:Capabilities ImageStabilization="false" Presets="false"/></timg:GetServiceCapabilitiesResponse>`,
    GetImagingSettings: getImagingSettings,
    SetImagingSettings: setImagingSettings,
    GetOptions: getOptions,
  },
};
