import type { StreamSource } from '../../gateway/domain/camera.ts';
import { fault } from '../fault.ts';
import type { SoundFormat } from '../sound/sound.ts';
import type { SourceEvents } from '../source.ts';
import type { RtmpDoor } from './rtmp-door.ts';

/** The address of a camera that pushes: its name at the door. */
export const PUSH = 'push:';

/** A camera that sends its pictures by itself (推流): nothing is asked of it, and nothing can be. */
export class PushedSource {
  readonly #camera: string;
  readonly #door: RtmpDoor | undefined;
  readonly #events: SourceEvents;
  readonly #now: () => number;
  readonly #stop = Promise.withResolvers<void>();
  readonly #mayHear: boolean;
  readonly lostPackets = 0;

  constructor(
    { connection, sound }: StreamSource,
    door: RtmpDoor | undefined,
    events: SourceEvents,
    now: () => number,
  ) {
    this.#camera = connection.url.slice(PUSH.length);
    this.#mayHear = sound === true;
    this.#door = door;
    this.#events = events;
    this.#now = now;
  }

  /** Resolves when the source is stopped. */
  async run(): Promise<void> {
    if (this.#door === undefined) this.#wait('no door for pushes is open: set rtmp.port');
    else if (!this.#attach(this.#door)) this.#wait('the encoder does not push now');
    await this.#stop.promise;
  }

  stop(): void {
    this.#stop.resolve();
  }

  /** Whether it pushes at this moment. */
  #attach(door: RtmpDoor): boolean {
    let isPushing = false;
    let isPlaying = false;
    let format: SoundFormat | undefined;
    const detach = door.attach(this.#camera, {
      onAccessUnit: (unit) => {
        if (!isPlaying) this.#events.onState({ state: 'playing' });
        isPlaying = true;
        this.#events.onAccessUnit(unit);
      },
      onSound: (frame) => {
        if (frame.format !== format) this.#events.onAudio(frame.format.codec);
        format = frame.format;
        if (this.#mayHear) this.#events.onSound(frame);
      },
      onBytes: this.#events.onBytes,
      onPushing: (isOn) => {
        isPushing = isOn;
        isPlaying = false;
        if (isOn) this.#events.onState({ state: 'connecting' });
        else this.#wait('the encoder does not push any more');
      },
    });
    void this.#stop.promise.then(detach);
    return isPushing;
  }

  /** It comes by itself, whenever that is: nobody tries. */
  #wait(text: string): void {
    this.#events.onState({ state: 'waiting', fault: fault('not-pushed', text), retryAt: this.#now() + RETRY_SHOWN_MS });
  }
}

/** What is shown as the time of the next try. */
const RETRY_SHOWN_MS = 10_000;
