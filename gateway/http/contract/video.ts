import { z } from 'zod';
import { DeviceIdText, IsoTime, SeverityNumber } from './words.ts';

export const LiveSources = z.object({
  sources: z.array(
    z.object({
      protocol: z.enum(['ws-flv', 'http-flv', 'wall', 'webrtc']),
      url: z.string(),
      codec: z.string(),
      quality: z.enum(['main', 'sub']),
      /** Encoded again by the gateway, since the camera sends what not every browser plays. */
      transcoded: z.boolean().optional(),
    }),
  ),
  expiresAt: IsoTime,
});
export type LiveSources = z.infer<typeof LiveSources>;

export const PtzCommand = z.discriminatedUnion('act', [
  z.object({
    act: z.literal('move'),
    pan: z.number().min(-1).max(1).default(0),
    tilt: z.number().min(-1).max(1).default(0),
    zoom: z.number().min(-1).max(1).default(0),
    timeoutMs: z.int().min(100).max(10_000).default(1000),
  }),
  z.object({ act: z.literal('stop') }),
  z.object({ act: z.literal('preset'), preset: z.string().min(1).max(64) }),
]);

export const WALL_LAYOUTS = [1, 4, 9, 16, 25, 36, 64] as const;
export const WALL_TILES_MAX = 64;
/** Pages of cameras one after the other (轮巡), in the tiles that hold no camera of their own. */
export const WallRotation = z.object({
  isOn: z.boolean(),
  cameras: z.array(DeviceIdText).max(512),
  everyS: z.int().min(10).max(120),
});
/** Which alarms bring their picture up by themselves: this severity and graver, 0 for none; and where. */
export const WallPopUps = z.object({
  severity: z.union([z.literal(0), SeverityNumber]),
  /** `corner`: one window at the lower right. `free`: an empty tile, else the one that has shown an alarm longest. */
  place: z.enum(['corner', 'free']),
});
export const Wall = z
  .object({
    id: z.string().regex(/^[A-Za-z0-9-]{1,32}$/),
    layout: z.literal(WALL_LAYOUTS),
    tiles: z.array(DeviceIdText.nullable()).max(WALL_TILES_MAX),
    rotation: WallRotation.exactOptional(),
    popUps: WallPopUps.exactOptional(),
    /** Pictures of alarms that somebody put up by hand (上墙), the latest last. */
    called: z
      .array(z.object({ alarm: z.uuid(), camera: DeviceIdText }))
      .max(8)
      .exactOptional(),
    /** Alarms whose picture was taken down by hand: they do not come up again. */
    dismissed: z.array(z.uuid()).max(64).exactOptional(),
    version: z.int(),
  })
  .meta({ id: 'Wall' });
export type Wall = z.infer<typeof Wall>;

export const WallInput = Wall.omit({ id: true, version: true }).extend({
  /** The version that is replaced; 0 or absent for a wall that is not there yet. */
  version: z.int().min(0).default(0),
});
