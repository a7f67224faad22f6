import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { StreamSource } from '../../gateway/domain/camera.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import { fault, type StreamFault } from '../fault.ts';
import type { Upgrade } from '../ipc.ts';
import { closeSoon, REFUSED, TRY_LATER, WsViewers } from '../ws-viewers.ts';
import { BackChannel, type BackChannelOptions } from './back-channel.ts';
import { SAMPLES_PER_SECOND } from './g711.ts';
import { RTP, RtpSpeaker } from './rtp-speaker.ts';

/** Devices that are spoken to at once. */
const TALKS_MAX = 64;
/** A packet is 20 ms: 160 samples of two bytes. */
const PACKET_BYTES = 320;
const PACKET_MS = (1000 * PACKET_BYTES) / 2 / SAMPLES_PER_SECOND;
/** Nobody speaks longer, and a page that was forgotten must not hold a loudspeaker. */
const TALK_MAX_MS = 300_000;

type Loudspeaker = BackChannel | RtpSpeaker;

/** What is said to devices: by a person's own voice, or by words that were made before. One speaker a device. */
export class Talks {
  readonly #options: BackChannelOptions;
  readonly #say: (message: { kind: 'ended'; viewing: number }) => void;
  readonly #sockets = new WsViewers();
  readonly #open = new Map<number, WebSocket>();
  readonly #busy = new Set<string>();

  constructor(options: BackChannelOptions, say: (message: { kind: 'ended'; viewing: number }) => void) {
    this.#options = options;
    this.#say = say;
  }

  /** A person speaks: each message of the socket is sound, samples of 16 bits at 8,000 a second. */
  live(viewing: number, source: StreamSource, upgrade: Upgrade, socket: Socket): void {
    socket.once('close', () => {
      this.#open.delete(viewing);
      this.#say({ kind: 'ended', viewing });
    });
    this.#sockets.accept(upgrade, socket, (ws) => {
      this.#open.set(viewing, ws);
      void this.#speak(source, ws);
    });
  }

  /** Says what was made before, at its pace; answers when the last of it has gone out. */
  async announce(source: StreamSource, pcm: Buffer): Promise<Result<void, StreamFault>> {
    const ended = new AbortController();
    let why: StreamFault | undefined;
    const opened = await this.#begin(source, (found) => {
      why = found;
      ended.abort();
    });
    if (!opened.ok) return opened;
    const began = performance.now();
    for (let at = 0; at < pcm.length && !ended.signal.aborted; at += PACKET_BYTES) {
      const dueMs = began + (at / PACKET_BYTES) * PACKET_MS - performance.now();
      if (dueMs > 1) await new Promise((resolve) => setTimeout(resolve, dueMs));
      opened.value.send(pcm.subarray(at, at + PACKET_BYTES));
    }
    this.#finish(source, opened.value);
    return why === undefined ? ok(undefined) : failed(why);
  }

  end(viewing: number, reason: string): void {
    const ws = this.#open.get(viewing);
    if (ws !== undefined) closeSoon(ws, REFUSED, reason);
  }

  close = (): Promise<void> => this.#sockets.close();

  async #speak(source: StreamSource, ws: WebSocket): Promise<void> {
    const opened = await this.#begin(source, (found) => closeSoon(ws, TRY_LATER, found.reason));
    if (!opened.ok) return closeSoon(ws, TRY_LATER, opened.error.reason);
    const timer = setTimeout(() => closeSoon(ws, REFUSED, 'too-long'), TALK_MAX_MS);
    const finish = (): void => {
      clearTimeout(timer);
      this.#finish(source, opened.value);
    };
    if (ws.readyState !== ws.OPEN) return finish(); // let go before the device answered
    ws.once('close', finish);
    ws.on('message', (data, isBinary) => {
      if (isBinary && Buffer.isBuffer(data)) opened.value.send(data);
    });
    ws.send(JSON.stringify({ state: 'open' }));
  }

  async #begin(source: StreamSource, onEnd: (fault: StreamFault) => void): Promise<Result<Loudspeaker, StreamFault>> {
    if (this.#busy.size >= TALKS_MAX || this.#busy.has(source.camera))
      return failed(fault('busy', 'somebody speaks there already'));
    this.#busy.add(source.camera);
    const { connection } = source;
    const opened = connection.url.startsWith(RTP)
      ? await RtpSpeaker.open(connection.url, this.#options.networks)
      : await BackChannel.open(connection, this.#options, onEnd, AbortSignal.timeout(10_000));
    if (!opened.ok) this.#busy.delete(source.camera);
    return opened;
  }

  #finish({ camera }: StreamSource, channel: Loudspeaker): void {
    channel.close();
    this.#busy.delete(camera);
  }
}
