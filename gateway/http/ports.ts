import type { IncomingMessage } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Access } from '../access/access.ts';
import type { AlarmDesk } from '../desk/desk.ts';
import type { AlarmId } from '../domain/alarm.ts';
import type { BadValue } from '../domain/bad-value.ts';
import type { PtzAct, Quality, Snapshot, StreamSource } from '../domain/camera.ts';
import type { DeviceCommands } from '../domain/command.ts';
import type { DeviceId } from '../domain/device.ts';
import type { Actor } from '../domain/entry.ts';
import type { Result } from '../domain/result.ts';
import type { Archive } from '../followers/archive/archive.ts';
import type { FollowerState } from '../followers/follower.ts';
import type { KeptAside, Pause } from '../followers/supervision.ts';
import type { Journal, JournalQueries } from '../journal/journal.ts';
import type { DeviceRegistry, RegionTree } from '../registry/registry.ts';

/** Why a camera or the video plane did not do it: `reason` is a word of theirs, `text` is English, for the log. */
export type PlaneFault = Readonly<{ reason: string; text: string }>;

/** Cameras as the API needs them, whatever protocol they speak. */
export interface Cameras {
  /** Where a stream is had; it may ask the camera, so it takes a while. */
  sourceOf(id: DeviceId, quality: Quality): Promise<Result<StreamSource, PlaneFault>>;
  /** The streams that the camera offers, with the codec of each where it is known. */
  streamsOf(id: DeviceId): Promise<Result<readonly Readonly<{ quality: Quality; codec: string }>[], PlaneFault>>;
  ptz(id: DeviceId, act: PtzAct): Promise<Result<void, PlaneFault>>;
}

export interface Video {
  /** Takes the upgraded connection over: WS-FLV from here on. It answers and closes by itself. */
  view(source: StreamSource, request: IncomingMessage, socket: Duplex, head: Buffer): void;
  snapshot(source: StreamSource): Promise<Result<Snapshot, PlaneFault>>;
}

/** What a signed stream URL says: this user may see this stream until then. */
export type StreamGrant = Readonly<{ camera: DeviceId; quality: Quality; username: string; expiresAt: number }>;

export interface StreamUrls {
  /** Path and query, such as `/live/flv/{camera}/{quality}?…`. */
  sign(grant: StreamGrant): string;
  verify(pathAndQuery: string, now: number): Result<StreamGrant, Readonly<{ reason: string }>>;
}

/** One thing that must work before the gateway takes signals; undefined while it does, else the reason. */
export type HealthPart = Readonly<{ name: string; fault(): string | undefined }>;

export type FollowerReport = Readonly<{ name: string; lag: number; state: FollowerState }>;

/** What the page of the house's state shows, and what an administrator may switch there. */
export interface SystemPort {
  followers(): readonly FollowerReport[];
  pauseOf(follower: string): Pause | undefined;
  setAsideOf(follower: string, limit: number): Readonly<{ count: number; latest: readonly KeptAside[] }>;
  /** Durable when they resolve. Throw JournalUnavailable. */
  pause(follower: string, by: Actor): Promise<void>;
  resume(follower: string, by: Actor): Promise<void>;
  queues(): readonly Readonly<{ name: string; waiting: number; max: number }>[];
  broker(): Readonly<{ url: string; connected: boolean; counts: Record<string, number> }>;
  archive: Pick<Archive, 'check' | 'refused'>;
  /** Throws what the file system throws. */
  disk(): Promise<Readonly<{ freeBytes: number; totalBytes: number; daysLeft: number | undefined }>>;
}

export type HttpPorts = Readonly<{
  access: Access;
  desk: AlarmDesk;
  journal: Pick<Journal, 'append' | 'versionOf' | 'head'>;
  queries: JournalQueries;
  registry: DeviceRegistry;
  regions: RegionTree;
  commands: DeviceCommands;
  commandTimeoutMs: number;
  cameras: Cameras;
  video: Video;
  streamUrls: StreamUrls;
  deadLetters: { replay(topic: string, payload: string): Promise<Result<void, BadValue>> };
  archive: Pick<Archive, 'find'>;
  evidence: { open(alarm: AlarmId, file: string): Promise<Readonly<{ stream: Readable; bytes: number }> | undefined> };
  health: readonly HealthPart[];
  system: SystemPort;
  metrics: Registry;
  /** The built console (`console/dist`). */
  consoleDir: string;
  /** SQLite file of the answers to writes with an Idempotency-Key; `:memory:` forgets them at the end. */
  idempotencyFile: string;
  now: () => number;
  log: Logger;
}>;
