import { GOP_FRAMES } from '../picture/loops.ts';
import { FRAMES_PER_SECOND } from '../picture/scenes.ts';
import type { CameraQuality, OnvifSite } from './site.ts';
import { NOTHING, tag, type Xml, xml } from './xml.ts';

/** The parts of a media profile. Source: ONVIF schema (onvif.xsd), Profile, VideoEncoderConfiguration, PTZConfiguration. */
export const profileElement = (name: string, site: OnvifSite, profile: CameraQuality): Xml =>
  tag(
    name,
    { token: profile, fixed: true },
    xml`<tt:Name>${profile}</tt:Name>
      ${videoSourceConfiguration('tt:VideoSourceConfiguration', site)}
      ${encoderConfiguration('tt:VideoEncoderConfiguration', site, profile)}
      ${site.head === undefined ? NOTHING : ptzConfiguration('tt:PTZConfiguration')}`,
  );

export const videoSource = ({ sizes }: OnvifSite): Xml =>
  tag(
    'trt:VideoSources',
    { token: 'video-source' },
    xml`<tt:Framerate>${FRAMES_PER_SECOND}</tt:Framerate>${resolution(sizes.main)}`,
  );

export const videoSourceConfiguration = (name: string, { sizes }: OnvifSite): Xml =>
  tag(
    name,
    { token: 'video-source-configuration' },
    xml`<tt:Name>Video source</tt:Name><tt:UseCount>2</tt:UseCount><tt:SourceToken>video-source</tt:SourceToken>
      <tt:Bounds x="0" y="0" width="${sizes.main.width}" height="${sizes.main.height}"/>`,
  );

export const encoderConfiguration = (name: string, { sizes }: OnvifSite, profile: CameraQuality): Xml =>
  tag(
    name,
    { token: `${profile}-encoder` },
    xml`<tt:Name>${profile}</tt:Name><tt:UseCount>1</tt:UseCount><tt:Encoding>H264</tt:Encoding>
      ${resolution(sizes[profile])}<tt:Quality>4</tt:Quality>
      <tt:RateControl><tt:FrameRateLimit>${FRAMES_PER_SECOND}</tt:FrameRateLimit>
        <tt:EncodingInterval>1</tt:EncodingInterval><tt:BitrateLimit>${sizes[profile].kbits}</tt:BitrateLimit></tt:RateControl>
      <tt:H264><tt:GovLength>${GOP_FRAMES}</tt:GovLength><tt:H264Profile>Baseline</tt:H264Profile></tt:H264>
      <tt:Multicast><tt:Address><tt:Type>IPv4</tt:Type><tt:IPv4Address>0.0.0.0</tt:IPv4Address></tt:Address>
        <tt:Port>0</tt:Port><tt:TTL>1</tt:TTL><tt:AutoStart>false</tt:AutoStart></tt:Multicast>
      <tt:SessionTimeout>PT60S</tt:SessionTimeout>`,
  );

const resolution = ({ width, height }: Readonly<{ width: number; height: number }>): Xml =>
  xml`<tt:Resolution><tt:Width>${width}</tt:Width><tt:Height>${height}</tt:Height></tt:Resolution>`;

const SPACE = 'http://www.onvif.org/ver10/tptz';
export const PAN_TILT_POSITION = `${SPACE}/PanTiltSpaces/PositionGenericSpace`;
export const ZOOM_POSITION = `${SPACE}/ZoomSpaces/PositionGenericSpace`;

