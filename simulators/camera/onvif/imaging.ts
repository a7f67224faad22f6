import { badArgument } from './fault.ts';
import type { Operation, Service } from './site.ts';
import { textAt } from './soap.ts';
import { xml } from './xml.ts';

const getImagingSettings: Operation = ({ body }) => {
  if (textAt(body, 'VideoSourceToken') !== 'video-source') {
    throw badArgument('There is no such video source', 'ter:NoSource');
  }
  return xml`<timg:GetImagingSettingsResponse><timg:ImagingSettings>
    <tt:Brightness>50</tt:Brightness><tt:ColorSaturation>50</tt:ColorSaturation><tt:Contrast>50</tt:Contrast>
    <tt:IrCutFilter>AUTO</tt:IrCutFilter><tt:Sharpness>50</tt:Sharpness>
  </timg:ImagingSettings></timg:GetImagingSettingsResponse>`;
};

/** Only what a client reads at start: the picture of a simulated camera has no settings. */
export const imagingService: Service = {
  path: '/onvif/imaging_service',
  prefix: 'timg',
  version: { major: 2, minor: 60 },
  operations: {
    GetServiceCapabilities: () =>
      xml`<timg:GetServiceCapabilitiesResponse><timg:Capabilities ImageStabilization="false" Presets="false"/></timg:GetServiceCapabilitiesResponse>`,
    GetImagingSettings: getImagingSettings,
    GetOptions: () => xml`<timg:GetOptionsResponse><timg:ImagingOptions/></timg:GetOptionsResponse>`,
  },
};
