import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import WebSocket from 'ws';

/** What could be seen of a live picture. `differ` says whether any two of its frames are not the same. */
export type SeenPicture = Readonly<{ width: number; height: number; frames: number; differ: boolean; bytes: number }>;

const READ_MS = 2_500;
const OPEN_TIMEOUT_MS = 15_000;
/** Far more than any camera sends in that time. */
const BYTES_MAX = 64 * 1024 * 1024;

/** Reads some seconds of a WS-FLV stream and decodes them by ffmpeg. Throws when nothing comes or decodes. */
export async function lookAt(url: string, stop: AbortSignal): Promise<SeenPicture> {
  const flv = await readSome(url, stop);
  return { ...(await decode(flv, stop)), bytes: flv.length };
}

/** The beginning of a stream: READ_MS from its first byte on. */
async function readSome(url: string, stop: AbortSignal): Promise<Buffer> {
  stop.throwIfAborted();
  const socket = new WebSocket(url, { maxPayload: BYTES_MAX, perMessageDeflate: false });
  try {
    return await bytesOf(socket, stop);
  } finally {
    socket.removeAllListeners();
    socket.on('error', () => {}); // a socket that is being thrown away has nothing more to tell
    socket.terminate();
  }
}

function bytesOf(socket: WebSocket, stop: AbortSignal): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve, reject) => {
    const tooLate = setTimeout(() => reject(new Error('no picture came within 15 s')), OPEN_TIMEOUT_MS);
    stop.addEventListener('abort', () => reject(stop.reason));
    socket.once('error', reject);
    socket.once('close', (code) => reject(new Error(`the gateway closed the stream with ${code}`)));
    socket.once('message', () => {
      clearTimeout(tooLate);
      setTimeout(() => resolve(Buffer.concat(parts)), READ_MS);
    });
    socket.on('message', (data: Buffer) => {
      parts.push(data);
      bytes += data.length;
      if (bytes > BYTES_MAX) reject(new Error('the stream has no measure'));
    });
  });
}

/** Hashes of the decoded frames (ffmpeg's framemd5): `stream, dts, pts, duration, size, hash`; the size is in a comment. */
async function decode(flv: Buffer, stop: AbortSignal): Promise<Omit<SeenPicture, 'bytes'>> {
  const args = ['-hide_banner', '-v', 'error', '-f', 'flv', '-i', 'pipe:0', '-an', '-f', 'framemd5', 'pipe:1'];
  const ffmpeg = spawn('ffmpeg', args, { stdio: ['pipe', 'pipe', 'pipe'], signal: stop });
  const [out, said] = [textOf(ffmpeg, 'stdout'), textOf(ffmpeg, 'stderr')];
  ffmpeg.stdin.on('error', () => {}); // ffmpeg may have seen enough; what it made of it is judged below
  ffmpeg.stdin.end(flv);
  await once(ffmpeg, 'close');
  const text = await out;
  const [, width, height] = /^#dimensions 0: (\d+)x(\d+)/m.exec(text) ?? [];
  const hashes = [...text.matchAll(/^0,.*,\s*([0-9a-f]{32})\s*$/gm)].map(([, hash]) => hash);
  if (width === undefined || hashes.length === 0)
    throw new Error(`${flv.length} bytes came and no picture could be decoded: ${(await said).slice(0, 300)}`);
  return { width: Number(width), height: Number(height), frames: hashes.length, differ: new Set(hashes).size > 1 };
}

async function textOf(child: ChildProcess, name: 'stdout' | 'stderr'): Promise<string> {
  let text = '';
  const stream = child[name];
  if (stream === null) return text;
  stream.setEncoding('utf8');
  for await (const part of stream) text += part;
  return text;
}
