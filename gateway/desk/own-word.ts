import type { AlarmDefinition, AlarmId } from '../domain/alarm.ts';
import type { Device } from '../domain/device.ts';
import type { OtherEntry } from '../domain/entry.ts';
import type { Signal } from '../domain/signal.ts';
import type { Judge } from './judge.ts';
import type { AlarmLanes } from './lanes.ts';
import type { SiteRules } from './site-rules.ts';

export type OwnWordPorts = Readonly<{
  lanes: Pick<AlarmLanes, 'commit'>;
  definitionOf: (device: Device, word: string) => AlarmDefinition | undefined;
  newAlarmId: () => AlarmId;
}>;

/** What the gateway says of a device by itself: that it is gone, floods, flaps, or has a clock that is off. */
export class OwnWord {
  readonly #ports: OwnWordPorts;
  readonly #judge: Judge;
  readonly #site: SiteRules;

  constructor(ports: OwnWordPorts, judge: Judge, site: SiteRules) {
    this.#ports = ports;
    this.#judge = judge;
    this.#site = site;
  }

  /** Each time is a new signal: two changes may come in one millisecond. `beside` stands or falls with it. */
  async say(
    device: Device,
    type: string,
    active: boolean,
    at: number,
    text?: string,
    beside: readonly OtherEntry[] = [],
  ): Promise<void> {
    const { definitionOf, newAlarmId, lanes } = this.#ports;
    const meant = definitionOf(device, type);
    if (meant === undefined) {
      if (beside.length > 0) await lanes.commit(device.id, [], beside);
      return;
    }
    const said = text === undefined ? { type, active } : { type, active, text };
    const signal: Signal = { ...said, kind: 'signal', device: device.id, id: `own-${newAlarmId()}`, at };
    const definition = this.#site.definitionFor(meant, device, at);
    await this.#judge.judge({ device, definition, signal, occurredAt: at, receivedAt: at }, beside);
  }
}
