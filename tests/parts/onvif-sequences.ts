import type { Element } from '../../simulators/camera/onvif/soap.ts';

/**
 * What stands in an element, and in which order: as the ONVIF schemas (onvif.xsd and the WSDL of each service, 2.6)
 * and OASIS b-2.xsd have it for the types that the simulated camera answers with. `?` may be left out, `*` and `+` may
 * be repeated. An element that means another thing elsewhere is named with what it stands in.
 */
const SEQUENCES: Readonly<Record<string, string>> = {
  // devicemgmt.wsdl
  GetSystemDateAndTimeResponse: 'SystemDateAndTime',
  SystemDateAndTime: 'DateTimeType DaylightSavings TimeZone? UTCDateTime? LocalDateTime? Extension?',
  TimeZone: 'TZ',
  UTCDateTime: 'Time Date',
  Time: 'Hour Minute Second',
  Date: 'Year Month Day',
  GetDeviceInformationResponse: 'Manufacturer Model FirmwareVersion SerialNumber HardwareId',
  GetScopesResponse: 'Scopes+',
  Scopes: 'ScopeDef ScopeItem',
  GetHostnameResponse: 'HostnameInformation',
  HostnameInformation: 'FromDHCP Name? Extension?',
  GetUsersResponse: 'User*',
  User: 'Username Password? UserLevel Extension?',
  GetServicesResponse: 'Service+',
  Service: 'Namespace XAddr Capabilities? Version',
  Version: 'Major Minor',
  'Service/Capabilities': 'Capabilities',
  'Capabilities/Capabilities': 'Network Security System Misc?',
  GetServiceCapabilitiesResponse: 'Capabilities',
  GetCapabilitiesResponse: 'Capabilities',
  'GetCapabilitiesResponse/Capabilities': 'Analytics? Device? Events? Imaging? Media? PTZ? Extension?',
  Device: 'XAddr Network? System? IO? Security? Extension?',
  Events: 'XAddr WSSubscriptionPolicySupport WSPullPointSupport WSPausableSubscriptionManagerInterfaceSupport',
  Imaging: 'XAddr',
  Media: 'XAddr StreamingCapabilities Extension?',
  'Media/StreamingCapabilities': 'RTPMulticast? RTP_TCP? RTP_RTSP_TCP? Extension?',
  'Capabilities/PTZ': 'XAddr',
  GetRelayOutputsResponse: 'RelayOutputs*',
  RelayOutputs: 'Properties',
  Properties: 'Mode DelayTime IdleState',
  // media.wsdl, media2.wsdl
  GetProfilesResponse: 'Profiles*',
  GetProfileResponse: 'Profile',
  'GetProfilesResponse/Profiles': `Name VideoSourceConfiguration? AudioSourceConfiguration? VideoEncoderConfiguration?
    AudioEncoderConfiguration? VideoAnalyticsConfiguration? PTZConfiguration? MetadataConfiguration? Extension?`,
  VideoSourceConfiguration: 'Name UseCount SourceToken Bounds Extension?',
  VideoEncoderConfiguration:
    'Name UseCount Encoding Resolution Quality RateControl? MPEG4? H264? Multicast SessionTimeout',
  Resolution: 'Width Height',
  RateControl: 'FrameRateLimit EncodingInterval BitrateLimit',
  H264: 'GovLength H264Profile',
  Multicast: 'Address Port TTL AutoStart',
  'Multicast/Address': 'Type IPv4Address? IPv6Address?',
  PTZConfiguration: `Name UseCount NodeToken DefaultAbsolutePantTiltPositionSpace? DefaultAbsoluteZoomPositionSpace?
    DefaultRelativePanTiltTranslationSpace? DefaultRelativeZoomTranslationSpace?
    DefaultContinuousPanTiltVelocitySpace? DefaultContinuousZoomVelocitySpace? DefaultPTZSpeed? DefaultPTZTimeout?
    PanTiltLimits? ZoomLimits? Extension?`,
  GetVideoSourcesResponse: 'VideoSources*',
  VideoSources: 'Framerate Resolution Imaging? Extension?',
  GetVideoSourceConfigurationsResponse: 'Configurations*',
  GetVideoEncoderConfigurationsResponse: 'Configurations*',
  MediaUri: 'Uri InvalidAfterConnect InvalidAfterReboot Timeout',
  'media2 Profiles': 'Name Configurations?',
  'Profiles/Configurations': 'VideoSource? AudioSource? VideoEncoder? AudioEncoder? Analytics? PTZ? Metadata?',
  VideoEncoder: 'Name UseCount Encoding Resolution RateControl? Multicast? Quality',
  // ptz.wsdl
  GetNodesResponse: 'PTZNode*',
  GetNodeResponse: 'PTZNode',
  PTZNode: 'Name? SupportedPTZSpaces MaximumNumberOfPresets HomeSupported AuxiliaryCommands* Extension?',
  SupportedPTZSpaces: `AbsolutePanTiltPositionSpace* AbsoluteZoomPositionSpace* RelativePanTiltTranslationSpace*
    RelativeZoomTranslationSpace* ContinuousPanTiltVelocitySpace* ContinuousZoomVelocitySpace* PanTiltSpeedSpace*
    ZoomSpeedSpace* Extension?`,
  'a space in two directions': 'URI XRange YRange',
  'a space in one direction': 'URI XRange',
  XRange: 'Min Max',
  YRange: 'Min Max',
  GetConfigurationsResponse: 'PTZConfiguration*',
  GetConfigurationResponse: 'PTZConfiguration',
  GetConfigurationOptionsResponse: 'PTZConfigurationOptions',
  PTZConfigurationOptions: 'Spaces PTZTimeout PTControlDirection? Extension?',
  PTZTimeout: 'Min Max',
  GetStatusResponse: 'PTZStatus',
  PTZStatus: 'Position? MoveStatus? Error? UtcTime',
  Position: 'PanTilt? Zoom?',
  MoveStatus: 'PanTilt? Zoom?',
  GetPresetsResponse: 'Preset*',
  Preset: 'Name? PTZPosition?',
  // imaging.wsdl
  GetImagingSettingsResponse: 'ImagingSettings',
  ImagingSettings: `BacklightCompensation? Brightness? ColorSaturation? Contrast? Exposure? Focus? IrCutFilter?
    Sharpness? WideDynamicRange? WhiteBalance? Extension?`,
  GetOptionsResponse: 'ImagingOptions',
  ImagingOptions: `BacklightCompensation? Brightness? ColorSaturation? Contrast? Exposure? Focus? IrCutFilterModes*
    Sharpness? WideDynamicRange? WhiteBalance? Extension?`,
  'ImagingOptions/Brightness': 'Min Max',
  'ImagingOptions/ColorSaturation': 'Min Max',
  'ImagingOptions/Contrast': 'Min Max',
  'ImagingOptions/Sharpness': 'Min Max',
  // deviceio.wsdl, recording.wsdl, search.wsdl
  GetDigitalInputsResponse: 'DigitalInputs*',
  GetRecordingsResponse: 'RecordingItem*',
  RecordingItem: 'RecordingToken Configuration Tracks',
  'RecordingItem/Configuration': 'Source Content MaximumRetentionTime',
  Source: 'SourceId Name Location Description Address',
  GetRecordingSummaryResponse: 'Summary',
  Summary: 'DataFrom DataUntil NumberRecordings',
  GetRecordingSearchResultsResponse: 'ResultList',
  ResultList: 'SearchState RecordingInformation*',
  RecordingInformation: 'RecordingToken Source EarliestRecording? LatestRecording? Content Track* RecordingStatus',
  Track: 'TrackToken TrackType Description DataFrom DataTo',
  // event.wsdl, b-2.xsd
  GetEventPropertiesResponse: `TopicNamespaceLocation+ FixedTopicSet TopicSet TopicExpressionDialect+
    MessageContentFilterDialect+ ProducerPropertiesFilterDialect* MessageContentSchemaLocation+`,
  MessageDescription: 'Source? Key? Data? Extension?',
  'MessageDescription/Source': 'SimpleItemDescription* ElementItemDescription* Extension?',
  'MessageDescription/Key': 'SimpleItemDescription* ElementItemDescription* Extension?',
  'MessageDescription/Data': 'SimpleItemDescription* ElementItemDescription* Extension?',
  CreatePullPointSubscriptionResponse: 'SubscriptionReference CurrentTime TerminationTime',
  SubscriptionReference: 'Address',
  PullMessagesResponse: 'CurrentTime TerminationTime NotificationMessage*',
  NotificationMessage: 'SubscriptionReference? Topic? ProducerReference? Message',
  'NotificationMessage/Message': 'Message',
  'Message/Message': 'Source? Key? Data? Extension?',
  'Message/Source': 'SimpleItem* ElementItem* Extension?',
  'Message/Key': 'SimpleItem* ElementItem* Extension?',
  'Message/Data': 'SimpleItem* ElementItem* Extension?',
  RenewResponse: 'TerminationTime CurrentTime?',
};

