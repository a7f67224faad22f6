import { splitAnnexB } from '../camera/picture/bits.ts';
import { runFfmpeg } from '../camera/picture/ffmpeg.ts';
import { keptFile } from '../camera/picture/kept.ts';
import { GOP_FRAMES } from '../camera/picture/loops.ts';
import { FRAMES_PER_SECOND, LOOP_FRAMES, type Scene, sceneGraph } from '../camera/picture/scenes.ts';
import { type Codec, Packetiser, type Packets } from '../camera/rtsp/rtp.ts';
import type { Described } from '../camera/rtsp/sdp.ts';

/** A sub stream as cameras come set: 640×360, half a megabit a second, a key picture every two seconds. */
const PICTURE = { width: 640, height: 360 };
const KBITS = 500;
/** Grain like that of a real sensor: without it a drawn scene takes a tenth of the bits. */
const GRAIN = 8;

/** A scene, encoded and cut into packets once for all cameras that show it; it begins again without a seam. */
export type Loop = Readonly<{ described: Described; frames: readonly Packets[] }>;

/** Throws where ffmpeg or the encoder (libx264, libx265) is missing. */
export async function loadLoop(scene: Scene, codec: Codec, cacheDir: string): Promise<Loop> {
  const args = encoderArgs(scene, codec);
  const nals = splitAnnexB(await keptFile(cacheDir, args, () => runFfmpeg(args)));
  const { delimiter, ...sets } = TYPES[codec];
  const ofType = (type: number): Buffer => {
    const found = nals.find((nal) => typeOf(codec, nal) === type);
    if (found === undefined) throw new Error(`the encoder wrote no NAL unit of type ${type}`);
    return found;
  };
  const pictures = splitAt(nals, (nal) => typeOf(codec, nal) === delimiter);
  if (pictures.length !== LOOP_FRAMES)
    throw new Error(`the encoder wrote ${pictures.length} pictures, not ${LOOP_FRAMES}`);
  const packetiser = new Packetiser(codec);
  const frames = pictures.map((picture, frame) =>
    packetiser.packets({ frame, isKey: isKey(frame), nals: picture.slice(1) }),
  );
  const { vps, sps, pps } = sets;
  const described = { codec, kbits: KBITS, sps: ofType(sps), pps: ofType(pps) };
  return { described: vps === undefined ? described : { ...described, vps: ofType(vps) }, frames };
}

/** Whether this picture of a loop stands by itself. */
export const isKey = (frame: number): boolean => frame % GOP_FRAMES === 0;

/** Types of NAL units. Source: ITU-T H.264, table 7-1; ITU-T H.265, table 7-1. */
const TYPES: Readonly<Record<Codec, Readonly<{ delimiter: number; vps?: number; sps: number; pps: number }>>> = {
  h264: { delimiter: 9, sps: 7, pps: 8 },
  h265: { delimiter: 35, vps: 32, sps: 33, pps: 34 },
};

const typeOf = (codec: Codec, nal: Buffer): number =>
  codec === 'h264' ? (nal[0] ?? 0) & 0x1f : ((nal[0] ?? 0) >> 1) & 0x3f;

/** Pictures, each with the delimiter that it begins with. */
function splitAt(nals: readonly Buffer[], isDelimiter: (nal: Buffer) => boolean): readonly (readonly Buffer[])[] {
  const pictures: Buffer[][] = [];
  for (const nal of nals) {
    if (isDelimiter(nal)) pictures.push([]);
    pictures.at(-1)?.push(nal);
  }
  return pictures;
}

/** What both encoders are told in the same words. */
const OPTIONS: Readonly<Record<string, number>> = {
  keyint: GOP_FRAMES,
  'min-keyint': GOP_FRAMES,
  scenecut: 0,
  bframes: 0,
  aud: 1,
  'repeat-headers': 1,
};
const ENCODERS: Readonly<Record<Codec, readonly [encoder: string, format: string, more: Readonly<typeof OPTIONS>]>> = {
  h264: ['libx264', 'h264', { threads: 1, slices: 1, 'sliced-threads': 0 }],
  h265: ['libx265', 'hevc', { pools: 1, 'frame-threads': 1, 'open-gop': 0, 'log-level': 0 }],
};

function encoderArgs(scene: Scene, codec: Codec): string[] {
  const [encoder, format, more] = ENCODERS[codec];
  const options = Object.entries({ ...OPTIONS, ...more }).map((pair) => pair.join('='));
  const { width, height } = PICTURE;
  return [
    ...['-f', 'lavfi', '-i', `color=black:s=${width}x${height}:r=${FRAMES_PER_SECOND}:d=0.04`],
    ...['-filter_complex', `${sceneGraph(scene, PICTURE)};[out]noise=alls=${GRAIN}:allf=t[grainy]`, '-map', '[grainy]'],
    ...['-pix_fmt', 'yuv420p', '-c:v', encoder, '-preset', 'ultrafast'],
    ...[`-x${codec.slice(1)}-params`, options.join(':')],
    ...['-b:v', `${KBITS}k`, '-maxrate', `${KBITS}k`, '-bufsize', `${2 * KBITS}k`, '-f', format, 'pipe:1'],
  ];
}
