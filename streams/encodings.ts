import { run } from './ffmpeg.ts';

/** One way in which ffmpeg makes H.264 of pictures: by the processor, or by what the machine has beside it. */
export type Encoding = Readonly<{
  /** ffmpeg's name of the encoder. */
  name: string;
  /** Before the input: the device, and decoding by it where it can. */
  device: readonly string[];
  /** At most 720 lines, in the form that the encoder takes. */
  filter: string;
  encoder: readonly string[];
}>;

const SIZE = "scale=-2:'min(720,ih)'";
/** Pictures must come out in the order in which they went in. */
const IN_ORDER = ['-bf', '0', '-b:v', '1200k'];

export const SOFTWARE: Encoding = {
  ...{ name: 'libx264', device: [], filter: `${SIZE},format=yuv420p` },
  encoder: ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency'],
};
/** NVIDIA, Intel, what speaks VA-API (Intel and AMD on Linux), small boards. Source: ffmpeg's codec documentation. */
const HARDWARE: readonly Encoding[] = [
  {
    ...{ name: 'h264_nvenc', device: ['-hwaccel', 'auto'], filter: `${SIZE},format=yuv420p` },
    encoder: ['-c:v', 'h264_nvenc', '-preset', 'p1', '-tune', 'ull', ...IN_ORDER],
  },
  {
    ...{ name: 'h264_qsv', device: ['-hwaccel', 'auto'], filter: `${SIZE},format=nv12` },
    encoder: ['-c:v', 'h264_qsv', '-preset', 'veryfast', '-async_depth', '1', ...IN_ORDER],
  },
  {
    ...{ name: 'h264_vaapi', device: ['-vaapi_device', '/dev/dri/renderD128'], filter: `${SIZE},format=nv12,hwupload` },
    encoder: ['-c:v', 'h264_vaapi', ...IN_ORDER],
  },
  {
    ...{ name: 'h264_v4l2m2m', device: [], filter: `${SIZE},format=yuv420p` },
    encoder: ['-c:v', 'h264_v4l2m2m', ...IN_ORDER],
  },
];

/** Half a second of grey: what an encoder is tried with. */
const [WIDTH, HEIGHT, PICTURES] = [640, 360, 12];
const TRIAL = Buffer.concat([
  Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F25:1 C420jpeg\n`),
  ...Array.from({ length: PICTURES }, () =>
    Buffer.concat([Buffer.from('FRAME\n'), Buffer.alloc((WIDTH * HEIGHT * 3) / 2, 0x80)]),
  ),
]);
/** A driver that is asked for the first time may take seconds. */
const TRIAL_MAX_MS = 10_000;

/** Whether this encoder does its work here: being named by ffmpeg says nothing of the device and its driver. */
export async function tryOut({ device, filter, encoder }: Encoding): Promise<boolean> {
  const made = await run({
    ...{ input: TRIAL, inputFormat: 'yuv4mpegpipe', inputArgs: device, output: 'h264', timeoutMs: TRIAL_MAX_MS },
    args: ['-vf', filter, ...encoder],
  });
  return made.ok && made.value.length > 0;
}

/** What this machine encodes by: found out once, when the first stream needs it. */
export class Encodings {
  readonly #works: (encoding: Encoding) => Promise<boolean>;
  #best: Promise<Encoding> | undefined;

  /** Without hardware the processor does it, and nothing is tried. */
  constructor(hardware: 'auto' | 'off', works = tryOut) {
    this.#works = works;
    if (hardware === 'off') this.#best = Promise.resolve(SOFTWARE);
  }

  best(): Promise<Encoding> {
    this.#best ??= this.#find();
    return this.#best;
  }

  /** It failed under way: its sessions are full, or its driver is gone. From now on the processor does it. */
  giveUp(): void {
    this.#best = Promise.resolve(SOFTWARE);
  }

  async #find(): Promise<Encoding> {
    for (const encoding of HARDWARE) if (await this.#works(encoding)) return encoding;
    return SOFTWARE;
  }
}
