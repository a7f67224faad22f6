import { splitAnnexB } from './bits.ts';
import { runFfmpeg } from './ffmpeg.ts';
import { keptFile } from './kept.ts';
import { type Coding, checkPps, raiseSps } from './parameter-sets.ts';
import { FRAMES_PER_SECOND, LOOP_FRAMES, type Scene, sceneGraph } from './scenes.ts';
import { lowerSlice, readSliceHead, type SliceHead } from './slices.ts';

export type PictureSize = Readonly<{ width: number; height: number; kbits: number }>;

/** Frames from one key picture to the next: two seconds, as most cameras come set. */
export const GOP_FRAMES = 2 * FRAMES_PER_SECOND;

/** A scene in H.264, ready to stand under a banner: slices moved down, parameter sets for the whole picture. */
export type Loop = Readonly<{
  size: PictureSize;
  sps: Buffer;
  pps: Buffer;
  coding: Coding;
  frames: readonly Readonly<{ head: SliceHead; slice: Buffer }>[];
}>;

/** Rows of macroblocks that the banner takes: two lines of 16 samples where the picture is 640 wide. */
export const bannerRows = (width: number): number => 2 * Math.floor(width / 640);

/** One loop for each scene and size in use, shared by all cameras of the process. */
const loaded = new Map<string, Promise<Loop>>();

/** Throws where ffmpeg or its H.264 encoder is missing. */
export function loadLoop(scene: Scene, size: PictureSize, cacheDir: string): Promise<Loop> {
  const key = [cacheDir, scene.name, size.width, size.height, size.kbits].join(' ');
  const found = loaded.get(key) ?? readLoop(scene, size, cacheDir);
  loaded.set(key, found);
  found.catch(() => loaded.delete(key)); // the next camera tries again
  return found;
}

async function readLoop(scene: Scene, size: PictureSize, cacheDir: string): Promise<Loop> {
  const args = encoderArgs(scene, size);
  const nals = splitAnnexB(await keptFile(cacheDir, args, () => runFfmpeg(args)));
  const ofType = (type: number): Buffer => {
    const found = nals.find((nal) => ((nal[0] ?? 0) & 0x1f) === type);
    if (found === undefined) throw new Error(`the encoder wrote no NAL unit of type ${type}`);
    return found;
  };
  const rows = bannerRows(size.width);
  const { sps, coding } = raiseSps(ofType(7), rows);
  const pps = ofType(8);
  checkPps(pps);
  const slices = nals.filter((nal) => [1, 5].includes((nal[0] ?? 0) & 0x1f));
  if (slices.length !== LOOP_FRAMES) throw new Error(`the encoder wrote ${slices.length} slices, not ${LOOP_FRAMES}`);
  const firstBlock = rows * coding.columns;
  const frames = slices.map((nal) => ({ head: readSliceHead(nal, coding), slice: lowerSlice(nal, firstBlock) }));
  return { size, sps, pps: Buffer.from(pps), coding, frames };
}

/** Baseline, one reference, one slice, no deblocking: what our own slices can stand beside. */
function encoderArgs(scene: Scene, { width, height, kbits }: PictureSize): string[] {
  const picture = { width, height: height - bannerRows(width) * 16 };
  const options = {
    keyint: GOP_FRAMES,
    'min-keyint': GOP_FRAMES,
    scenecut: 0,
    bframes: 0,
    ref: 1,
    cabac: 0,
    '8x8dct': 0,
    weightp: 0,
    'no-deblock': 1,
    slices: 1,
    threads: 1,
    'sliced-threads': 0,
    'repeat-headers': 1,
    'force-cfr': 1,
  };
  return [
    ...['-f', 'lavfi', '-i', `color=black:s=${picture.width}x${picture.height}:r=${FRAMES_PER_SECOND}:d=0.04`],
    ...['-filter_complex', sceneGraph(scene, picture), '-map', '[out]'],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-profile:v', 'baseline', '-level', width > 1280 ? '4.0' : '3.1'],
    ...[
      '-x264-params',
      Object.entries(options)
        .map((pair) => pair.join('='))
        .join(':'),
    ],
    ...['-crf', '24', '-maxrate', `${kbits}k`, '-bufsize', `${2 * kbits}k`, '-f', 'h264', 'pipe:1'],
  ];
}
