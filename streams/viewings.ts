import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { failed, type Result } from '../gateway/domain/result.ts';
import { fault, type StreamFault } from './fault.ts';
import { type FlvSink, type QueueBounds, STALLED } from './flv-viewer.ts';
import type { ToGateway, ToPlane, Upgrade, Wish } from './ipc.ts';
import { WallViewer, type Watched } from './wall-viewer.ts';
import { WebRtcPeer, type WebRtcPlace } from './webrtc/peer.ts';
import { closeSoon, flvOver, GOING_AWAY, REFUSED, TRY_LATER, WsViewers } from './ws-viewers.ts';

/** Where a stream is had: the relays, or a transcode of one. */
export type Watch = (wish: Wish, sink: FlvSink, bounds?: QueueBounds) => Result<Watched, StreamFault>;
type TileAnswer = Extract<ToPlane, { kind: 'tile' }>;

/** One connection that watches; `end` without a tile ends all of it. */
type Viewing = Readonly<{ end(tile: number | undefined, reason: string): void; tick?(): void; wall?: WallViewer }>;
const TICK_MS = 1000;
/** Each is encrypted for itself: some 0.7 % of a core at 0.5 Mb/s. */
const WEBRTC_MAX = 64;

/** All that is watched through this process, under the numbers that the gateway gave: it says when one has to end. */
export class Viewings {
  readonly #watch: Watch;
  readonly #say: (message: ToGateway) => void;
  readonly #sockets = new WsViewers();
  readonly #open = new Map<number, Viewing>();
  readonly #ticking: NodeJS.Timeout;
  readonly #webrtc: WebRtcPlace | undefined;
  #peers = 0;

  constructor(watch: Watch, say: (message: ToGateway) => void, webrtc?: WebRtcPlace) {
    this.#watch = watch;
    this.#webrtc = webrtc;
    this.#say = say;
    this.#ticking = setInterval(() => {
      for (const viewing of this.#open.values()) viewing.tick?.();
    }, TICK_MS);
  }

  get count(): number {
    return this.#open.size;
  }

  /** One stream as FLV over a WebSocket. */
  overWebSocket(viewing: number, wish: Wish, upgrade: Upgrade, socket: Socket): void {
    socket.once('close', () => this.#gone(viewing));
    this.#sockets.accept(upgrade, socket, (ws) => {
      const watched = this.#watch(wish, flvOver(ws));
      if (!watched.ok) return closeSoon(ws, TRY_LATER, watched.error.text);
      ws.once('close', watched.value.leave);
      this.#open.set(viewing, { end: (_tile, reason) => watched.value.viewer.close(reason) });
    });
  }

  /** One stream as FLV, bare: the gateway has answered the request and passes on what comes. */
  overSocket(viewing: number, wish: Wish, socket: Socket): void {
    socket.on('error', () => socket.destroy());
    socket.resume();
    const watched = this.#watch(wish, flvInto(socket));
    if (!watched.ok) {
      socket.destroy();
      this.#gone(viewing);
      return;
    }
    this.#open.set(viewing, { end: (_tile, reason) => watched.value.viewer.close(reason) });
    socket.once('close', () => {
      watched.value.leave();
      this.#gone(viewing);
    });
  }

  /** One stream by WebRTC; answers the viewer's offer. */
  async overWebRtc(viewing: number, wish: Wish, offer: string): Promise<Result<string, StreamFault>> {
    if (this.#webrtc === undefined || this.#peers >= WEBRTC_MAX)
      return failed(fault('busy', `at most ${this.#webrtc === undefined ? 0 : WEBRTC_MAX} viewers by WebRTC`));
    const peer = new WebRtcPeer(this.#webrtc);
    this.#peers += 1;
    let leave = (): void => {};
    void peer.gone().then(() => {
      this.#peers -= 1;
      leave();
      this.#gone(viewing);
    });
    this.#open.set(viewing, { end: () => peer.close(), tick: () => peer.tick() });
    const answer = await peer.answer(offer);
    const watched = answer.ok ? this.#watch(wish, peer) : answer;
    if (watched.ok) leave = watched.value.leave;
    else peer.close();
    return watched.ok ? answer : watched;
  }

  /** Many streams over one WebSocket; which ones, it says itself, and the gateway allows each. */
  wall(viewing: number, upgrade: Upgrade, socket: Socket): void {
    socket.once('close', () => this.#gone(viewing));
    this.#sockets.accept(upgrade, socket, (ws) => {
      const wall = new WallViewer(linkOver(ws), {
        ask: (tile, grant) => this.#say({ kind: 'tile', viewing, tile, grant }),
      });
      ws.on('message', (data, isBinary) => (isBinary ? wall.close('not-understood') : wall.hear(String(data))));
      ws.once('close', () => wall.close('closed'));
      const end: Viewing['end'] = (tile, reason) => (tile === undefined ? wall.close(reason) : wall.end(tile, reason));
      this.#open.set(viewing, { wall, end, tick: () => wall.tick() });
    });
  }

  answerTile({ viewing, tile, result }: TileAnswer): void {
    const wall = this.#open.get(viewing)?.wall;
    if (result.ok) wall?.open(tile, (sink, bounds) => this.#watch(result.value, sink, bounds));
    else wall?.end(tile, result.error.reason);
  }

  end(viewing: number, tile: number | undefined, reason: string): void {
    this.#open.get(viewing)?.end(tile, reason);
  }

  async close(): Promise<void> {
    clearInterval(this.#ticking);
    const bare = [...this.#open.values()];
    await this.#sockets.close();
    for (const viewing of bare) viewing.end(undefined, 'closed');
  }

  #gone(viewing: number): void {
    this.#open.delete(viewing);
    this.#say({ kind: 'ended', viewing });
  }
}

const flvInto = (socket: Socket): FlvSink => ({
  send: (bytes, sent) => socket.write(bytes, () => sent()),
  close: (reason) => (reason === STALLED ? socket.destroy() : socket.end()),
});

const linkOver = (ws: WebSocket) => ({
  send: (bytes: Buffer, sent: () => void) => ws.send(bytes, { binary: true }, sent),
  tell: (news: object) => ws.send(JSON.stringify(news)),
  close: (reason: string) => {
    if (reason === STALLED) ws.terminate();
    else closeSoon(ws, reason === 'closed' ? GOING_AWAY : REFUSED, reason);
  },
});
