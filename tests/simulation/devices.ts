import type { Device } from '../../gateway/domain/device.ts';
import type { Message, SimulatedBroker } from './broker.ts';
import type { Chance } from './chance.ts';
import type { Timeline } from './timeline.ts';
import type { Weather } from './weather.ts';

const common = { profile: 'fengsui', region: '360902102000', place: {}, enabled: true, version: 1 } as const;
export const DEVICES: readonly Device[] = [
  { ...common, id: 'fence-1', kind: 'railway', name: '周界 1', cameras: ['camera-1'] },
  { ...common, id: 'fence-2', kind: 'railway', name: '周界 2' },
  { ...common, id: 'door-1', kind: 'access', name: '单元门 1', compound: 'xc-1' },
  { ...common, id: 'door-2', kind: 'access', name: '单元门 2', compound: 'xc-1' },
];

const STATES = {
  railway: ['railway.perimeter.intrusion'],
  access: ['community.door.forced', 'community.door.held'],
} as const;
const PULSES = { railway: 'railway.patrol.report', access: 'community.panic' } as const;
/** How far a clock is off: right, a little, eight hours either way, and beyond belief. */
const CLOCKS_OFF_MS = [0, 0, 8 * 3_600_000, -8 * 3_600_000, 30 * 3_600_000, -40 * 365 * 86_400_000];
/** A device's clock is not set back and forth: it goes wrong at most once a day. */
const CLOCK_CHANGES = 0.003;

/** A device at the other end of a broker: says things in order, again when it is not sure, later when nobody listens. */
export class SimulatedDevice {
  readonly id: string;
  /** The last thing said of a state, by alarm type, and of being there. */
  readonly said = new Map<string, boolean>();
  /** False once its clock has jumped: then nobody can tell in what order it said things. */
  isClockSteady = true;
  #clockOffMs = 0;
  #serial = 0;
  readonly #outbox: Message[] = [];
  readonly #past: Message[] = [];
  readonly #device: Device;
  readonly #ports: DevicePorts;

  constructor(device: Device, ports: DevicePorts) {
    this.id = device.id;
    this.#device = device;
    this.#ports = ports;
  }

  get hasAllSent(): boolean {
    return this.#outbox.length === 0;
  }

  live(): void {
    const { timeline, chance, weather, isOver } = this.#ports;
    const act = (): void => {
      if (!isOver()) this.#sayOrRepeat();
      this.#flush();
      if (!isOver() || !this.hasAllSent) this.live();
    };
    timeline.after(chance.between(1, weather.paceMs), this.id, act);
  }

  #sayOrRepeat(): void {
    const { chance, weather } = this.#ports;
    if (chance.is(CLOCK_CHANGES)) this.#setClock(chance.pick(CLOCKS_OFF_MS));
    if (this.#past.length > 0 && chance.is(weather.repeats)) {
      this.#outbox.push(...this.#past.slice(-chance.between(1, 4)).map((one) => this.#numbered(one)));
    } else this.#say();
  }

  #setClock(offMs: number): void {
    this.#clockOffMs = offMs;
    this.isClockSteady = false;
  }

  #say(): void {
    const { chance } = this.#ports;
    const what = chance.between(1, 20);
    if (what <= 10) this.#sayState();
    else if (what <= 13) this.#event({ type: this.#pulse(), ...this.#named(chance.between(0, 2)) });
    else if (what <= 16) this.#status(chance.is(0.5));
    else if (what <= 18) this.#put('telemetry', JSON.stringify({ values: { serial: ++this.#serial } }));
    else
      this.#put(
        'event',
        chance.pick(['{"type":', JSON.stringify({ type: 'no.such.thing', id: `x${++this.#serial}` })]),
      );
  }

  /** Always with the device's time: without one nobody can tell a late end from a new one. */
  #sayState(): void {
    const { chance } = this.#ports;
    const type = chance.pick(STATES[this.#kind()]);
    const active = chance.is(0.6);
    this.said.set(type, active);
    this.#event({ type, active, ...this.#named(chance.between(1, 2)) });
  }

  #status(online: boolean): void {
    this.said.set('online', online);
    this.#put('status', online ? 'online' : 'offline');
  }

  /** By what the signal is known again: 0 its id, 1 its time, 2 both. */
  #named(by: number): Readonly<Record<string, unknown>> {
    this.#serial += 1;
    const at = new Date(this.#ports.timeline.now + this.#clockOffMs).toISOString();
    return { ...(by === 1 ? { value: this.#serial } : { id: `e${this.#serial}` }), ...(by === 0 ? {} : { at }) };
  }

  #event(event: Readonly<Record<string, unknown>>): void {
    this.#put('event', JSON.stringify(event));
  }

  #put(kind: string, payload: string): void {
    const message = this.#numbered({ number: 0, device: this.id, topic: `fengsui/v1/${this.id}/${kind}`, payload });
    this.#outbox.push(message);
    if (kind === 'event') this.#past.push(message);
    if (this.#past.length > 8) this.#past.shift();
  }

  #numbered = (message: Message): Message => ({ ...message, number: this.#ports.number() });
  #kind = (): 'railway' | 'access' => (this.#device.kind === 'railway' ? 'railway' : 'access');
  #pulse = (): string => PULSES[this.#kind()];

  #flush(): void {
    while (this.#outbox[0] !== undefined && this.#ports.broker.publish(this.#outbox[0])) this.#outbox.shift();
  }
}

export type DevicePorts = Readonly<{
  timeline: Timeline;
  chance: Chance;
  weather: Weather;
  broker: SimulatedBroker;
  number: () => number;
  isOver: () => boolean;
}>;
