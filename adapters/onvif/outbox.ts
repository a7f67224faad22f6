import type { Logger } from 'pino';
import type { DeviceId } from '../../gateway/domain/device.ts';
import type { Intake, Report } from '../../gateway/domain/signal.ts';
import { pause } from './pause.ts';

const RETRY_LEAST_MS = 250;
const RETRY_MOST_MS = 10_000;
/** Reports in one append; a camera that ignores the limit of a pull may send thousands. */
const REPORTS_MAX = 256;

/** One camera's way to the journal. A pull cannot be repeated, so what the journal did not take is kept and offered again. */
export class Outbox {
  readonly #device: DeviceId;
  readonly #intake: Intake;
  readonly #log: Logger;
  readonly #stop: AbortSignal;

  constructor(device: DeviceId, intake: Intake, log: Logger, stop: AbortSignal) {
    this.#device = device;
    this.#intake = intake;
    this.#log = log;
    this.#stop = stop;
  }

  /**
   * Resolves once all is durable, or when the camera's session was stopped meanwhile. Before each further try
   * `meanwhile` is asked to do what must not wait for the journal.
   */
  async deliver(reports: readonly Report[], meanwhile?: () => Promise<void>): Promise<void> {
    for (let from = 0; from < reports.length; from += REPORTS_MAX) {
      await this.#deliverPart(reports.slice(from, from + REPORTS_MAX), meanwhile);
    }
  }

  async #deliverPart(part: readonly Report[], meanwhile: (() => Promise<void>) | undefined): Promise<void> {
    for (let waitMs = RETRY_LEAST_MS; ; waitMs = Math.min(waitMs * 2, RETRY_MOST_MS)) {
      try {
        return await this.#intake.accept(part);
      } catch (error) {
        const [device, count] = [this.#device, part.length];
        if (this.#stop.aborted)
          return this.#log.error({ device, count, err: error }, 'reports lost: stopped before the journal took them');
        this.#log.warn({ device, count, err: error }, 'journal took no reports of a camera: kept, offered again');
      }
      await pause(waitMs, this.#stop);
      await meanwhile?.();
    }
  }
}
