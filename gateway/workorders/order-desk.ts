import type { Actor } from '../domain/actor.ts';
import type { Device } from '../domain/device.ts';
import type { OtherEntry } from '../domain/entry.ts';
import type { Place } from '../domain/place.ts';
import { failed, type Result } from '../domain/result.ts';
import type { Severity } from '../domain/severity.ts';
import { isEnded, type OrderId, REPORTED, stepOf, stepped, type WorkOrder } from '../domain/work-order.ts';
import { type Batch, type Journal, JournalUnavailable } from '../journal/journal.ts';
import { isForMaintainer, orderAfter } from './alarm-order.ts';
import type { OrderBook } from './order-book.ts';
import { decideOrder, type OrderCommand, type OrderFault } from './order-step.ts';

export type OrderDeskPorts = Readonly<{
  journal: Pick<Journal, 'append'>;
  book: OrderBook;
  findDevice: (id: string) => Device | undefined;
  /** A place with its coordinates where they follow from its post. */
  located: (place: Place) => Place;
  newId: () => OrderId;
  now: () => number;
}>;

/** A person's word that something is to be repaired (报修). */
export type Reported = Readonly<{ device: Device; note: string; severity: Severity; by: Actor }>;

const GATEWAY: Actor = { name: 'gateway', centre: undefined };
const REPORTED_TITLE = { zh: '人工报修', en: 'Reported by hand' };

/**
 * Work orders (工单): opened by the faults that the journal tells of and by people, carried on by people. Decided and
 * folded into the book at once, so that of two people one wins; answered for when durable. What the disk refuses is
 * taken back.
 */
export class OrderDesk {
  readonly #ports: OrderDeskPorts;

  constructor(ports: OrderDeskPorts) {
    this.#ports = ports;
  }

  find = (id: OrderId): WorkOrder | undefined => this.#ports.book.find(id);
  all = (): readonly WorkOrder[] => this.#ports.book.all();

  /** Throws JournalUnavailable. Scope and permission are the caller's to check. */
  async carryOut(id: OrderId, command: OrderCommand): Promise<Result<WorkOrder, OrderFault>> {
    const { book, now } = this.#ports;
    const order = book.find(id);
    if (order === undefined) return failed({ kind: 'unknown-order' });
    const decided = decideOrder(order, command, now());
    if (decided.ok) await this.#store([decided.value], command.by);
    return decided;
  }

  /** Throws JournalUnavailable. Where the device is reported already, this is one more word to that order. */
  async report({ device, note, severity, by }: Reported): Promise<WorkOrder> {
    const { book, now, newId, located } = this.#ports;
    const [at, latest] = [now(), book.latestOf(device.id, REPORTED)];
    const order: WorkOrder =
      latest !== undefined && !isEnded(latest)
        ? stepped(latest, { times: latest.times + 1 }, stepOf('again', at, by, note))
        : {
            id: newId(),
            device: device.id,
            deviceName: device.name,
            fault: REPORTED,
            title: REPORTED_TITLE,
            severity,
            region: device.region,
            compound: device.compound,
            place: located(device.place),
            state: 'open',
            assignee: undefined,
            alarm: undefined,
            times: 1,
            isActive: true,
            openedAt: at,
            dueAt: undefined,
            endedAt: undefined,
            steps: [stepOf('opened', at, by, note)],
            seenSeq: 0,
            version: 1,
          };
    await this.#store([order], by);
    return order;
  }

  /** What the journal tells of alarms. The same when done twice: an order knows the last entry that it heard. */
  async follow({ entries }: Batch): Promise<void> {
    const { book, findDevice, newId, located } = this.#ports;
    const after = new Map<OrderId, WorkOrder>();
    const undo: (() => void)[] = [];
    for (const recorded of entries) {
      const { alarm } = recorded;
      if (alarm === undefined || !isForMaintainer(alarm)) continue;
      const latest = book.latestOf(alarm.device, alarm.type);
      const deviceName = findDevice(alarm.device)?.name ?? alarm.device;
      const order = orderAfter({ recorded, alarm, latest, deviceName, newId });
      if (order === undefined) continue;
      const placed = latest?.id === order.id ? order : { ...order, place: located(order.place) };
      undo.unshift(book.fold(placed));
      after.set(placed.id, placed);
    }
    if (after.size > 0)
      await this.#append(
        [...after.values()].map((order) => putOf(order, GATEWAY)),
        undo,
      );
  }

  /** Lets ended orders go whose time is over; the log keeps their entries. Throws JournalUnavailable. */
  async forgetOld(): Promise<void> {
    const over = this.#ports.book.over(this.#ports.now());
    if (over.length === 0) return;
    await this.#append(
      over.map(({ id }) => ({ kind: 'work-order-removed', order: id })),
      [],
    );
    for (const { id } of over) this.#ports.book.remove(id);
  }

  async #store(orders: readonly WorkOrder[], by: Actor): Promise<void> {
    const undo = orders.map((order) => this.#ports.book.fold(order));
    await this.#append(
      orders.map((order) => putOf(order, by)),
      undo,
    );
  }

  async #append(entries: readonly OtherEntry[], undo: readonly (() => void)[]): Promise<void> {
    const writes = [
      {
        subject: 'work-orders',
        expectedVersion: undefined,
        entries: entries.map((entry) => ({ entry, alarm: undefined })),
      },
    ];
    try {
      const [answer] = await this.#ports.journal.append(writes);
      if (answer?.ok !== true) throw new JournalUnavailable('the work order was not stored');
    } catch (error) {
      for (const takeBack of undo) takeBack();
      throw error;
    }
  }
}

const putOf = (order: WorkOrder, by: Actor): OtherEntry => ({ kind: 'work-order-put', order, by });
