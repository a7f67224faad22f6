/** A device as `PUT /api/v1/devices/{id}` takes it, its id apart. */
export type DeviceRecord = Readonly<{
  id: string;
  kind: 'camera' | 'access' | 'railway' | 'sensor' | 'speaker';
  profile: 'onvif' | 'rtsp' | 'fengsui';
  name: string;
  region: string;
  place: Readonly<{
    name?: string;
    /** WGS-84 degrees. */
    lng: number;
    lat: number;
    line?: string;
    km?: string;
    kmValue?: number;
    direction?: 'up' | 'down';
  }>;
  compound?: string;
  connection?: Readonly<{ url: string; username: string; password: string }>;
  /** The cameras that see it, nearest first. */
  cameras?: readonly string[];
  tags?: readonly string[];
  settings?: Readonly<{ sound: boolean }>;
}>;

/** What stands in for the device: a camera and what it looks at, or one of the MQTT devices. */
export type Stand =
  | Readonly<{ as: 'camera'; scene: number; hasPtz: boolean; hasMicrophone?: boolean }>
  | Readonly<{ as: 'access' | 'fence' | 'collar' | 'speaker' }>;

export type FleetMember = Readonly<{ record: DeviceRecord; stand: Stand }>;

const BINJIANG = '360902100000'; // 彬江镇
const LINGQUAN = '360902001000'; // 灵泉街道
const XIUJIANG = '360902002003'; // 秀江街道秀江社区
const LINE = '沪昆线';
const COMPOUND = '秀江名苑';

/** The demo's devices: one stretch of railway, one compound, one street. Connections are filled in at start. */
export const FLEET: readonly FleetMember[] = [
  {
    record: {
      id: 'yz-cam-k812',
      kind: 'camera',
      profile: 'onvif',
      name: '沪昆线 K812+150 下行 球机',
      region: BINJIANG,
      place: { lng: 114.5605, lat: 27.8124, line: LINE, km: 'K812+150', kmValue: 812_150, direction: 'down' },
      tags: ['railway'],
    },
    stand: { as: 'camera', scene: 0, hasPtz: true },
  },
  {
    record: {
      id: 'yz-lookout-02',
      kind: 'camera',
      profile: 'onvif',
      name: '彬江高空瞭望 2 号',
      region: BINJIANG,
      place: { name: '彬江铁塔', lng: 114.5691, lat: 27.8171, line: LINE, km: 'K812+900', kmValue: 812_900 },
      tags: ['railway', 'lookout'],
    },
    stand: { as: 'camera', scene: 3, hasPtz: true },
  },
  {
    record: {
      id: 'yz-cam-door-xj-01',
      kind: 'camera',
      profile: 'onvif',
      name: '秀江名苑 1 号门摄像机',
      region: XIUJIANG,
      place: { name: '秀江名苑 1 号门', lng: 114.3922, lat: 27.8121 },
      compound: COMPOUND,
      settings: { sound: true },
    },
    stand: { as: 'camera', scene: 1, hasPtz: false, hasMicrophone: true },
  },
  {
    record: {
      id: 'yz-cam-square-01',
      kind: 'camera',
      profile: 'onvif',
      name: '雪亮工程 灵泉广场 1 号',
      region: LINGQUAN,
      place: { name: '灵泉广场', lng: 114.385, lat: 27.797 },
    },
    stand: { as: 'camera', scene: 2, hasPtz: true },
  },
  {
    record: {
      id: 'yz-cam-rtsp-01',
      kind: 'camera',
      profile: 'rtsp',
      name: '灵泉街道 老旧摄像机（仅 RTSP）',
      region: LINGQUAN,
      place: { name: '灵泉路口', lng: 114.3871, lat: 27.7983 },
    },
    stand: { as: 'camera', scene: 2, hasPtz: false },
  },
  {
    record: {
      id: 'yz-fence-k812',
      kind: 'railway',
      profile: 'fengsui',
      name: '沪昆线 K812+300 周界主机',
      region: BINJIANG,
      place: { lng: 114.562, lat: 27.8123, line: LINE, km: 'K812+300', kmValue: 812_300, direction: 'down' },
      cameras: ['yz-cam-k812', 'yz-lookout-02'],
    },
    stand: { as: 'fence' },
  },
  {
    record: {
      id: 'yz-door-xj-01',
      kind: 'access',
      profile: 'fengsui',
      name: '秀江名苑 1 号门门禁',
      region: XIUJIANG,
      place: { name: '秀江名苑 1 号门', lng: 114.3921, lat: 27.812 },
      compound: COMPOUND,
      cameras: ['yz-cam-door-xj-01'],
    },
    stand: { as: 'access' },
  },
  {
    record: {
      id: 'yz-collar-0031',
      kind: 'sensor',
      profile: 'fengsui',
      name: '耕牛项圈 0031',
      region: BINJIANG,
      place: { lng: 114.562, lat: 27.8152, line: LINE, km: 'K812+300', kmValue: 812_300 },
      cameras: ['yz-cam-k812', 'yz-lookout-02'],
    },
    stand: { as: 'collar' },
  },
  {
    record: {
      id: 'yz-speaker-k811',
      kind: 'speaker',
      profile: 'fengsui',
      name: '沪昆线 K811+850 广播',
      region: BINJIANG,
      place: { lng: 114.5575, lat: 27.8122, line: LINE, km: 'K811+850', kmValue: 811_850, direction: 'down' },
      cameras: ['yz-cam-k812'],
    },
    stand: { as: 'speaker' },
  },
];
