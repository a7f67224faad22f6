import { uuidv7obj } from 'uuidv7';
import type { WorkOrder } from '../../gateway/domain/work-order.ts';
import { MORNING } from './recorded.ts';

/** The repair of a camera that is offline, with what a test wants otherwise. */
export const someOrder = (more: Partial<WorkOrder> = {}): WorkOrder => ({
  id: uuidv7obj().toString(),
  device: 'yz-cam-k812',
  deviceName: 'K812 望远',
  fault: 'device.offline',
  title: { zh: '设备离线', en: 'Device offline' },
  severity: 3,
  region: '360902001000',
  compound: undefined,
  place: { name: '沪昆线 K812+300' },
  state: 'open',
  assignee: undefined,
  alarm: undefined,
  times: 1,
  isActive: true,
  openedAt: MORNING,
  dueAt: undefined,
  endedAt: undefined,
  steps: [{ action: 'opened', at: MORNING, by: 'gateway', note: undefined }],
  seenSeq: 0,
  version: 1,
  ...more,
});
