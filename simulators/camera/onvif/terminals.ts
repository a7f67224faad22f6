import type { EventBroker } from './broker.ts';
import { badArgument } from './fault.ts';

/** The relays and inputs of a camera: one of each, as most have. */
export class DeviceIo {
  readonly relays = new Map([['relay-1', false]]);
  readonly inputs: readonly string[] = ['input-1'];
  readonly #broker: EventBroker;

  constructor(broker: EventBroker) {
    this.#broker = broker;
  }

  /** Throws a SoapFault for a relay that there is not. */
  setRelay(token: string, isActive: boolean): void {
    if (!this.relays.has(token)) throw badArgument(`There is no relay '${token}'`, 'ter:RelayToken');
    this.relays.set(token, isActive);
    const state = isActive ? 'active' : 'inactive';
    this.#broker.raise('Device/Trigger/Relay', { source: { RelayToken: token }, data: { LogicalState: state } });
  }
}
