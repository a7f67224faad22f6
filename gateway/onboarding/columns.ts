/** The columns of an import, each with the headers by which it goes. */
const COLUMNS = {
  id: ['编号', '设备编号', '设备编码'],
  kind: ['类别', '设备类别', '设备类型'],
  profile: ['接入方式', '协议'],
  name: ['名称', '设备名称'],
  region: ['行政区划', '区划代码', '行政区划代码'],
  place: ['位置', '安装位置', '地点'],
  lng: ['经度'],
  lat: ['纬度'],
  line: ['线路'],
  km: ['里程', '公里标'],
  direction: ['方向', '行别', '上下行'],
  compound: ['小区', '小区编号'],
  parent: ['上级设备', '所属录像机'],
  url: ['地址', '接入地址'],
  username: ['用户名', '账号'],
  password: ['密码', '口令'],
  credentials: ['凭据组'],
  cameras: ['关联摄像机', '摄像机'],
  tags: ['标签'],
  aliases: ['别名'],
  zone: ['时区'],
  enabled: ['启用'],
} as const satisfies Record<string, readonly string[]>;

export type Column = keyof typeof COLUMNS;
export const COLUMN_NAMES = Object.keys(COLUMNS) as readonly Column[]; // of a literal: its keys and no others

const byHeader: ReadonlyMap<string, Column> = new Map(
  COLUMN_NAMES.flatMap((column) =>
    [column, ...COLUMNS[column]].map((header) => [header.toLowerCase(), column] as const),
  ),
);

/** Which column a header names, in Chinese or English; what a note in brackets adds does not matter: `经度 (WGS-84)`. */
export const columnOf = (header: string): Column | undefined =>
  byHeader.get(
    header
      .replace(/[（(].*$/, '')
      .replace(/^\*|\*$/g, '')
      .trim()
      .toLowerCase(),
  );

/** Words of the field for the values of a column, beside the contract's own. */
export const VALUE_WORDS: Partial<Record<Column, Readonly<Record<string, string>>>> = {
  kind: {
    摄像机: 'camera',
    摄像头: 'camera',
    门禁: 'access',
    铁路: 'railway',
    传感器: 'sensor',
    音柱: 'speaker',
    广播音柱: 'speaker',
    网关: 'gateway',
    物联网网关: 'gateway',
    录像机: 'recorder',
  },
  direction: { 上行: 'up', 下行: 'down' },
  enabled: { 是: 'true', 否: 'false', yes: 'true', no: 'false', '1': 'true', '0': 'false' },
};
