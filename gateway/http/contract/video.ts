import { z } from 'zod';
import { ROLES } from './people.ts';
import { DeviceIdText, IsoTime, RegionCode, SeverityNumber } from './words.ts';

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

/** Where a person speaks to a camera: a WebSocket whose binary messages are samples of 16 bits, little-endian. */
export const TalkAddress = z
  .object({ url: z.string(), codec: z.literal('s16le'), sampleRate: z.literal(8000), expiresAt: IsoTime })
  .meta({ id: 'TalkAddress' });
export type TalkAddress = z.infer<typeof TalkAddress>;

/**
 * Where a camera is heard: over `ws-flv` its sound alone, as tags of FLV; over `http-flv` pictures and sound, for other
 * players. AAC, or G.711 at 8,000 samples a second, as the camera sends it. Each opens once.
 */
export const SoundAddress = z
  .object({
    sources: z.array(z.object({ protocol: z.enum(['ws-flv', 'http-flv']), url: z.string() })),
    expiresAt: IsoTime,
  })
  .meta({ id: 'SoundAddress' });
export type SoundAddress = z.infer<typeof SoundAddress>;

/** A part of the picture: fractions of its width and height, from its upper left corner. */
export const PictureBox = z
  .object({
    x: z.number().min(0).max(1),
    y: z.number().min(0).max(1),
    width: z.number().min(0.01).max(1),
    height: z.number().min(0.01).max(1),
  })
  .refine(({ x, y, width, height }) => x + width <= 1.001 && y + height <= 1.001, { error: 'a box within the picture' })
  .meta({ id: 'PictureBox' });
export type PictureBox = z.infer<typeof PictureBox>;

/**
 * A move goes on while it is repeated; `timeoutMs` after the last repetition, 1.5 s at most, the camera is stopped. Who
 * moves holds the camera until 15 s after their last act, or until `release`.
 */
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
  /** The box fills the picture (三维定位), where the camera can: `GET /cameras/{id}/ptz` says so. */
  z.object({ act: z.literal('zoom-to'), box: PictureBox }),
  z.object({ act: z.literal('release') }),
]);
export type PtzCommand = z.infer<typeof PtzCommand>;

/** The seat that steers a camera: what stands on screens for it, its role and its centre. */
export const PtzHolder = z
  .object({ name: z.string(), role: z.enum(ROLES), centre: RegionCode, isSelf: z.boolean() })
  .meta({ id: 'PtzHolder' });
export type PtzHolder = z.infer<typeof PtzHolder>;

/** What a camera's head can do, and who steers it until when. */
export const PtzState = z.object({
  turns: z.boolean(),
  zoomsTo: z.boolean(),
  presets: z.array(z.object({ token: z.string(), name: z.string() })),
  holder: PtzHolder.optional(),
  until: IsoTime.optional(),
  /** Whether an act of the one who asks would be let through now: nobody holds it, or somebody lower. */
  mayTake: z.boolean(),
});
export type PtzState = z.infer<typeof PtzState>;

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
