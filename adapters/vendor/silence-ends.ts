import type { Logger } from 'pino';
import type { Device, DeviceId } from '../../gateway/domain/device.ts';
import type { Intake, Report, Signal } from '../../gateway/domain/signal.ts';

export type SilencePorts = Readonly<{
  find: (id: DeviceId) => Device | undefined;
  intake: Intake;
  log: Logger;
  now: () => number;
}>;

/** Events that go on at once, of all devices; past it the one that was told of longest ago stays open for people. */
const GOING_ON_MAX = 20_000;

/** Families whose devices do not say that an event is over, by when it counts as over, in milliseconds without a repeat. */
const SILENCES: ReadonlyMap<string, number> = new Map([
  ['isapi', 10_000],
  ['gb28181', 600_000],
]);
/** What says its own end: the heartbeat ends a lost picture, a door its alarms, a device record's test nothing. */
const HAS_AN_END = /^(?:isapi:videoloss|community\.door\.|device\.)/;

type GoingOn = Readonly<{ device: DeviceId; type: string; overAt: number }>;

/** Ends events that nobody ends: each repeat puts the end off, and the silence after the last one is it. */
export class SilenceEnds {
  readonly #ports: SilencePorts;
  readonly #goingOn = new Map<string, GoingOn>();

  constructor(ports: SilencePorts) {
    this.#ports = ports;
  }

  note(family: string, reports: readonly Report[]): void {
    const usual = SILENCES.get(family);
    if (usual === undefined) return;
    for (const report of reports)
      if (report.kind === 'signal' && !HAS_AN_END.test(report.type)) this.#note(report, usual);
  }

  /** Ends what has been silent for long enough; what the journal does not take is asked again the next time. */
  async settle(): Promise<void> {
    const at = this.#ports.now();
    const over = [...this.#goingOn.values()].filter(({ overAt }) => overAt <= at);
    if (over.length === 0) return;
    const ends = over.map(({ device, type }): Signal => ({ kind: 'signal', device, type, active: false, at }));
    await this.#ports.intake.accept(ends);
    for (const one of over) if (this.#goingOn.get(keyOf(one)) === one) this.#goingOn.delete(keyOf(one));
  }

  #note({ device, type, active }: Signal, usual: number): void {
    const key = keyOf({ device, type });
    this.#goingOn.delete(key); // set again at the end: the oldest stands first
    if (active !== true) return;
    const said = this.#ports.find(device)?.settings?.['silenceMs'];
    const silenceMs = typeof said === 'number' && said >= 1000 ? said : usual;
    if (this.#goingOn.size >= GOING_ON_MAX) this.#goingOn.delete(this.#goingOn.keys().next().value ?? '');
    this.#goingOn.set(key, { device, type, overAt: this.#ports.now() + silenceMs });
  }
}

const keyOf = ({ device, type }: Pick<GoingOn, 'device' | 'type'>): string => `${device} ${type}`;

const EVERY_MS = 1000;

/** Settles each second, one settling at a time; returns the way to stop. */
export function settleSilenceEachSecond(silence: SilenceEnds, log: Logger): () => void {
  let isUnderWay = false;
  const settle = async (): Promise<void> => {
    if (isUnderWay) return;
    isUnderWay = true;
    try {
      await silence.settle();
    } catch (error) {
      log.warn({ err: error }, 'the journal took no ends of silent events: asked again');
    } finally {
      isUnderWay = false;
    }
  };
  const timer = setInterval(() => void settle(), EVERY_MS);
  return () => clearInterval(timer);
}
