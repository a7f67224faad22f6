import { loadCatalogue } from '../../config/catalogue.ts';

const CAMERAS_EACH = 5;
const HEADER = '编号,类别,接入方式,名称,行政区划,位置,经度,纬度,地址,用户名,密码,标签,别名,备注';
/** One row in thirty-three is wrong, each time in another way. */
const WRONG_EVERY = 33;
type Cells = { kind: string; region: string; lng: string; url: string; id: string };
const WRONGS: readonly Readonly<{ field: keyof Cells; value: string }>[] = [
  { field: 'kind', value: '无人机' },
  { field: 'region', value: '360902999999' },
  { field: 'lng', value: '东经114' },
  { field: 'url', value: 'http://admin:in-the-url@10.0.0.1/' },
  { field: 'id', value: '=cmd|calc' },
];

export type WrongRow = Readonly<{ line: number; field: string }>;

/** Five cameras in each village of the shipped region tree as one CSV file, and which cells of it are wrong. */
export function cityCameras(password: string): Readonly<{ csv: string; rows: number; wrong: readonly WrongRow[] }> {
  const villages = loadCatalogue().regions.filter(({ level }) => level === 'village');
  const wrong: WrongRow[] = [];
  const lines = villages.flatMap(({ code, name }, village) =>
    Array.from({ length: CAMERAS_EACH }, (_, camera) => {
      const row = village * CAMERAS_EACH + camera;
      const fault = row % WRONG_EVERY === WRONG_EVERY - 1 ? WRONGS[wrong.length % WRONGS.length] : undefined;
      const host = `10.${(row >> 16) & 255}.${(row >> 8) & 255}.${row & 255}`;
      const cells: Cells = {
        id: `cam-${code}-${camera}`,
        kind: '摄像机',
        region: code,
        lng: (114 + row / 100_000).toFixed(5),
        url: `http://${host}/onvif/device_service`,
      };
      if (fault !== undefined) {
        cells[fault.field] = fault.value;
        wrong.push({ line: row + 2, field: fault.field });
      }
      const { id, kind, region, lng, url } = cells;
      return `${id},${kind},onvif,${name}${camera + 1}号,${region},"${name}, 村口",${lng},27.8,${url},admin,${password},村口 ${camera},SN${row},-`;
    }),
  );
  return { csv: [HEADER, ...lines].join('\r\n'), rows: lines.length, wrong };
}