export const ptzConfiguration = (name: string): Xml =>
  tag(
    name,
    { token: 'ptz-configuration' },
    xml`<tt:Name>PTZ</tt:Name><tt:UseCount>2</tt:UseCount><tt:NodeToken>ptz-node</tt:NodeToken>
      <tt:DefaultAbsolutePantTiltPositionSpace>${PAN_TILT_POSITION}</tt:DefaultAbsolutePantTiltPositionSpace>
      <tt:DefaultAbsoluteZoomPositionSpace>${ZOOM_POSITION}</tt:DefaultAbsoluteZoomPositionSpace>
      <tt:DefaultRelativePanTiltTranslationSpace>${SPACE}/PanTiltSpaces/TranslationGenericSpace</tt:DefaultRelativePanTiltTranslationSpace>
      <tt:DefaultRelativeZoomTranslationSpace>${SPACE}/ZoomSpaces/TranslationGenericSpace</tt:DefaultRelativeZoomTranslationSpace>
      <tt:DefaultContinuousPanTiltVelocitySpace>${SPACE}/PanTiltSpaces/VelocityGenericSpace</tt:DefaultContinuousPanTiltVelocitySpace>
      <tt:DefaultContinuousZoomVelocitySpace>${SPACE}/ZoomSpaces/VelocityGenericSpace</tt:DefaultContinuousZoomVelocitySpace>
      <tt:DefaultPTZTimeout>PT10S</tt:DefaultPTZTimeout>`,
  );

export const PAN_TILT_DEGREES = `${SPACE}/PanTiltSpaces/SphericalPositionSpaceDegrees`;
export const PAN_TILT_FOV = `${SPACE}/PanTiltSpaces/TranslationSpaceFov`;
export const ZOOM_FOV = `${SPACE}/ZoomSpaces/TranslationSpaceFov`;

const range = (name: string, least: number | string, most: number | string): Xml =>
  tag(name, {}, xml`<tt:Min>${least}</tt:Min><tt:Max>${most}</tt:Max>`);
const space = (name: string, uri: string, ...ranges: readonly Xml[]): Xml =>
  tag(name, {}, xml`<tt:URI>${SPACE}/${uri}</tt:URI>${ranges}`);

const DEGREES_SPACE = space(
  'tt:AbsolutePanTiltPositionSpace',
  'PanTiltSpaces/SphericalPositionSpaceDegrees',
  range('tt:XRange', -180, 180),
  range('tt:YRange', -90, 90),
);
const FOV_SPACE = space(
  'tt:RelativePanTiltTranslationSpace',
  'PanTiltSpaces/TranslationSpaceFov',
  range('tt:XRange', '-INF', 'INF'),
  range('tt:YRange', '-INF', 'INF'),
);
const FOV_ZOOM_SPACE = space(
  'tt:RelativeZoomTranslationSpace',
  'ZoomSpaces/TranslationSpaceFov',
  range('tt:XRange', 0, 'INF'),
);

/**
 * The spaces that the head understands: ONVIF's generic ones; unless a quirk takes them away, degrees and those of the
 * field of view, (1, 1) being the upper right corner of the picture. Source: ONVIF PTZ Service Specification, annex A.
 */
export const ptzSpaces = ({ quirks: { headSpaces } }: Pick<OnvifSite, 'quirks'>): Xml => xml`
  ${space('tt:AbsolutePanTiltPositionSpace', 'PanTiltSpaces/PositionGenericSpace', range('tt:XRange', -1, 1), range('tt:YRange', -1, 1))}
  ${headSpaces === 'generic' ? NOTHING : DEGREES_SPACE}
  ${space('tt:AbsoluteZoomPositionSpace', 'ZoomSpaces/PositionGenericSpace', range('tt:XRange', 0, 1))}
  ${space('tt:RelativePanTiltTranslationSpace', 'PanTiltSpaces/TranslationGenericSpace', range('tt:XRange', -1, 1), range('tt:YRange', -1, 1))}
  ${headSpaces === undefined || headSpaces === 'fov-turn' ? FOV_SPACE : NOTHING}
  ${space('tt:RelativeZoomTranslationSpace', 'ZoomSpaces/TranslationGenericSpace', range('tt:XRange', -1, 1))}
  ${headSpaces === undefined ? FOV_ZOOM_SPACE : NOTHING}
  ${space('tt:ContinuousPanTiltVelocitySpace', 'PanTiltSpaces/VelocityGenericSpace', range('tt:XRange', -1, 1), range('tt:YRange', -1, 1))}
  ${space('tt:ContinuousZoomVelocitySpace', 'ZoomSpaces/VelocityGenericSpace', range('tt:XRange', -1, 1))}`;
