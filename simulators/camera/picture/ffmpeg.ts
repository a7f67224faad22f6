import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Longest that one drawing or encoding may take: many times what it needs on a busy machine. */
const TIMEOUT_MS = 120_000;

/** Processes at a time: drawing shares the machine with what is being tried out on it. */
const PROCESSES_MAX = 2;
let running = 0;
const waiting: (() => void)[] = [];

/** Runs ffmpeg on what we hand it and answers what it writes. Throws with its last words when it fails or is not there. */
export async function runFfmpeg(args: readonly string[], input?: Uint8Array): Promise<Buffer> {
  if (running < PROCESSES_MAX) running += 1;
  else await new Promise<void>((resolve) => waiting.push(resolve)); // the one that ends hands its place on
  try {
    return await runOne(args, input);
  } finally {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

async function runOne(args: readonly string[], input?: Uint8Array): Promise<Buffer> {
  const child = spawn('ffmpeg', ['-nostdin', '-hide_banner', '-v', 'error', ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
  });
  const output: Buffer[] = [];
  let words = '';
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-500);
  });
  child.stdin.on('error', () => undefined); // it may have seen enough before it has read everything
  child.stdin.end(input);
  const [code] = await once(child, 'close'); // rejects where there is no ffmpeg
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}: ${words.trim()}`);
  return Buffer.concat(output);
}
