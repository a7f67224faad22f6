import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { ClipFile, ClipWish, Snapshot, StreamSource } from '../gateway/domain/camera.ts';
import type { Result } from '../gateway/domain/result.ts';
import type { StreamFault } from './fault.ts';
import type { Pusher } from './push/rtmp-door.ts';
import type { StreamFormat } from './signed-url.ts';
import type { SourceStatus } from './source-status.ts';
import type { WebRtcPlace } from './webrtc/peer.ts';

/** The video plane as the gateway has it, whatever process it runs in. */
export interface VideoPlane {
  /** Resolves when the plane's process is ready; throws when it does not become so within 15 s. */
  start(): Promise<void>;
  /** Ends the process and waits for it. */
  stop(): Promise<void>;
  /** Gives an upgraded, already authorised request to the plane: one stream over WS-FLV. `viewing` is the caller's number. */
  view(viewing: number, wish: StreamWish, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
  /** Many streams over one WebSocket; each tile is asked for by `onTile`. */
  viewWall(viewing: number, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
  /** One stream as FLV, to be passed on as it comes. */
  viewBare(viewing: number, wish: StreamWish): Promise<Result<Socket, StreamFault>>;
  /** Answers a viewer's offer of WebRTC (SDP); `codec` where the two cannot agree, `busy` where too many watch so. */
  viewWebRtc(viewing: number, wish: StreamWish, offer: string): Promise<Result<string, StreamFault>>;
  /** A person speaks to this device over the WebSocket; who speaks there already is not interrupted. */
  viewTalk(
    viewing: number,
    source: StreamSource,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): Promise<void>;
  /** Says samples of 16 bits at 8,000 a second; answers when the last has gone out. */
  announce(source: StreamSource, pcm: Buffer): Promise<Result<void, StreamFault>>;
  /** Whether pictures are had by WebRTC. */
  readonly hasWebRtc: boolean;
  /** It may not go on: one tile of a wall, or all of it. */
  end(viewing: number, tile: number | undefined, reason: string): void;
  /** Who decides what a wall's tile may show. One listener; without one every tile is refused. */
  onTile(decide: TileDecision): void;
  /** A viewing is over, whatever ended it. */
  onEnded(listener: (viewing: number) => void): void;
  /** With the moment of an alarm: the picture of that moment where it is in memory, and the stream stays open a minute. */
  snapshot(source: StreamSource, moment?: number): Promise<Result<Snapshot, StreamFault>>;
  /** These streams and no others stay open and keep their last seconds (预录), also after the plane's restart. */
  arm(sources: readonly StreamSource[]): void;
  /** Who may push (推流), with the key of each: these and no others, also after the plane's restart. */
  admitPushers(pushers: readonly Pusher[]): void;
  /** A camera pushes, or no more does; also when the plane goes away. */
  onPushing(listener: (camera: string, isOn: boolean) => void): void;
  /** Writes an MP4 of the window to `path` and answers once it is synced there; `busy`, `disk` or no picture otherwise. */
  clip(source: StreamSource, wish: ClipWish): Promise<Result<ClipFile, StreamFault>>;
  /** Clips that are being taken end now, with what they have. */
  endClips(): void;
  /** What runs: per source its state, viewers, bit rate, since when. Empty while the plane is away. */
  status(): Promise<readonly SourceStatus[]>;
  onState(listener: (status: SourceStatus) => void): () => void;
}

export type StreamWish = Readonly<{ source: StreamSource; format: StreamFormat }>;
export type TileDecision = (
  viewing: number,
  tile: number,
  grant: string,
) => Promise<Result<StreamWish, Readonly<{ reason: string }>>>;

export type VideoPlaneOptions = Readonly<{
  /** Where cameras may be, as CIDR blocks. */
  deviceNetworks: readonly string[];
  lingerMs?: number;
  /** Whether a camera may be given its password in clear (Basic). */
  allowBasic?: boolean;
  /** How far back armed streams are kept, 12 s if absent, and what they may take together, 256 MiB. */
  ring?: Readonly<{ keepMs: number; maxBytes: number }>;
  /** Where viewers call for WebRTC; absent, there is none. */
  webrtc?: WebRtcPlace | undefined;
  /** Where cameras push to by RTMP; absent, none can. */
  rtmp?: Readonly<{ host: string; port: number }> | undefined;
  /** Whether streams are encoded again by hardware where there is any: `auto` if absent. */
  hardware?: 'auto' | 'off';
  log: Logger;
  now?: () => number;
}>;
