import type { Device, DeviceId } from '../../domain/device.ts';
import type { Located } from '../../domain/scope.ts';
import type { DeviceRegistry } from '../../registry/registry.ts';

/**
 * Where each device is, and where it was before its last move: those who saw it there are told that it is gone.
 * One entry a device of the registry, and the latest MOVED_MAX former places.
 */
export class DevicePlaces {
  readonly #now = new Map<DeviceId, Located>();
  readonly #before = new Map<DeviceId, Located>();
  readonly #stop: () => void;

  constructor(registry: Pick<DeviceRegistry, 'list' | 'onChange'>) {
    for (const device of registry.list(undefined, Number.MAX_SAFE_INTEGER, () => true)) {
      this.#now.set(device.id, locatedOf(device));
    }
    this.#stop = registry.onChange((id, device) => this.#changed(id, device));
  }

  of = (id: DeviceId): readonly Located[] =>
    [this.#now.get(id), this.#before.get(id)].filter((place) => place !== undefined);

  stop = (): void => this.#stop();

  #changed(id: DeviceId, device: Device | undefined): void {
    const was = this.#now.get(id);
    if (was !== undefined) this.#remember(id, was);
    if (device === undefined) this.#now.delete(id);
    else this.#now.set(id, locatedOf(device));
  }

  #remember(id: DeviceId, place: Located): void {
    this.#before.delete(id);
    this.#before.set(id, place);
    const oldest = this.#before.keys().next();
    if (this.#before.size > MOVED_MAX && oldest.done !== true) this.#before.delete(oldest.value);
  }
}

/** Former places that are remembered. */
const MOVED_MAX = 10_000;

const locatedOf = ({ region, compound, place }: Device): Located => ({ region, compound, line: place.line });
