import type { DeviceDirectory, DeviceId } from '../../../gateway/domain/device.ts';
import type { Intake, Report } from '../../../gateway/domain/signal.ts';

type Cause = Error | undefined;

/** An intake that keeps what it was given, and does with it what the test says: take it, hold it, or refuse it. */
export class RecordingIntake implements Intake {
  /** What became durable, in order, and what is only held. */
  readonly accepted: Report[] = [];
  readonly batches: (readonly Report[])[] = [];
  #holding: { promise: Promise<Cause>; end: (cause: Cause) => void } | undefined;
  #refusals = 0;
  readonly #changes = new Set<() => void>();

  async accept(reports: readonly Report[]): Promise<void> {
    this.batches.push(reports);
    this.#tell();
    const cause = await this.#holding?.promise;
    if (cause !== undefined || this.#refusals > 0) {
      this.#refusals = Math.max(0, this.#refusals - 1);
      throw cause ?? new Error('the disk is full');
    }
    this.accepted.push(...reports);
    this.#tell();
  }

  /** From now on nothing becomes durable until `release`. */
  hold(): void {
    const { promise, resolve } = Promise.withResolvers<Cause>();
    this.#holding = { promise, end: resolve };
  }

  /** Takes what is held, or refuses it with a cause. */
  release(cause?: Error): void {
    const holding = this.#holding;
    this.#holding = undefined;
    holding?.end(cause);
  }

  refuseNext(count: number): void {
    this.#refusals = count;
  }

  /** Resolves as soon as `isSo`, asked after each change. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await this.#nextChange();
  }

  #nextChange(): Promise<void> {
    return new Promise((resolve) => {
      const told = (): void => {
        this.#changes.delete(told);
        resolve();
      };
      this.#changes.add(told);
    });
  }

  #tell(): void {
    for (const told of this.#changes) told();
  }
}

/** A registry in which every device speaks our own topics, but for those that start with `camera`. */
export const directory: DeviceDirectory = {
  find: (id: DeviceId) => ({
    id,
    kind: id.startsWith('camera') ? 'camera' : 'railway',
    profile: id.startsWith('camera') ? 'onvif' : 'fengsui',
    name: id,
    region: '360902001000',
    place: {},
    enabled: true,
    version: 1,
  }),
  byProfile: () => [],
  onChange: () => () => undefined,
};
