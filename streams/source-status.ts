import { z } from 'zod';
import { QUALITIES } from '../gateway/domain/camera.ts';
import { STREAM_FAULTS } from './fault.ts';

export const StreamFaultShape = z.object({ reason: z.enum(STREAM_FAULTS), text: z.string() });

/** What one source does, as the gateway and its people see it. Times are milliseconds since 1970. */
export const SourceStatusShape = z.object({
  camera: z.string(),
  quality: z.enum(QUALITIES),
  /** `closed` is said once, when the last viewer has been gone for the linger time. */
  state: z.enum(['connecting', 'playing', 'waiting', 'closed']),
  since: z.number(),
  viewers: z.number(),
  bitsPerSecond: z.number(),
  width: z.number().exactOptional(),
  height: z.number().exactOptional(),
  codec: z.enum(['h264', 'h265']).exactOptional(),
  /** Packets of the running connection that never came; each costs the pictures up to the next key frame. */
  lostPackets: z.number().exactOptional(),
  /** How often the camera's clock leapt while it played. */
  clockJumps: z.number().exactOptional(),
  /** The sound that the camera offers, by the name of its codec; it is left with the camera. */
  audio: z.string().exactOptional(),
  /** Bytes kept from before now (预录): where it is armed, or something happened a minute ago. */
  keptBytes: z.number().exactOptional(),
  /** Why it waits, and until when. */
  fault: StreamFaultShape.exactOptional(),
  retryAt: z.number().exactOptional(),
});
export type SourceStatus = Readonly<z.infer<typeof SourceStatusShape>>;
