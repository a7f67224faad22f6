import type { DeviceId } from '../domain/device.ts';
import { isEnded, type OrderId, type WorkOrder } from '../domain/work-order.ts';

/** How long an order is kept after its end, in milliseconds; the log itself holds its entries as long as any. */
export const KEPT_MS = 365 * 86_400_000;
/** Orders that are kept: a year of a city whose every tenth device needs somebody; some 100 MiB. Beyond it the one that ended first goes. */
export const ORDERS_MAX = 50_000;

const faultKey = (device: DeviceId, fault: string): string => `${device}\n${fault}`;

/** Work orders as the log has them, with what is on its way into it. */
export class OrderBook {
  readonly #orders = new Map<OrderId, WorkOrder>();
  /** The latest order of a device and fault. */
  readonly #latest = new Map<string, OrderId>();

  constructor(orders: Iterable<WorkOrder>) {
    for (const order of orders) this.put(order);
  }

  find = (id: OrderId): WorkOrder | undefined => this.#orders.get(id);
  all = (): readonly WorkOrder[] => [...this.#orders.values()];

  latestOf(device: DeviceId, fault: string): WorkOrder | undefined {
    const id = this.#latest.get(faultKey(device, fault));
    return id === undefined ? undefined : this.#orders.get(id);
  }

  put(order: WorkOrder): void {
    this.#orders.set(order.id, order);
    const key = faultKey(order.device, order.fault);
    const latest = this.latestOf(order.device, order.fault);
    if (latest === undefined || latest.openedAt <= order.openedAt) this.#latest.set(key, order.id);
  }

  /** Takes an order in as it will be, and answers how to take that back: where nothing was built on it since. */
  fold(after: WorkOrder): () => void {
    const before = this.#orders.get(after.id);
    this.put(after);
    return () => {
      if (this.#orders.get(after.id) !== after) return;
      if (before === undefined) this.remove(after.id);
      else this.put(before);
    };
  }

  remove(id: OrderId): void {
    const order = this.#orders.get(id);
    this.#orders.delete(id);
    if (order === undefined) return;
    const key = faultKey(order.device, order.fault);
    if (this.#latest.get(key) === id) this.#latest.delete(key);
  }

  /** Ended orders that need no longer be kept, the first ended first. */
  over(now: number): readonly WorkOrder[] {
    const ended = this.all()
      .filter(isEnded)
      .sort((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0));
    const beyond = this.#orders.size - ORDERS_MAX;
    return ended.filter(({ endedAt = 0 }, index) => index < beyond || now - endedAt > KEPT_MS);
  }

  counts(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { state } of this.#orders.values()) counts[state] = (counts[state] ?? 0) + 1;
    return counts;
  }
}
