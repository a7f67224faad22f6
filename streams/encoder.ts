import { PassThrough, Writable } from 'node:stream';
import createCommand, { type FfmpegCommand } from 'fluent-ffmpeg';
import type { VideoCodec } from './access-unit.ts';
import { type Encoding, type Encodings, SOFTWARE } from './encodings.ts';
import { type FfmpegFault, findBinary, scrub } from './ffmpeg.ts';
import { FLV_HEADER_BYTES } from './flv.ts';

export type EncoderEvents = Readonly<{
  /** FLV, in pieces of any size, header first. */
  onOutput: (bytes: Buffer) => void;
  /** Once, however it ended; nothing comes after it. */
  onEnd: (fault: FfmpegFault) => void;
  /** Instead of that: hardware that gave nothing. What comes next goes to the processor, from a key picture on. */
  onRefused: () => void;
}>;

/**
 * At most 1.5 Mb/s, a key frame every two seconds at 25 a second. One thread each for decoding and encoding: the pool's
 * bound counts cores. Every picture comes out as one picture, so that its time is known.
 */
const ENCODING = [
  ...['-threads', '1', '-an', '-fps_mode', 'passthrough', '-g', '50', '-maxrate', '1500k', '-bufsize', '750k'],
  ...['-flush_packets', '1', '-flvflags', 'no_duration_filesize'],
];
const READING = [
  ...['-nostdin', '-threads', '1', '-loglevel', 'error', '-fflags', 'nobuffer', '-flags', 'low_delay'],
  ...['-probesize', '65536', '-analyzeduration', '0'],
];
const FORMATS: Readonly<Record<VideoCodec, string>> = { h264: 'h264', h265: 'hevc' };

/**
 * One ffmpeg that makes H.264 of a running stream. It reads from memory and ends with its input: when this process dies,
 * its pipes break, and it ends too. fluent-ffmpeg is archived: streams/ffmpeg.ts says what is kept away, and how.
 */
export class Encoder {
  readonly #input = new PassThrough();
  readonly #events: EncoderEvents;
  readonly #encodings: Encodings;
  #command: FfmpegCommand | undefined;
  #encoding: Encoding = SOFTWARE;
  #hasStarted = false;
  #hasGiven = false;
  #isOver = false;

  constructor(codec: VideoCodec, encodings: Encodings, events: EncoderEvents) {
    this.#events = events;
    this.#encodings = encodings;
    this.#input.on('error', () => {}); // the pipe broke: the command's own `error` says why
    void this.#start(codec);
  }

  /** The byte stream of a picture; `taken` is called once ffmpeg has it. */
  write(stream: Buffer, taken: () => void): void {
    if (this.#isOver) taken();
    else this.#input.write(stream, () => taken());
  }

  stop(): void {
    this.#end({ reason: 'cancelled', text: 'stopped' });
  }

  async #start(codec: VideoCodec): Promise<void> {
    const binary = await findBinary();
    if (binary === undefined) this.#end({ reason: 'missing', text: 'ffmpeg is not installed' });
    if (binary === undefined) return;
    this.#encoding = await this.#encodings.best();
    if (this.#isOver) return;
    const { device, filter, encoder } = this.#encoding;
    this.#command = createCommand(this.#input, { stdoutLines: 20 })
      .setFfmpegPath(binary)
      .inputFormat(FORMATS[codec])
      .inputOptions(...READING, ...device)
      .outputOptions('-vf', filter, ...encoder, ...ENCODING)
      .format('flv')
      .on('start', () => this.#onStart())
      .on('end', () => this.#end({ reason: 'failed', text: 'ended by itself' }))
      .on('error', (error: Error) => this.#end({ reason: 'failed', text: scrub(error.message) }));
    this.#command.pipe(this.#sink(), { end: true });
  }

  /** `kill` before the start does nothing at all: the wish is kept until then. */
  #onStart(): void {
    this.#hasStarted = true;
    if (this.#isOver) this.#command?.kill('SIGKILL');
  }

  /** Without a `close` event: on that one fluent-ffmpeg fails after 20 ms, done or not. */
  #sink(): Writable {
    return new Writable({
      autoDestroy: false,
      emitClose: false,
      write: (chunk: Buffer, _encoding, done) => {
        this.#hasGiven ||= chunk.length > FLV_HEADER_BYTES;
        if (!this.#isOver) this.#events.onOutput(chunk);
        done();
      },
    });
  }

  #end(fault: FfmpegFault): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#input.end();
    if (this.#hasStarted) this.#command?.kill('SIGKILL');
    if (fault.reason === 'failed' && this.#encoding !== SOFTWARE && !this.#hasGiven) {
      this.#encodings.giveUp();
      this.#events.onRefused();
    } else this.#events.onEnd(fault);
  }
}
