import { connect, type Socket } from 'node:net';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import { fault, type StreamFault } from '../fault.ts';

export type Way = Readonly<{ address: string; port: number; connectTimeoutMs: number }>;
/** What a conversation needs of its connection. */
export type Line = Readonly<{
  writableLength: number;
  write(bytes: string | Uint8Array): unknown;
  end(bytes: string): unknown;
  destroy(): unknown;
  destroySoon(): unknown;
  on(event: 'error' | 'close', listener: () => void): unknown;
  once(event: 'close', listener: () => void): unknown;
}>;
/** A connection that has been made, and the way to say who takes its bytes from now on. */
export type Made<Kind extends Line = Line> = Readonly<{ socket: Kind; hear: (take: (chunk: Buffer) => void) => void }>;

/**
 * All connections read into this, one after the other, and what came is copied out of it: Node would make 64 KiB anew
 * for each read and give most of it back, a tenth of a relay's time (measured).
 */
const READING = Buffer.allocUnsafeSlow(64 * 1024);

/** Connects by TCP. `signal` gives the attempt up. */
export function connected(
  { address, port, connectTimeoutMs }: Way,
  signal: AbortSignal,
): Promise<Result<Made<Socket>, StreamFault>> {
  return new Promise((resolve) => {
    let take: (chunk: Buffer) => void = () => {};
    const callback = (bytes: number): boolean => {
      take(Buffer.from(READING.subarray(0, bytes)));
      return true;
    };
    const socket = connect({ host: address, port, noDelay: true, onread: { buffer: READING, callback } });
    const hear: Made['hear'] = (taker) => {
      take = taker;
    };
    const finish = (result: Result<Made<Socket>, StreamFault>): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      socket.removeAllListeners();
      if (!result.ok) socket.on('error', () => {}).destroy(); // its word is in the result already
      resolve(result);
    };
    const abort = (): void => finish(failed(fault('closed', 'closed by us')));
    const late = fault('unreachable', `no connection within ${connectTimeoutMs} ms`);
    const timer = setTimeout(() => finish(failed(late)), connectTimeoutMs);
    signal.addEventListener('abort', abort, { once: true });
    socket.once('connect', () => finish(ok({ socket, hear })));
    socket.once('error', (error: NodeJS.ErrnoException) => finish(failed(connectFault(error))));
    if (signal.aborted) abort();
  });
}

const connectFault = (error: NodeJS.ErrnoException): StreamFault =>
  fault('unreachable', `the camera cannot be reached (${error.code ?? 'no reason given'})`);
