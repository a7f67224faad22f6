import type { Signal } from '../../gateway/domain/signal.ts';
import type { Chance } from './chance.ts';
import type { Ledger } from './ledger.ts';
import type { Life } from './life.ts';
import type { Timeline } from './timeline.ts';

export type PullerPorts = Readonly<{
  timeline: Timeline;
  chance: Chance;
  ledger: Ledger;
  paceMs: number;
  life: () => Life | undefined;
  isOver: () => boolean;
}>;

/** An adapter beside the broker's, for the same devices: gives one signal, and the next once that one is taken. */
export class SimulatedPuller {
  readonly #ports: PullerPorts;
  readonly #device: string;
  #serial = 0;
  #given: Signal | undefined;
  #isDue = false;

  constructor(device: string, ports: PullerPorts) {
    this.#device = device;
    this.#ports = ports;
  }

  get isAtRest(): boolean {
    return this.#given === undefined;
  }

  pull(): void {
    const { timeline, chance, paceMs, isOver } = this.#ports;
    const next = (): void => {
      if (!isOver()) this.#give(this.#signal());
    };
    timeline.after(chance.between(1, paceMs * 2), 'pull', next);
  }

  #signal(): Signal {
    const { chance, timeline } = this.#ports;
    this.#serial += 1;
    return {
      kind: 'signal',
      device: this.#device,
      type: 'device.tamper',
      id: `p${this.#serial}`,
      at: timeline.now,
      active: chance.is(0.6),
    };
  }

  #give(signal: Signal): void {
    const { life, timeline, chance } = this.#ports;
    this.#given = signal;
    this.#isDue = false;
    const alive = life();
    if (alive === undefined) return; // given again when it is back
    this.#deliver(alive, signal);
    // whoever does not wait for the answer says the same once more, while the first is still under way
    const isImpatient = chance.is(0.3);
    const repeat = (): void => {
      if (this.#given === signal && !alive.isDead) this.#deliver(alive, { ...signal });
    };
    if (isImpatient) timeline.after(chance.between(1, 30), 'pull twice', repeat, this);
  }

  #deliver(alive: Life, signal: Signal): void {
    alive.intake.accept([signal]).then(
      () => {
        if (!alive.isDead) this.#taken(signal);
      },
      () => {
        if (!alive.isDead) this.giveAgain();
      },
    );
  }

  #taken(signal: Signal): void {
    this.#ports.ledger.promised(JSON.stringify(signal), [signal]);
    if (this.#given?.id !== signal.id) return; // the other delivery was answered before
    this.#given = undefined;
    this.pull();
  }

  /** After a refusal, or when a gateway is back: no answer ever comes from a dead one. */
  giveAgain(): void {
    const { timeline, chance } = this.#ports;
    const signal = this.#given;
    if (signal === undefined || this.#isDue) return;
    this.#isDue = true;
    const again = (): void => {
      this.#isDue = false;
      if (this.#given === signal) this.#give({ ...signal });
    };
    timeline.after(chance.between(50, 500), 'pull again', again, this);
  }

  onCrash(): void {
    this.#ports.timeline.forget(this);
    this.#isDue = false;
  }
}