/** The same type under another name. */
const SAME: Readonly<Record<string, string>> = {
  'GetServiceCapabilitiesResponse/Capabilities': 'any service',
  Profile: 'GetProfilesResponse/Profiles',
  'GetVideoSourceConfigurationsResponse/Configurations': 'VideoSourceConfiguration',
  'GetVideoEncoderConfigurationsResponse/Configurations': 'VideoEncoderConfiguration',
  VideoSource: 'VideoSourceConfiguration',
  'Configurations/PTZ': 'PTZConfiguration',
  Spaces: 'SupportedPTZSpaces',
  PTZPosition: 'Position',
  AbsolutePanTiltPositionSpace: 'a space in two directions',
  RelativePanTiltTranslationSpace: 'a space in two directions',
  ContinuousPanTiltVelocitySpace: 'a space in two directions',
  AbsoluteZoomPositionSpace: 'a space in one direction',
  RelativeZoomTranslationSpace: 'a space in one direction',
  ContinuousZoomVelocitySpace: 'a space in one direction',
};

const MEDIA2 = 'http://www.onvif.org/ver20/media/wsdl';
/** Of any service: each has capabilities of its own, most of them attributes. */
const CAPABILITIES = 'Network? Security? System? ProfileCapabilities? StreamingCapabilities?';
/** Beneath it stand topics, by their names. */
const TOPICS = 'TopicSet';

