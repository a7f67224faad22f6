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
  /** Why it waits, and until when. */
  fault: StreamFaultShape.exactOptional(),
  retryAt: z.number().exactOptional(),
});
export type SourceStatus = Readonly<z.infer<typeof SourceStatusShape>>;
