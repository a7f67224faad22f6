import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import createCommand, { type FfmpegCommand } from 'fluent-ffmpeg';
import { failed, ok, type Result } from '../gateway/domain/result.ts';

export type FfmpegJob = Readonly<{
  /** Always from memory: a URL would show its password in the process list and in the library's texts. */
  input: Buffer;
  /** ffmpeg's names of containers or streams, as after `-f`. */
  inputFormat: string;
  /** What stands before the input, such as a device. */
  inputArgs?: readonly string[];
  args: readonly string[];
  output: string;
  timeoutMs: number;
  signal?: AbortSignal;
}>;
export type FfmpegFault = Readonly<{ reason: 'busy' | 'missing' | 'timeout' | 'cancelled' | 'failed'; text: string }>;

/** Two decoders beside the relays leave a small machine its breath. */
const RUNNING_MAX = 2;
const QUEUE_MAX = 32;
const OUTPUT_MAX_BYTES = 64 * 1024 * 1024;
const TEXT_MAX_CHARS = 200;

let running = 0;
const waiting: (() => void)[] = [];

/** Runs one ffmpeg over bytes in memory and answers what it wrote. At most two at once; 32 more may wait. */
export async function run(job: FfmpegJob): Promise<Result<Buffer, FfmpegFault>> {
  if (running >= RUNNING_MAX && waiting.length >= QUEUE_MAX) {
    return failed({ reason: 'busy', text: `${QUEUE_MAX} pictures wait for a decoder already` });
  }
  if (running >= RUNNING_MAX) await new Promise<void>((go) => waiting.push(go));
  else running += 1;
  try {
    return await runNow(job);
  } finally {
    const next = waiting.shift(); // the place is handed on, so that nobody slips in between
    if (next === undefined) running -= 1;
    else next();
  }
}

async function runNow(job: FfmpegJob): Promise<Result<Buffer, FfmpegFault>> {
  // fluent-ffmpeg throws out of nowhere when the binary it remembers is gone: we look each time.
  const binary = await findBinary();
  if (binary === undefined) return failed({ reason: 'missing', text: 'ffmpeg is not installed' });
  // Looked at last: an abort while we were looking for the binary gives no event any more.
  if (job.signal?.aborted === true) return failed({ reason: 'cancelled', text: 'cancelled' });
  return new Promise((resolve) => new Run(job, binary, resolve).start());
}

/** The path of ffmpeg on `PATH`; undefined when there is none that may be run. */
export async function findBinary(): Promise<string | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(isAbsolute);
  for (const path of folders.map((folder) => join(folder, 'ffmpeg'))) {
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  return undefined;
}

/** One command from start to end. fluent-ffmpeg is archived: each line here keeps one of its faults away. */
class Run {
  readonly #job: FfmpegJob;
  readonly #resolve: (result: Result<Buffer, FfmpegFault>) => void;
  readonly #command: FfmpegCommand;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #hasStarted = false;
  #why: FfmpegFault | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(job: FfmpegJob, binary: string, resolve: (result: Result<Buffer, FfmpegFault>) => void) {
    this.#job = job;
    this.#resolve = resolve;
    const input = new PassThrough();
    input.end(job.input);
    this.#command = createCommand(input, { stdoutLines: 20 })
      .setFfmpegPath(binary)
      .inputFormat(job.inputFormat)
      .inputOptions('-nostdin', '-threads', '1', '-loglevel', 'error', ...(job.inputArgs ?? []))
      .outputOptions('-threads', '1', ...job.args)
      .format(job.output);
  }

  start(): void {
    const { timeoutMs, signal } = this.#job;
    this.#timer = setTimeout(() => this.#giveUp({ reason: 'timeout', text: `not done in ${timeoutMs} ms` }), timeoutMs);
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    this.#command
      .on('start', () => this.#onStart())
      .on('end', () => this.#finish(this.#why === undefined ? ok(Buffer.concat(this.#chunks)) : failed(this.#why)))
      .on('error', (error: Error) =>
        this.#finish(failed(this.#why ?? { reason: 'failed', text: scrub(error.message) })),
      )
      .pipe(this.#sink(), { end: true });
  }

  /** Without a `close` event: on that one fluent-ffmpeg fails after 20 ms, done or not. */
  #sink(): Writable {
    return new Writable({
      autoDestroy: false,
      emitClose: false,
      write: (chunk: Buffer, _encoding, done) => {
        this.#bytes += chunk.length;
        if (this.#bytes > OUTPUT_MAX_BYTES) this.#giveUp({ reason: 'failed', text: 'over 64 MiB came out' });
        else this.#chunks.push(chunk);
        done();
      },
    });
  }

  readonly #onAbort = (): void => this.#giveUp({ reason: 'cancelled', text: 'cancelled' });

  #onStart(): void {
    this.#hasStarted = true;
    if (this.#why !== undefined) this.#command.kill('SIGKILL');
  }

  /** `kill` before the start does nothing at all: the wish is kept until then, the caller need not wait for it. */
  #giveUp(why: FfmpegFault): void {
    this.#why ??= why;
    if (this.#hasStarted) this.#command.kill('SIGKILL');
    else this.#finish(failed(this.#why));
  }

  #finish(result: Result<Buffer, FfmpegFault>): void {
    clearTimeout(this.#timer);
    this.#job.signal?.removeEventListener('abort', this.#onAbort);
    this.#resolve(result);
  }
}

/** One short line without addresses: even with input from memory a demuxer may quote what it read. */
export const scrub = (text: string): string =>
  text
    .replace(/[a-z][a-z0-9+.-]*:\/\/\S+/gi, '(address)')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, TEXT_MAX_CHARS);
