import { SAMPLES_PER_SECOND } from '../talk/g711.ts';
import { readAacConfig } from './aac-config.ts';
import { AAC_SAMPLES, type SoundFormat, type SoundFrame } from './sound.ts';

/** Type of the tag. Source: Adobe Flash Video File Format Specification 10.1, E.4.1. */
export const FLV_SOUND = 8;

/** Format, rate, size, channels in one byte; AAC says the same for all. Source: the same, E.4.2.1. */
const HEAD = { aac: 0xaf, g711a: 0x72, g711u: 0x82 } as const;
const FORMAT = { g711a: 7, g711u: 8, aac: 10 } as const;
const AAC_PACKET = { config: 0, frame: 1 } as const;

/** What comes before the first sound; undefined where nothing need. */
export const soundConfigBody = ({ codec, config }: SoundFormat): Buffer | undefined =>
  codec === 'aac' ? Buffer.concat([Buffer.from([HEAD.aac, AAC_PACKET.config]), config]) : undefined;

export const soundBody = ({ format, data }: SoundFrame): Buffer =>
  Buffer.concat([Buffer.from(format.codec === 'aac' ? [HEAD.aac, AAC_PACKET.frame] : [HEAD[format.codec]]), data]);

/** Whether the tag's body is a configuration. */
export const isSoundConfig = (first: number, second: number): boolean =>
  first >> 4 === FORMAT.aac && second === AAC_PACKET.config;

const G711: ReadonlyMap<number, SoundFormat> = new Map(
  (['g711a', 'g711u'] as const).map((codec) => [
    FORMAT[codec],
    { codec, sampleRate: SAMPLES_PER_SECOND, channels: 1, config: Buffer.alloc(0) },
  ]),
);

/** Reads the sound of one push; of a codec that is not passed on, nothing. */
export class PushedSounds {
  readonly #onFrame: (frame: SoundFrame) => void;
  #aac: SoundFormat | undefined;

  constructor(onFrame: (frame: SoundFrame) => void) {
    this.#onFrame = onFrame;
  }

  /** The body of a sound's tag, and its time in milliseconds. The bytes must stay. */
  take(body: Buffer, timeMs: number): void {
    const [first = 0, second = 0] = body;
    const isAac = first >> 4 === FORMAT.aac;
    if (isAac && second === AAC_PACKET.config) this.#configure(body.subarray(2));
    else if (isAac) this.#give(this.#aac, body.subarray(2), timeMs);
    else this.#give(G711.get(first >> 4), body.subarray(1), timeMs);
  }

  #configure(config: Buffer): void {
    const read = readAacConfig(config);
    this.#aac = read === undefined ? undefined : { codec: 'aac', ...read, config };
  }

  #give(format: SoundFormat | undefined, data: Buffer, timeMs: number): void {
    if (format === undefined || data.length === 0) return;
    const time = Math.round((timeMs * format.sampleRate) / 1000) >>> 0;
    this.#onFrame({ format, data, time, samples: format.codec === 'aac' ? AAC_SAMPLES : data.length });
  }
}
