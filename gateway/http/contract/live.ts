import { z } from 'zod';
import type { Alarm } from './alarms.ts';
import type { PatrolTask } from './patrol.ts';
import type { Wall } from './video.ts';
import { RegionCode, SeverityNumber } from './words.ts';

/* The live feed, Socket.IO namespace /live. */
export const Subscribe = z.object({
  regions: z.array(RegionCode).max(100).optional(),
  types: z.array(z.string().max(80)).max(100).optional(),
  severities: z.array(SeverityNumber).max(4).optional(),
  since: z.int().min(0).optional(),
});
export type Subscribe = z.infer<typeof Subscribe>;
export type SubscribeAnswer = { ok: true; seq: number; at: string } | { ok: false; error: string };
/** One journal entry in scope, in order. `kind` is the entry's kind, as in an alarm's history. */
export type Change = { seq: number; at: string; kind: string; alarm: Alarm };
export type DeviceChange = { seq: number; id: string; online?: boolean; at: string };
/** A patrol task in scope as it stands now; new in 2026-11, others may pass it over. */
export type TaskChange = { seq: number; at: string; task: PatrolTask };
export type Tick = { seq: number; at: string };

/** With `gathered`, entries come as `changes`: an array of Change, in order, at most some 20 arrays a second. */
export const SubscribeWish = Subscribe.extend({ gathered: z.boolean().optional() });
export type SubscribeWish = z.infer<typeof SubscribeWish>;
/** `watch {wall}`: word of every change of that wall, as the event `wall`, and the wall as it stands. */
export const Watch = z.object({ wall: z.string().regex(/^[A-Za-z0-9-]{1,32}$/) });
export type WatchAnswer = { ok: true; wall?: Wall } | { ok: false; error: string };
/** Why the client is told to load everything again: it was too slow, or its rights changed. */
export type Reload = { reason: 'too-slow' | 'rights-changed' | 'stopping' };
