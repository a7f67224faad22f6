import { badArgument } from './fault.ts';
import { SNAPSHOT_PATH } from './media.ts';
import type { Operation, Service } from './operation.ts';
import { ptzConfiguration } from './profiles.ts';
import { type CameraQuality, type OnvifSite, PROFILES } from './site.ts';
import { type Element, textAt } from './soap.ts';
import { NOTHING, tag, type Xml, xml } from './xml.ts';

function profileOf(body: Element): CameraQuality {
  const token = textAt(body, 'ProfileToken');
  const found = PROFILES.find((profile) => profile === token);
  if (found === undefined) throw badArgument(`There is no profile '${token ?? ''}'`, 'ter:NoProfile');
  return found;
}

/** Source: ONVIF Media2 service specification, 5.2: a profile and its configurations, each by its kind. */
function profileElement(site: OnvifSite, profile: CameraQuality): Xml {
  const { width, height } = site.sizes[profile];
  const encoder = tag(
    'tr2:VideoEncoder',
    { token: `${profile}-encoder`, GovLength: 50, Profile: 'Main' },
    xml`<tt:Name>${profile}</tt:Name><tt:UseCount>1</tt:UseCount><tt:Encoding>${site.encodingTold}</tt:Encoding>
      <tt:Resolution><tt:Width>${width}</tt:Width><tt:Height>${height}</tt:Height></tt:Resolution><tt:Quality>4</tt:Quality>`,
  );
  const source = tag(
    'tr2:VideoSource',
    { token: 'video-source-configuration' },
    xml`<tt:Name>Video source</tt:Name><tt:UseCount>2</tt:UseCount><tt:SourceToken>video-source</tt:SourceToken>
      <tt:Bounds x="0" y="0" width="${width}" height="${height}"/>`,
  );
  const ptz = site.head === undefined ? NOTHING : ptzConfiguration('tr2:PTZ');
  return tag(
    'tr2:Profiles',
    { token: profile, fixed: true },
    xml`<tr2:Name>${profile}</tr2:Name><tr2:Configurations>${source}${encoder}${ptz}</tr2:Configurations>`,
  );
}

const getProfiles: Operation = ({ site }) =>
  xml`<tr2:GetProfilesResponse>${PROFILES.map((profile) => profileElement(site, profile))}</tr2:GetProfilesResponse>`;

/** Profile T: H.265 is named here and nowhere else. */
export const media2Service: Service = {
  path: '/onvif/media2_service',
  prefix: 'tr2',
  version: { major: 21, minor: 6 },
  operations: {
    GetProfiles: getProfiles,
    GetStreamUri: ({ site, body }) =>
      xml`<tr2:GetStreamUriResponse><tr2:Uri>${site.rtspUrl(profileOf(body))}</tr2:Uri></tr2:GetStreamUriResponse>`,
    GetSnapshotUri: ({ site, body }) =>
      xml`<tr2:GetSnapshotUriResponse><tr2:Uri>${site.baseUrl()}${SNAPSHOT_PATH}${profileOf(body)}</tr2:Uri></tr2:GetSnapshotUriResponse>`,
  },
};
