import type { DeviceId } from '../../domain/device.ts';

/** A camera that gave no picture is not asked again for so long: ten alarms beside a dead one must not wait in line for it. */
const REST_MS = 15_000;
/** One line in the log for each camera and minute. */
const LOG_EVERY_MS = 60_000;
/** Beyond so many the longest known is forgotten, which costs one more attempt and one more line. */
const CAMERAS_MAX = 10_000;

/** Cameras whose last snapshot failed. */
export class FailingCameras {
  readonly #cameras = new Map<DeviceId, { failedAt: number; loggedAt: number }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  isResting(camera: DeviceId): boolean {
    const known = this.#cameras.get(camera);
    return known !== undefined && this.#now() - known.failedAt < REST_MS;
  }

  /** Notes a failure; true when it is to be logged. */
  failed(camera: DeviceId): boolean {
    const now = this.#now();
    const known = this.#cameras.get(camera);
    const isLogged = known === undefined || now - known.loggedAt >= LOG_EVERY_MS;
    this.#cameras.delete(camera); // so that the map stays in the order of the last failure
    this.#cameras.set(camera, { failedAt: now, loggedAt: isLogged ? now : known.loggedAt });
    const [oldest] = this.#cameras.keys();
    if (this.#cameras.size > CAMERAS_MAX && oldest !== undefined) this.#cameras.delete(oldest);
    return isLogged;
  }

  succeeded(camera: DeviceId): void {
    this.#cameras.delete(camera);
  }
}
