import { spawn } from 'node:child_process';
import { once } from 'node:events';

export type Viewing = Readonly<{ code: number | null; output: Buffer; words: string }>;

/** Runs ffmpeg or ffprobe, independent clients, on a camera; `words` is everything that they complained about. */
export async function view(program: 'ffmpeg' | 'ffprobe', args: readonly string[]): Promise<Viewing> {
  const child = spawn(program, ['-v', 'warning', '-rtsp_transport', 'tcp', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: Buffer[] = [];
  let words = '';
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => {
    words += chunk.toString();
  });
  const [code] = await once(child, 'close');
  return { code, output: Buffer.concat(output), words };
}

/** A camera's URL with its credentials in it, as ffmpeg wants them. */
export function withCredentials(url: string, username: string, password: string): string {
  return url.replace('rtsp://', `rtsp://${encodeURIComponent(username)}:${encodeURIComponent(password)}@`);
}
