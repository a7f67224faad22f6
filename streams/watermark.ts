import { failed, type Result } from '../gateway/domain/result.ts';
import { type FfmpegFault, run } from './ffmpeg.ts';

export type WatermarkWish = Readonly<{
  kind: 'image/jpeg' | 'video/mp4';
  /** Stands in the picture as it is, whatever characters it has. */
  words: string;
  /** Asked for once it is this copy's turn to be held in memory. */
  content: () => Promise<Buffer>;
}>;

/** Copies in hand at once, the file and its copy in memory: 64 MiB each at the very worst, usually a tenth. */
const IN_HAND_MAX = 4;
/** A clip of 20 s in full size, on one thread of a small machine that has more to do. */
const MAKE_MAX_MS = 120_000;
/** Full-width characters in a line: a line of them fills seven tenths of a 16:9 picture. */
const LINE_MAX = 36;

const OUTPUT: Readonly<
  Record<WatermarkWish['kind'], Readonly<{ inputFormat: string; output: string; args: readonly string[] }>>
> = {
  'image/jpeg': { inputFormat: 'mjpeg', output: 'mjpeg', args: ['-frames:v', '1', '-q:v', '2'] },
  'video/mp4': {
    inputFormat: 'mp4',
    output: 'mp4',
    // H.264 and AAC, whatever the camera sent: what goes out must play elsewhere. In fragments, since a pipe cannot go back.
    args: [
      ...['-c:a', 'aac', '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', '-pix_fmt', 'yuv420p', '-g', '25'],
      ...['-fps_mode', 'passthrough', '-movflags', 'frag_keyframe+empty_moov+default_base_moof'],
    ],
  },
};

let inHand = 0;

/**
 * A copy with words burnt into every picture: below on a dark ground, and faint across the middle, so that cutting the
 * edge off does not take them away. The original is not touched. `busy` beyond four at a time.
 */
export async function burnIn({ kind, words, content }: WatermarkWish): Promise<Result<Buffer, FfmpegFault>> {
  if (inHand >= IN_HAND_MAX) return failed({ reason: 'busy', text: `${IN_HAND_MAX} copies are being made already` });
  inHand += 1;
  try {
    const { inputFormat, output, args } = OUTPUT[kind];
    const input = await content();
    const filter = ['-vf', filterOf(words)];
    return await run({ input, inputFormat, output, args: [...filter, ...args], timeoutMs: MAKE_MAX_MS });
  } finally {
    inHand -= 1;
  }
}

/** Sizes go with the picture's height. */
function filterOf(words: string): string {
  const text = `font=${quoted('Noto Sans CJK SC')}:expansion=none:text=${quoted(inLines(words))}`;
  const below = 'fontsize=h/28:fontcolor=white:box=1:boxcolor=black@0.6:boxborderw=8:x=w*0.02:y=h-th-h*0.03';
  const across = 'fontsize=h/24:fontcolor=white@0.3:borderw=1:bordercolor=black@0.3:x=(w-tw)/2:y=h*0.4';
  return `drawtext=${text}:${below},drawtext=${text}:${across}`;
}

/** Broken before they leave the picture; control characters would break or hide what follows. */
export function inLines(words: string): string {
  const lines: string[] = [];
  for (const given of words.split('\n')) {
    let [line, width] = ['', 0];
    for (const char of given.replace(/\p{C}/gu, ' ')) {
      const wide = /[\u2e80-\uffef]/.test(char) ? 1 : 0.5;
      if (width + wide > LINE_MAX) {
        lines.push(line);
        [line, width] = ['', 0];
      }
      line += char;
      width += wide;
    }
    lines.push(line);
  }
  return lines.join('\n');
}

/** A value in a filter graph: escaped for the filter's options, then for the graph. Source: ffmpeg-filters(1), "Notes on filtergraph escaping". */
const quoted = (text: string): string => text.replace(/[\\':]/g, '\\$&').replace(/[\\'[\],;]/g, '\\$&');
