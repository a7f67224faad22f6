import type { WorkOrder } from '../http/contract/work-orders.ts';
import { toCell } from './csv.ts';

/** Column, Chinese and English, and what stands in it. */
const COLUMNS: readonly (readonly [name: string, write: (order: WorkOrder) => string | undefined])[] = [
  ['工单号 id', ({ id }) => id],
  ['状态 state', ({ state }) => state],
  ['设备 device', ({ device }) => device],
  ['设备名称 name', ({ deviceName }) => deviceName],
  ['故障 fault', ({ fault }) => fault],
  ['说明 title', ({ title }) => title.zh],
  ['级别 severity', ({ severity }) => String(severity)],
  ['区划 region', ({ region }) => region],
  ['位置 place', ({ place }) => place.name ?? place.km],
  ['负责人 assignee', ({ assignee }) => assignee],
  ['次数 times', ({ times }) => String(times)],
  ['故障仍在 still there', ({ isActive }) => (isActive ? 'yes' : 'no')],
  ['建单 opened', ({ openedAt }) => openedAt],
  ['时限 due', ({ dueAt }) => dueAt],
  ['结束 ended', ({ endedAt }) => endedAt],
  ['最后说明 last note', ({ steps }) => steps.findLast(({ note }) => note !== undefined)?.note],
];

/** Spreadsheets take a file without the mark for a local code page, and Chinese for rubbish. */
const BYTE_ORDER_MARK = '\uFEFF';
export const ORDER_HEADER = `${BYTE_ORDER_MARK}${COLUMNS.map(([name]) => name).join(',')}\r\n`;

/** One order as a line of CSV (RFC 4180), safe in a spreadsheet as `toCell` makes it. */
export const toOrderLine = (order: WorkOrder): string =>
  `${COLUMNS.map(([, write]) => toCell(write(order))).join(',')}\r\n`;
