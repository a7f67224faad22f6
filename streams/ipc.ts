import { z } from 'zod';
import { QUALITIES } from '../gateway/domain/camera.ts';
import { SourceStatusShape, StreamFaultShape } from './source-status.ts';

/** What the two processes say to each other. Cameras' passwords travel here only: never as an argument, never in env. */
const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const ConnectionShape = z.object({
  url: z.string(),
  username: z.string().exactOptional(),
  password: z.string().exactOptional(),
});
const SourceShape = z.object({ camera: z.string(), quality: z.enum(QUALITIES), connection: ConnectionShape });

export const PlaneSettingsShape = z.object({
  deviceNetworks: z.array(z.string()),
  lingerMs: z.number(),
  allowBasic: z.boolean(),
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

/** From the gateway to the plane; `settings` is the first, `view` comes with a socket. */
export const ToPlane = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('settings'), settings: PlaneSettingsShape }),
  z.object({ kind: z.literal('view'), source: SourceShape, upgrade: UpgradeShape }),
  z.object({ kind: z.literal('snapshot'), id: z.number(), source: SourceShape }),
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
const SnapshotResult = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), value: SnapshotShape }),
  z.object({ ok: z.literal(false), error: StreamFaultShape }),
]);

/** From the plane to the gateway; `ready` is the first. */
export const ToGateway = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('state'), status: SourceStatusShape }),
  z.object({ kind: z.literal('snapshot'), id: z.number(), result: SnapshotResult }),
  z.object({ kind: z.literal('status'), id: z.number(), sources: z.array(SourceStatusShape) }),
]);
export type ToGateway = z.infer<typeof ToGateway>;
