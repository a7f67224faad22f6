import type { DeviceId } from '../../gateway/domain/device.ts';
import type { Outbox } from './outbox.ts';

/** One missed pull is a hiccup of the network; two in a row are a camera that is not there. */
const MISSED_MAX = 2;

/** Whether a camera is there: any good answer says yes, two missed ones in a row say no. Only a change is reported. */
export class Presence {
  #isOnline: boolean | undefined;
  #missed = 0;
  readonly #device: DeviceId;
  readonly #outbox: Outbox;
  readonly #now: () => number;

  constructor(device: DeviceId, outbox: Outbox, now: () => number) {
    this.#device = device;
    this.#outbox = outbox;
    this.#now = now;
  }

  async heard(): Promise<void> {
    this.#missed = 0;
    await this.#become(true);
  }

  async missed(): Promise<void> {
    this.#missed += 1;
    if (this.#missed >= MISSED_MAX) await this.#become(false);
  }

  async #become(online: boolean): Promise<void> {
    if (this.#isOnline === online) return;
    this.#isOnline = online;
    await this.#outbox.deliver([{ kind: 'status', device: this.#device, online, at: this.#now() }]);
  }
}
