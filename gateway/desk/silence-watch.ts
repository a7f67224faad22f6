import type { Logger } from 'pino';
import type { Device, DeviceDirectory, DeviceId, Presence } from '../domain/device.ts';
import { JournalUnavailable } from '../journal/journal.ts';
import { Waiting } from './waiting.ts';

export type SilencePorts = Readonly<{
  directory: DeviceDirectory;
  presence: (id: DeviceId) => Presence;
  /** After how long a silence a device counts as gone, in milliseconds; undefined: it tells by itself, or is asked. */
  silenceOf: (device: Device) => number | undefined;
  /** Whether its messages can reach us at all: while the broker is away nobody is judged by his silence. */
  canBeHeard: (device: Device) => boolean;
  judgeSilent: (device: Device) => Promise<void>;
  now: () => number;
  log: Logger;
}>;

const LOOK_EVERY_MS = 1_000;
/** Devices judged at one look; the rest follows a second later. */
const AT_ONCE_MAX = 2_000;

/**
 * Notices devices that have said nothing for too long (静默离线). Each is looked at when its time is over and not
 * before, so that a look costs what is due and not the city.
 */
export class SilenceWatch {
  readonly #ports: SilencePorts;
  readonly #due = new Waiting<DeviceId>();
  #heardAgainAt = Number.NEGATIVE_INFINITY;

  constructor(ports: SilencePorts, present: Iterable<Device>) {
    this.#ports = ports;
    for (const device of present) this.#wait(device, ports.now());
  }

  /** Answers the way to stop. */
  start(): () => void {
    const stop = this.#ports.directory.onChange((id, device) => {
      if (device === undefined) this.#due.delete(id);
      else if (!this.#due.has(id)) this.#wait(device, this.#ports.now());
    });
    const timer = setInterval(() => void this.look(), LOOK_EVERY_MS);
    return () => {
      clearInterval(timer);
      stop();
    };
  }

  async look(): Promise<void> {
    const { directory, now, log } = this.#ports;
    const due = this.#due.takeDue(now());
    for (const id of due.slice(AT_ONCE_MAX)) this.#due.add(id, id, now() + LOOK_EVERY_MS);
    const silent = due.slice(0, AT_ONCE_MAX).flatMap((id) => this.#silent(directory.find(id)));
    await Promise.all(silent.map((device) => this.#ports.judgeSilent(device))).catch((error: unknown) => {
      if (!(error instanceof JournalUnavailable)) throw error;
      log.error({ err: error }, 'devices that are silent wait for the journal');
    });
  }

  /** The device, where it is silent for too long; it is looked at again in any case. */
  #silent(device: Device | undefined): readonly Device[] {
    if (device === undefined) return [];
    const { presence, canBeHeard, now } = this.#ports;
    if (!canBeHeard(device)) this.#heardAgainAt = now(); // everybody gets his whole time once more
    const { online, lastSeenAt } = presence(device.id);
    const since = Math.max(lastSeenAt ?? Number.NEGATIVE_INFINITY, this.#heardAgainAt);
    const silence = this.#ports.silenceOf(device);
    this.#wait(device, online && silence !== undefined && now() - since < silence ? since : now());
    const isSilent = silence !== undefined && online && device.enabled && now() - since >= silence;
    return isSilent ? [device] : [];
  }

  #wait(device: Device, since: number): void {
    const silence = this.#ports.silenceOf(device);
    if (silence !== undefined) this.#due.add(device.id, device.id, since + silence);
  }
}
