import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { uuidv7 } from 'uuidv7';
import type { DeviceId } from './domain/device.ts';
import type { WorkOrder } from './domain/work-order.ts';
import { type Follower, type FollowerPorts, runFollower } from './followers/follower.ts';
import type { SqliteJournal } from './journal/sqlite.ts';
import { gaugeByLabel } from './metrics.ts';
import type { LineBook } from './registry/line-book.ts';
import type { DeviceRegistry } from './registry/registry.ts';
import type { OnStop } from './surroundings.ts';
import { OrderBook } from './workorders/order-book.ts';
import { OrderDesk } from './workorders/order-desk.ts';

export type WorkOrderParts = Readonly<{
  journal: SqliteJournal;
  registry: Pick<DeviceRegistry, 'find'>;
  lines: Pick<LineBook, 'withPoint'>;
  metrics: Registry;
  onStop: OnStop;
  now: () => number;
  log: Logger;
}>;

/** All that has to do with work orders (工单), put together. */
export type WorkOrderHouse = Readonly<{
  desk: OrderDesk;
  follow(ports: Omit<FollowerPorts, 'name' | 'handle' | 'inFlightMax'>): Follower;
}>;

/** A gateway that had none until now does not open orders for faults of last year. */
const FIRST_MAX = 100_000;
const FORGET_EVERY_MS = 3_600_000;

export function openWorkOrderHouse(parts: WorkOrderParts): WorkOrderHouse {
  const { journal, registry, lines, now, log } = parts;
  // each was written by us: by the key stands what the entry held
  const book = new OrderBook([...journal.queries.facts('work-order/')].map(({ value }) => value as WorkOrder));
  const findDevice = (id: DeviceId) => registry.find(id);
  const desk = new OrderDesk({
    journal,
    book,
    findDevice,
    located: (place) => lines.withPoint(place),
    newId: uuidv7,
    now,
  });
  gaugeByLabel(parts.metrics, { name: 'fengsui_work_orders', help: 'Work orders by state', label: 'state' }, () =>
    book.counts(),
  );
  const forget = (): void => {
    desk.forgetOld().catch((error: unknown) => log.warn({ err: error }, 'old work orders stay for now'));
  };
  const forgetting = setInterval(forget, FORGET_EVERY_MS);
  parts.onStop(() => clearInterval(forgetting));
  const follow: WorkOrderHouse['follow'] = ({ cursors, ...ports }) =>
    runFollower({
      ...ports,
      name: 'work-orders',
      isPatient: true,
      cursors: {
        read: (name) => cursors.read(name) || Math.max(0, journal.head() - FIRST_MAX),
        store: cursors.store.bind(cursors),
      },
      handle: (batch) => desk.follow(batch),
    });
  return { desk, follow };
}
