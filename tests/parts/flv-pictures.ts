import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { WebSocket } from 'ws';

/** What ffmpeg makes of an FLV stream: the size, and a hash of each picture that it decoded. */
export type Decoded = Readonly<{ width: number; height: number; hashes: readonly string[]; errors: string }>;

export async function decodeFlv(flv: Buffer, folder: string): Promise<Decoded> {
  const file = join(folder, `${process.hrtime.bigint()}.flv`);
  await writeFile(file, flv);
  const run = promisify(execFile);
  const args = ['-nostdin', '-v', 'error', '-i', file, '-f', 'framemd5', '-'];
  const { stdout, stderr } = await run('ffmpeg', args, { maxBuffer: 16 * 1024 * 1024 });
  const [, width = '0', height = '0'] = /#dimensions 0: (\d+)x(\d+)/.exec(stdout) ?? [];
  const lines = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const hashes = lines.map((line) => line.split(',').at(-1)?.trim() ?? '');
  return { width: Number(width), height: Number(height), hashes, errors: stderr };
}

/** A viewer as the console's is: collects what comes until it is told to stop. */
export class TestViewer {
  readonly ws: WebSocket;
  readonly chunks: Buffer[] = [];
  bytes = 0;
  readonly closed: Promise<number>;

  constructor(url: string, options: { rejectUnauthorized?: boolean } = {}) {
    this.ws = new WebSocket(url, options);
    this.ws.on('error', () => {});
    this.closed = new Promise((resolve) => this.ws.once('close', resolve));
    this.ws.on('message', (data: Buffer) => {
      this.chunks.push(data);
      this.bytes += data.length;
    });
  }

  /** Resolves when `bytes` more have come. */
  async more(bytes: number): Promise<void> {
    const goal = this.bytes + bytes;
    while (this.bytes < goal) await once(this.ws, 'message');
  }

  flv = (): Buffer => Buffer.concat(this.chunks);
}
