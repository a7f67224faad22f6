/** What is to be mended on a device, and in which menu. */
export type Advice = Readonly<{
  code: string;
  title: Readonly<{ zh: string; en: string }>;
  action: Readonly<{ zh: string; en: string }>;
}>;

/** What is known of a camera, as far as advice depends on it. */
export type Findings = Readonly<{
  state: string;
  clockOffsetMs: number | undefined;
  codecs: readonly string[];
  unknownTopics: number;
}>;

/** Sharp enough for an alarm's time. Source: the catalogue's `device.clock.off`. */
const CLOCK_ALLOWANCE_MS = 5_000;

const advice = (code: string, zh: string, en: string, doZh: string, doEn: string): Advice => ({
  code,
  title: { zh, en },
  action: { zh: doZh, en: doEn },
});

/** By the state of the camera's session; menus are named as Hikvision's and Dahua's web pages have them. */
const BY_STATE: Readonly<Record<string, Advice>> = {
  waiting: advice(
    'not-reached',
    '连不上，或回答读不懂',
    'Not reached, or its answer cannot be read',
    '查电源、网线、交换机和 IP；海康：配置→网络→基本配置；大华：设置→网络设置→TCP/IP',
    'Check power, cable, switch and address; Hikvision: Configuration → Network → Basic; Dahua: Setup → Network → TCP/IP',
  ),
  'not-authorized': advice(
    'not-authorized',
    'ONVIF 帐号被拒',
    'The ONVIF account is refused',
    '海康：配置→网络→高级配置→集成协议，启用 ONVIF 并添加管理员用户；大华：设置→系统→用户管理→ONVIF 用户；时钟差太多也会这样',
    'Hikvision: Configuration → Network → Advanced → Integration Protocol, enable ONVIF and add an administrator; Dahua: Setup → System → Account → ONVIF User; a clock far off looks the same',
  ),
  'events-refused': advice(
    'events-refused',
    '事件订阅名额已满',
    'All its event slots are taken',
    '停掉其他平台的订阅，或重启摄像机',
    'End the subscriptions of other platforms, or restart the camera',
  ),
  'no-events': advice(
    'no-events',
    '没有 ONVIF 事件服务',
    'It has no ONVIF events',
    '升级固件；或改用厂商通道（海康 ISAPI、大华 HTTP）；只会推送的设 onvif.pushPort',
    'Update the firmware, or take the maker’s own way (Hikvision ISAPI, Dahua HTTP); set onvif.pushPort for one that only pushes',
  ),
  'refused-address': advice(
    'refused-address',
    '地址不在允许的设备网段',
    'Its address is outside the device networks',
    '改地址，或在 deviceNetworks 中加入该网段',
    'Change the address, or add its network to deviceNetworks',
  ),
  'certificate-changed': advice(
    'certificate-changed',
    'HTTPS 证书换了',
    'Another HTTPS certificate',
    '确认是换过的设备后发命令 trust-certificate',
    'If the camera was replaced, send the command trust-certificate',
  ),
  'bad-connection': advice(
    'bad-connection',
    '接入地址不对',
    'The address is none',
    '填 http://IP/onvif/device_service，用户名和密码另填',
    'Enter http://ADDRESS/onvif/device_service, user and password apart',
  ),
  'rtsp-only': advice(
    'rtsp-only',
    '只有视频，没有事件',
    'A picture, and no events',
    '摄像机支持 ONVIF 的，改用 profile onvif',
    'Where the camera has ONVIF, make its profile onvif',
  ),
};

const CLOCK = advice(
  'clock-off',
  '时钟偏差',
  'Its clock is off',
  '海康：配置→系统→系统设置→时间配置；大华：设置→系统→普通设置→日期，启用 NTP 并指向本市授时服务器',
  'Hikvision: Configuration → System → Time Settings; Dahua: Setup → System → General → Date: enable NTP with the site’s time server',
);
const CODEC = advice(
  'codec',
  '主码流不是 H.264',
  'Its main stream is not H.264',
  '不是每个浏览器都能放，网关要转码：海康：配置→视音频→视频，大华：设置→相机设置→视频，子码流改为 H.264',
  'Not every browser plays it, and the gateway encodes it again: set the sub stream to H.264 under Video',
);
const TOPICS = advice(
  'unknown-topics',
  '有事件主题没有规则',
  'Event topics without a rule',
  '把主题写入该设备的 types，或报给厂家适配',
  'Name the topic in the device’s types, or have it added to topics.json',
);

/** What to mend, the gravest first. */
export function adviceFor({ state, clockOffsetMs, codecs, unknownTopics }: Findings): readonly Advice[] {
  const byState = BY_STATE[state];
  const isOff = clockOffsetMs !== undefined && Math.abs(clockOffsetMs) > CLOCK_ALLOWANCE_MS;
  const isPlain = codecs.some((codec) => /^h\.?264$/i.test(codec));
  return [
    ...(byState === undefined ? [] : [byState]),
    ...(isOff ? [CLOCK] : []),
    ...(codecs.length > 0 && !isPlain ? [CODEC] : []),
    ...(unknownTopics > 0 ? [TOPICS] : []),
  ];
}
