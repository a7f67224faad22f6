import { hash } from 'node:crypto';
import type { Logger } from 'pino';
import type { DeviceId, Presence } from '../domain/device.ts';
import type { Result } from '../domain/result.ts';
import type { Intake } from '../domain/signal.ts';
import { JournalUnavailable } from '../journal/journal.ts';
import type { DeviceRegistry } from '../registry/registry.ts';
import { greyPicture } from './grey-picture.ts';
import { lookOf, type Seen, seenNext, type Verdict, verdictOf } from './picture-judging.ts';
import { Views } from './view-judging.ts';

/** Each camera is looked at once in this time: a fault of the picture is for the maintainer, in the morning. */
const ROUND_MS = 3_600_000;
/** Never more often than this, however many there are: 14,000 take two hours. One picture at a time. */
const LEAST_MS = 500;

/** Alarms that a verdict raises, by the catalogue: covered is somebody's doing, the others are for the maintainer. */
const TYPES = {
  frozen: 'device.video.poor',
  black: 'device.video.poor',
  covered: 'device.video.masked',
  moved: 'device.video.scene-changed',
} as const;
const TEXTS = {
  frozen: '画面静止 / the picture stands still',
  black: '画面全黑 / the picture is black',
  covered: '画面被遮挡 / the picture is covered',
  moved: '镜头已转动 / the camera was turned: it shows another place',
} as const;
type Fault = keyof typeof TYPES;

export type RoundPorts = Readonly<{
  registry: Pick<DeviceRegistry, 'byProfile' | 'find'> & Readonly<{ presence: (id: DeviceId) => Presence }>;
  /** The camera's own JPEG. */
  snapshot: (id: DeviceId) => Promise<Result<Uint8Array, unknown>>;
  /** Whether somebody may have turned it on purpose. */
  isSteered: (id: DeviceId) => Promise<boolean>;
  intake: Intake;
  log: Logger;
}>;

/**
 * Looks at a picture of each online ONVIF camera in turn, and raises what is wrong with it; ends only what it raised
 * itself, since the start. Memory: one row and up to two small pictures for each camera that was looked at.
 */
export class PictureRounds {
  readonly #ports: RoundPorts;
  readonly #seen = new Map<DeviceId, Seen>();
  readonly #raised = new Map<DeviceId, Fault>();
  readonly #views = new Views();
  #waiting: DeviceId[] = [];
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(ports: RoundPorts) {
    this.#ports = ports;
  }

  /** The first look is a round's pace away: a start has other things to do. Answers the way to stop. */
  start(): () => Promise<void> {
    this.#later();
    return async () => {
      this.#isStopped = true;
      clearTimeout(this.#timer);
      await this.#looking;
    };
  }

  #later(): void {
    if (this.#isStopped) return;
    const cameras = Math.max(1, this.#ports.registry.byProfile('onvif').length);
    this.#timer = setTimeout(
      () => {
        this.#looking = this.#next().finally(() => this.#later());
      },
      Math.max(LEAST_MS, ROUND_MS / cameras),
    );
  }

  async #next(): Promise<void> {
    const { registry, log } = this.#ports;
    if (this.#waiting.length === 0) this.#waiting = registry.byProfile('onvif').map(({ id }) => id);
    const id = this.#waiting.pop();
    if (id === undefined) return;
    try {
      await this.look(id);
    } catch (error) {
      if (!(error instanceof JournalUnavailable)) throw error;
      log.warn({ device: id }, 'what its picture says waits for the journal');
    }
  }

  /** One look at one camera. Throws JournalUnavailable. */
  async look(id: DeviceId): Promise<void> {
    const { registry, snapshot } = this.#ports;
    const device = registry.find(id);
    if (device?.enabled !== true) return this.#forget(id);
    if (!registry.presence(id).online) return;
    const picture = await snapshot(id);
    const grey = picture.ok ? await greyPicture(picture.value) : undefined;
    if (!picture.ok || grey === undefined) return; // no picture is another fault, and told by the camera's state
    const seen = seenNext(this.#seen.get(id), hash('sha256', picture.value), lookOf(grey));
    this.#seen.set(id, seen);
    const verdict = verdictOf(seen);
    if (verdict === 'good') await this.#tellView(id, grey);
    else if (verdict !== undefined) await this.#tell(id, verdict);
  }

  /** A sound picture may show the wrong place. One that is turned by people has no place of its own. */
  async #tellView(id: DeviceId, grey: Uint8Array): Promise<void> {
    const view = this.#views.judge(id, grey);
    const isTurned = view === 'moved' && !(await this.#ports.isSteered(id));
    if (isTurned) await this.#tell(id, 'moved');
    else if (view !== undefined || this.#raised.get(id) !== 'moved') await this.#tell(id, 'good');
  }

  async #tell(id: DeviceId, verdict: Verdict | 'moved'): Promise<void> {
    const fault = verdict === 'good' ? undefined : verdict;
    const raised = this.#raised.get(id);
    if (raised === fault) return;
    const signal = { kind: 'signal', device: id } as const;
    if (raised !== undefined) await this.#ports.intake.accept([{ ...signal, type: TYPES[raised], active: false }]);
    this.#raised.delete(id);
    if (fault === undefined) return;
    await this.#ports.intake.accept([{ ...signal, type: TYPES[fault], active: true, text: TEXTS[fault] }]);
    this.#raised.set(id, fault);
  }

  #forget(id: DeviceId): void {
    this.#seen.delete(id);
    this.#raised.delete(id);
    this.#views.forget(id);
  }
}
