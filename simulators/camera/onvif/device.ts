import { relayOperations } from './device-io.ts';
import { badArgument } from './fault.ts';
import { NAMESPACES } from './namespaces.ts';
import type { Operation, Service } from './operation.ts';
import type { OnvifSite } from './site.ts';
import { textAt } from './soap.ts';
import { userOperations } from './users.ts';
import { NOTHING, type Xml, xml } from './xml.ts';

const getSystemDateAndTime: Operation = ({ site }) => {
  const at = new Date(site.now());
  return xml`<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime>
    <tt:DateTimeType>NTP</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings>
    <tt:TimeZone><tt:TZ>CST-8</tt:TZ></tt:TimeZone>
    <tt:UTCDateTime>
      <tt:Time><tt:Hour>${at.getUTCHours()}</tt:Hour><tt:Minute>${at.getUTCMinutes()}</tt:Minute><tt:Second>${at.getUTCSeconds()}</tt:Second></tt:Time>
      <tt:Date><tt:Year>${at.getUTCFullYear()}</tt:Year><tt:Month>${at.getUTCMonth() + 1}</tt:Month><tt:Day>${at.getUTCDate()}</tt:Day></tt:Date>
    </tt:UTCDateTime>
  </tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>`;
};

const getDeviceInformation: Operation = ({ site }) => xml`<tds:GetDeviceInformationResponse>
  <tds:Manufacturer>Fengsui</tds:Manufacturer><tds:Model>Simulated camera</tds:Model>
  <tds:FirmwareVersion>1.0</tds:FirmwareVersion><tds:SerialNumber>${site.id}</tds:SerialNumber>
  <tds:HardwareId>simulator</tds:HardwareId>
</tds:GetDeviceInformationResponse>`;

const getScopes: Operation = ({ site }) => {
  const scopes = [
    'type/video_encoder',
    'Profile/Streaming',
    ...(site.head === undefined ? [] : ['type/ptz']),
    `name/${encodeURIComponent(site.name)}`,
    'hardware/simulator',
    'location/country/china',
  ];
  return xml`<tds:GetScopesResponse>${scopes.map(
    (scope) =>
      xml`<tds:Scopes><tt:ScopeDef>Fixed</tt:ScopeDef><tt:ScopeItem>onvif://www.onvif.org/${scope}</tt:ScopeItem></tds:Scopes>`,
  )}</tds:GetScopesResponse>`;
};

const getHostname: Operation = ({ site }) => xml`<tds:GetHostnameResponse><tds:HostnameInformation>
  <tt:FromDHCP>false</tt:FromDHCP><tt:Name>${site.id}</tt:Name>
</tds:HostnameInformation></tds:GetHostnameResponse>`;

const deviceCapabilities = xml`<tds:Capabilities>
  <tds:Network IPFilter="false" ZeroConfiguration="false" IPVersion6="false"/>
  <tds:Security HttpDigest="true" UsernameToken="true" TLS1.2="false"/>
  <tds:System DiscoveryBye="false" RemoteDiscovery="false" SystemBackup="false" FirmwareUpgrade="false"/>
</tds:Capabilities>`;

const getServiceCapabilities: Operation = () =>
  xml`<tds:GetServiceCapabilitiesResponse>${deviceCapabilities}</tds:GetServiceCapabilitiesResponse>`;

/** `services` is asked for at each call, because a service list holds itself. */
const getServices =
  (services: (site: OnvifSite) => readonly Service[]): Operation =>
  ({ site, body }) => {
    const isWanted = textAt(body, 'IncludeCapability') === 'true';
    const described = services(site).map(
      ({ path, prefix, version }) => xml`<tds:Service>
        <tds:Namespace>${NAMESPACES[prefix]}</tds:Namespace><tds:XAddr>${site.baseUrl()}${path}</tds:XAddr>
        ${isWanted && prefix === 'tds' ? xml`<tds:Capabilities>${deviceCapabilities}</tds:Capabilities>` : NOTHING}
        <tds:Version><tt:Major>${version.major}</tt:Major><tt:Minor>${version.minor}</tt:Minor></tds:Version>
      </tds:Service>`,
    );
    return xml`<tds:GetServicesResponse>${described}</tds:GetServicesResponse>`;
  };

const CATEGORIES = ['All', 'Analytics', 'Device', 'Events', 'Imaging', 'Media', 'PTZ'];

const getCapabilities: Operation = ({ site, body }) => {
  const category = textAt(body, 'Category') ?? 'All';
  if (!CATEGORIES.includes(category)) throw badArgument('No such category', 'ter:NoSuchService');
  const address = (name: string): Xml => xml`<tt:XAddr>${site.baseUrl()}/onvif/${name}_service</tt:XAddr>`;
  const sections: Readonly<Record<string, Xml>> = {
    Device: xml`<tt:Device>${address('device')}</tt:Device>`,
    ...(site.quirks.noEvents
      ? {}
      : {
          Events: xml`<tt:Events>${address('event')}<tt:WSSubscriptionPolicySupport>false</tt:WSSubscriptionPolicySupport>
      <tt:WSPullPointSupport>true</tt:WSPullPointSupport>
      <tt:WSPausableSubscriptionManagerInterfaceSupport>false</tt:WSPausableSubscriptionManagerInterfaceSupport></tt:Events>`,
        }),
    Imaging: xml`<tt:Imaging>${address('imaging')}</tt:Imaging>`,
    Media: xml`<tt:Media>${address('media')}<tt:StreamingCapabilities><tt:RTPMulticast>false</tt:RTPMulticast>
      <tt:RTP_TCP>true</tt:RTP_TCP><tt:RTP_RTSP_TCP>true</tt:RTP_RTSP_TCP></tt:StreamingCapabilities></tt:Media>`,
    ...(site.head === undefined ? {} : { PTZ: xml`<tt:PTZ>${address('ptz')}</tt:PTZ>` }),
  };
  const told = Object.entries(sections).filter(([name]) => category === 'All' || category === name);
  return xml`<tds:GetCapabilitiesResponse><tds:Capabilities>${told.map(([, section]) => section)}</tds:Capabilities></tds:GetCapabilitiesResponse>`;
};

const systemReboot: Operation = ({ site }) => {
  setImmediate(() => void site.reboot()); // once this answer is on its way
  return xml`<tds:SystemRebootResponse><tds:Message>Rebooting</tds:Message></tds:SystemRebootResponse>`;
};

export const deviceService = (services: (site: OnvifSite) => readonly Service[]): Service => ({
  path: '/onvif/device_service',
  prefix: 'tds',
  version: { major: 2, minor: 60 },
  operations: {
    GetSystemDateAndTime: getSystemDateAndTime,
    GetDeviceInformation: getDeviceInformation,
    GetCapabilities: getCapabilities,
    GetServices: getServices(services),
    GetServiceCapabilities: getServiceCapabilities,
    GetScopes: getScopes,
    GetHostname: getHostname,
    SystemReboot: systemReboot,
    ...relayOperations,
    ...userOperations,
  },
});
