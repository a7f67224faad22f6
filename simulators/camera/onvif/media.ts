import { badArgument } from './fault.ts';
import type { Operation, Service } from './operation.ts';
import { encoderConfiguration, profileElement, videoSource, videoSourceConfiguration } from './profiles.ts';
import { type CameraQuality, PROFILES } from './site.ts';
import { type Element, textAt } from './soap.ts';
import { xml } from './xml.ts';

/** Where the JPEG of a profile is: this and the profile's token. */
export const SNAPSHOT_PATH = '/onvif/snapshot/';

function profileOf(body: Element): CameraQuality {
  const token = textAt(body, 'ProfileToken');
  const found = PROFILES.find((profile) => profile === token);
  if (found === undefined) throw badArgument(`There is no profile '${token ?? ''}'`, 'ter:NoProfile');
  return found;
}

const getStreamUri: Operation = ({ site, body }) => {
  const stream = textAt(body, 'StreamSetup', 'Stream') ?? 'RTP-Unicast';
  if (stream !== 'RTP-Unicast') throw badArgument(`${stream} is not supported`, 'ter:InvalidStreamSetup');
  return xml`<trt:GetStreamUriResponse><trt:MediaUri>
    <tt:Uri>${site.rtspUrl(profileOf(body))}</tt:Uri>
    <tt:InvalidAfterConnect>false</tt:InvalidAfterConnect><tt:InvalidAfterReboot>false</tt:InvalidAfterReboot>
    <tt:Timeout>PT0S</tt:Timeout>
  </trt:MediaUri></trt:GetStreamUriResponse>`;
};

const getSnapshotUri: Operation = ({ site, body }) => xml`<trt:GetSnapshotUriResponse><trt:MediaUri>
  <tt:Uri>${site.baseUrl()}${SNAPSHOT_PATH}${profileOf(body)}</tt:Uri>
  <tt:InvalidAfterConnect>false</tt:InvalidAfterConnect><tt:InvalidAfterReboot>false</tt:InvalidAfterReboot>
  <tt:Timeout>PT0S</tt:Timeout>
</trt:MediaUri></trt:GetSnapshotUriResponse>`;

const setSynchronizationPoint: Operation = ({ site, body }) => {
  site.startWithKey(profileOf(body));
  return xml`<trt:SetSynchronizationPointResponse/>`;
};

export const mediaService: Service = {
  path: '/onvif/media_service',
  prefix: 'trt',
  version: { major: 2, minor: 60 },
  operations: {
    GetServiceCapabilities: () => xml`<trt:GetServiceCapabilitiesResponse>
      <trt:Capabilities SnapshotUri="true" Rotation="false" VideoSourceMode="false" OSD="false">
        <trt:ProfileCapabilities MaximumNumberOfProfiles="2"/>
        <trt:StreamingCapabilities RTPMulticast="false" RTP_TCP="true" RTP_RTSP_TCP="true" NonAggregateControl="false"/>
      </trt:Capabilities>
    </trt:GetServiceCapabilitiesResponse>`,
    GetProfiles: ({ site }) =>
      xml`<trt:GetProfilesResponse>${PROFILES.map((profile) => profileElement('trt:Profiles', site, profile))}</trt:GetProfilesResponse>`,
    GetProfile: ({ site, body }) =>
      xml`<trt:GetProfileResponse>${profileElement('trt:Profile', site, profileOf(body))}</trt:GetProfileResponse>`,
    GetVideoSources: ({ site }) => xml`<trt:GetVideoSourcesResponse>${videoSource(site)}</trt:GetVideoSourcesResponse>`,
    GetVideoSourceConfigurations: ({ site }) =>
      xml`<trt:GetVideoSourceConfigurationsResponse>${videoSourceConfiguration('trt:Configurations', site)}</trt:GetVideoSourceConfigurationsResponse>`,
    GetVideoEncoderConfigurations: ({ site }) =>
      xml`<trt:GetVideoEncoderConfigurationsResponse>${PROFILES.map((profile) => encoderConfiguration('trt:Configurations', site, profile))}</trt:GetVideoEncoderConfigurationsResponse>`,
    GetStreamUri: getStreamUri,
    GetSnapshotUri: getSnapshotUri,
    SetSynchronizationPoint: setSynchronizationPoint,
  },
};
