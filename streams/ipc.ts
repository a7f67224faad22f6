import { z } from 'zod';
import { CLIP_NOTES, QUALITIES, type StreamSource } from '../gateway/domain/camera.ts';
import { STREAM_FORMATS, type StreamFormat } from './signed-url.ts';
import { SourceStatusShape, StreamFaultShape } from './source-status.ts';

/** What the two processes say to each other. Cameras' passwords travel here only: never as an argument, never in env. */
const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const ConnectionShape = z.object({
  url: z.string(),
  username: z.string().exactOptional(),
  password: z.string().exactOptional(),
});
const ReplayShape = z.object({ id: z.string(), from: z.number(), to: z.number(), speed: z.number() });
const SourceShape = z.object({
  camera: z.string(),
  quality: z.enum(QUALITIES),
  connection: ConnectionShape,
  replay: ReplayShape.exactOptional(),
  sound: z.literal(true).exactOptional(),
});

export const PlaneSettingsShape = z.object({
  deviceNetworks: z.array(z.string()),
  lingerMs: z.number(),
  allowBasic: z.boolean(),
  /** How far back armed streams are kept, and what they may take together. */
  ringMs: z.number(),
  ringMaxBytes: z.number(),
  webrtc: z
    .object({ ports: z.tuple([z.number(), z.number()]).readonly(), addresses: z.array(z.string()).readonly() })
    .optional(),
  /** Whether streams are encoded again by hardware where there is any. */
  hardware: z.enum(['auto', 'off']),
  /** Where cameras push to by RTMP. */
  rtmp: z.object({ host: z.string(), port: z.number() }).optional(),
  logLevel: z.string(),
});
export type PlaneSettings = z.infer<typeof PlaneSettingsShape>;

/** The upgrade request that came with a viewer's socket. */
const UpgradeShape = z.object({
  url: z.string(),
  headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  head: Bytes,
});
export type Upgrade = z.infer<typeof UpgradeShape>;

/** What is to be watched, and whether as the camera sends it. */
const WishShape = z.object({ source: SourceShape, format: z.enum(STREAM_FORMATS) });
export type Wish = z.infer<typeof WishShape>;
/** The gateway's number of one connection that watches. */
const Viewing = z.int();
const TileResult = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), value: WishShape }),
  z.object({ ok: z.literal(false), error: z.object({ reason: z.string() }) }),
]);

/** Points in time are milliseconds since 1970; `path` is where the file goes. */
const ClipWishShape = z.object({ from: z.number(), to: z.number(), moment: z.number(), path: z.string() });
const ClipResult = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    value: z.object({
      from: z.number(),
      to: z.number(),
      sha256: z.string(),
      bytes: z.number(),
      codec: z.enum(['h264', 'h265']),
      note: z.enum(CLIP_NOTES).optional(),
    }),
  }),
  z.object({ ok: z.literal(false), error: StreamFaultShape }),
]);

/** From the gateway to the plane; `settings` is the first, the three of `view` come with a socket. */
export const ToPlane = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('settings'), settings: PlaneSettingsShape }),
  z.object({ kind: z.literal('view'), viewing: Viewing, wish: WishShape, upgrade: UpgradeShape }),
  z.object({ kind: z.literal('view-bare'), viewing: Viewing, wish: WishShape }),
  /** A viewer's offer (SDP); the answer is `webrtc`. */
  z.object({ kind: z.literal('view-webrtc'), id: z.number(), viewing: Viewing, wish: WishShape, offer: z.string() }),
  z.object({ kind: z.literal('view-wall'), viewing: Viewing, upgrade: UpgradeShape }),
  z.object({ kind: z.literal('view-talk'), viewing: Viewing, source: SourceShape, upgrade: UpgradeShape }),
  /** Words to be said, samples of 16 bits at 8,000 a second; the answer is `announced`. */
  z.object({ kind: z.literal('announce'), id: z.number(), source: SourceShape, pcm: Bytes }),
  /** The answer to a wall's wish for a tile. */
  z.object({ kind: z.literal('tile'), viewing: Viewing, tile: z.int(), result: TileResult }),
  /** It may not go on: one tile of a wall, or all of it. */
  z.object({ kind: z.literal('end'), viewing: Viewing, tile: z.int().optional(), reason: z.string() }),
  z.object({ kind: z.literal('snapshot'), id: z.number(), source: SourceShape, moment: z.number().optional() }),
  /** These and no others keep their last seconds. */
  z.object({ kind: z.literal('arm'), sources: z.array(SourceShape) }),
  z.object({ kind: z.literal('clip'), id: z.number(), source: SourceShape, wish: ClipWishShape }),
  /** Who may push, with the key of each: these and no others. */
  z.object({ kind: z.literal('pushers'), pushers: z.array(z.object({ camera: z.string(), key: z.string() })) }),
  /** Clips end now, with what they have. */
  z.object({ kind: z.literal('end-clips') }),
  z.object({ kind: z.literal('status'), id: z.number() }),
  z.object({ kind: z.literal('stop') }),
]);
export type ToPlane = z.infer<typeof ToPlane>;

const SnapshotShape = z.object({
  jpeg: Bytes,
  at: z.number(),
  width: z.number(),
  height: z.number(),
});
const DoneResult = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), value: z.undefined() }),
  z.object({ ok: z.literal(false), error: StreamFaultShape }),
]);
const AnswerResult = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), value: z.string() }),
  z.object({ ok: z.literal(false), error: StreamFaultShape }),
]);
const SnapshotResult = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), value: SnapshotShape }),
  z.object({ ok: z.literal(false), error: StreamFaultShape }),
]);

/** From the plane to the gateway; `ready` is the first. */
export const ToGateway = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('state'), status: SourceStatusShape }),
  /** A wall wishes to show what this address grants. */
  z.object({ kind: z.literal('tile'), viewing: Viewing, tile: z.int(), grant: z.string() }),
  z.object({ kind: z.literal('ended'), viewing: Viewing }),
  /** A camera pushes, or no more does. */
  z.object({ kind: z.literal('pushing'), camera: z.string(), isOn: z.boolean() }),
  z.object({ kind: z.literal('snapshot'), id: z.number(), result: SnapshotResult }),
  z.object({ kind: z.literal('clip'), id: z.number(), result: ClipResult }),
  z.object({ kind: z.literal('announced'), id: z.number(), result: DoneResult }),
  z.object({ kind: z.literal('webrtc'), id: z.number(), result: AnswerResult }),
  z.object({ kind: z.literal('status'), id: z.number(), sources: z.array(SourceStatusShape) }),
]);
export type ToGateway = z.infer<typeof ToGateway>;

/** A mutable copy for the channel, with nothing that the caller may have hung on it. */
export const plain = ({ camera, quality, connection, replay, sound }: StreamSource): Wish['source'] => ({
  ...{ camera, quality, connection: { ...connection } },
  ...(replay === undefined ? {} : { replay: { ...replay } }),
  ...(sound === undefined ? {} : { sound }),
});

export const plainWish = ({ source, format }: Readonly<{ source: StreamSource; format: StreamFormat }>): Wish => ({
  source: plain(source),
  format,
});