/** Where an answer is not as the schemas have it; empty where it is. */
export const faultsOf = (body: Element): readonly string[] => {
  const hasPart = (element: Element): boolean => element.children.length > 0;
  const look = (element: Element, within: string): readonly string[] => {
    const inside = element.children.filter(hasPart).flatMap((part) => look(part, element.name));
    if (element.name === TOPICS) return descriptionsIn(element).flatMap((part) => look(part, 'topic'));
    const model = modelOf(element, within);
    if (model === undefined) return [`${within}/${element.name}: no sequence is known`, ...inside];
    const names = element.children.map(({ name }) => `${name} `).join('');
    return isAsIn(model, names) ? inside : [`${within}/${element.name}: ${names}`, ...inside];
  };
  return hasPart(body) ? look(body, 'Body') : [];
};

function modelOf({ name, uri }: Element, within: string): string | undefined {
  if (uri === MEDIA2 && name === 'Profiles') return SEQUENCES['media2 Profiles'];
  if (/^Get(Stream|Snapshot|Replay)UriResponse$/.test(name)) return 'MediaUri? Uri?';
  const known = (key: string): string | undefined => SEQUENCES[SAME[key] ?? key];
  const inItsPlace = `${within}/${name}`;
  return SAME[inItsPlace] === 'any service' ? CAPABILITIES : (known(inItsPlace) ?? known(name));
}

const isAsIn = (model: string, names: string): boolean => {
  const parts = model.split(/\s+/).map((part) => part.replace(/^(\w+)([?*+]?)$/, '(?:$1 )$2'));
  return new RegExp(`^${parts.join('')}$`).test(names);
};

const descriptionsIn = (element: Element): readonly Element[] =>
  element.children.flatMap((part) => (part.name === 'MessageDescription' ? [part] : descriptionsIn(part)));
