import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Access } from '../access/access.ts';
import type { Announcements } from '../announcements.ts';
import type { AlarmDesk } from '../desk/desk.ts';
import type { PlaceRules } from '../desk/place-rules.ts';
import type { Actor } from '../domain/actor.ts';
import type { BadValue } from '../domain/bad-value.ts';
import type {
  ClipWindow,
  FoundCamera,
  PtzAbilities,
  Quality,
  RecordedSpan,
  Snapshot,
  StreamSource,
} from '../domain/camera.ts';
import type { DeviceCommands } from '../domain/command.ts';
import type { Device, DeviceId } from '../domain/device.ts';
import type { Point } from '../domain/geo.ts';
import type { PatrolTask } from '../domain/patrol.ts';
import type { Place } from '../domain/place.ts';
import type { Result } from '../domain/result.ts';
import type { Archive } from '../followers/archive/archive.ts';
import type { EvidenceFiles, EvidenceReading } from '../followers/evidence/files.ts';
import type { KeepingReport } from '../followers/evidence/keeping.ts';
import type { FollowerState } from '../followers/follower.ts';
import type { KeptAside, Pause } from '../followers/supervision.ts';
import type { Values } from '../followers/values/values.ts';
import type { FigureQueries, Journal, JournalQueries } from '../journal/journal.ts';
import type { CameraReport } from '../onboarding/camera-report.ts';
import type { DeviceFigureBook } from '../onboarding/device-figures.ts';
import type { ImportDesk } from '../onboarding/import-desk.ts';
import type { ChangeReport, DeviceChange, ManyPorts } from '../onboarding/many-devices.ts';
import type { PasswordRotations } from '../onboarding/password-rotation.ts';
import type { Replaced, ReplacementFault, ReplacementWish } from '../onboarding/replacement.ts';
import type { TestRun } from '../onboarding/test-alarm.ts';
import type { RoundDesk } from '../patrol/round-desk.ts';
import type { TaskDesk } from '../patrol/task-desk.ts';
import type { PtzDesk } from '../ptz-desk.ts';
import type { Login } from '../registry/credential-groups.ts';
import type { LineBook } from '../registry/line-book.ts';
import type { DeviceRegistry, RegionTree } from '../registry/registry.ts';

/** Why a camera or the video plane did not do it: `reason` is a word of theirs, `text` is English, for the log. */
import type { OrderDesk } from '../workorders/order-desk.ts';

export type PlaneFault = Readonly<{ reason: string; text: string }>;

/** Cameras as the API needs them, whatever protocol they speak. */
export interface Cameras {
  /** Where a stream is had; it may ask the camera, so it takes a while. */
  sourceOf(id: DeviceId, quality: Quality): Promise<Result<StreamSource, PlaneFault>>;
  /** Where a recording of the camera's own is played from. */
  replayOf(id: DeviceId, recording: string): Promise<Result<StreamSource, PlaneFault>>;
  /** What the camera, or the recorder that it is, kept of this time, oldest first. */
  recordings(id: DeviceId, window: ClipWindow): Promise<Result<readonly RecordedSpan[], PlaneFault>>;
  /** The streams that the camera offers, with the codec of each where it is known. */
  streamsOf(id: DeviceId): Promise<Result<readonly Readonly<{ quality: Quality; codec: string }>[], PlaneFault>>;
  /** What the camera's head can do; it may ask the camera. */
  ptzAbilities(id: DeviceId): Promise<Result<PtzAbilities, PlaneFault>>;
  ptz: PtzDesk;
}

/** What is to be watched: as the camera sends it, or encoded again as H.264; or heard, alone or beside the pictures. */
export type StreamWish = Readonly<{ source: StreamSource; format: 'sent' | 'h264' | 'sound' | 'with-sound' }>;

/** What watches through the video plane goes under a number of ours, by which it is ended. */
export interface Video {
  /** Takes the upgraded connection over: WS-FLV from here on. It answers and closes by itself. */
  view(viewing: number, wish: StreamWish, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
  /** The same for a wall, whose tiles are asked for one by one through `onTile`. */
  viewWall(viewing: number, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
  /** FLV as it comes, for an answer over HTTP. */
  viewBare(viewing: number, wish: StreamWish): Promise<Result<Duplex, PlaneFault>>;
  /** The same for a person who speaks to the device; who speaks there already is not interrupted. */
  viewTalk(
    viewing: number,
    source: StreamSource,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): Promise<void>;
  /** Whether pictures are had by WebRTC, and the answer to a viewer's offer of it (SDP). */
  readonly hasWebRtc: boolean;
  viewWebRtc(viewing: number, wish: StreamWish, offer: string): Promise<Result<string, PlaneFault>>;
  /** It may not go on: one tile of a wall, or all of it. */
  end(viewing: number, tile: number | undefined, reason: string): void;
  onTile(
    decide: (viewing: number, tile: number, grant: string) => Promise<Result<StreamWish, Readonly<{ reason: string }>>>,
  ): void;
  /** Whatever ended it. */
  onEnded(listener: (viewing: number) => void): void;
  snapshot(source: StreamSource): Promise<Result<Snapshot, PlaneFault>>;
}

/** What a signed stream URL says: this sign-in of this user may see this stream in this way until then. */
export type StreamGrant = Readonly<{
  way: 'ws-flv' | 'http-flv' | 'webrtc' | 'talk' | 'wall';
  camera: DeviceId;
  quality: Quality;
  format: StreamWish['format'];
  /** What a recorder kept, in place of what is there now. */
  replay?: Readonly<{ recording: string; from: number; to: number; speed: number }>;
  username: string;
  /** Hash of the sign-in's token. */
  session: string;
  expiresAt: number;
  /** Of this address alone: it opens once. */
  id: string;
}>;

/** A copy of a file with words burnt into its pictures; `busy`, `missing` (no ffmpeg) or another reason otherwise. */
export type Watermark = (
  wish: Readonly<{ kind: 'image/jpeg' | 'video/mp4'; words: string; content: () => Promise<Buffer> }>,
) => Promise<Result<Buffer, PlaneFault>>;

export interface StreamUrls {
  /** Path and query, such as `/live/flv/{camera}/{quality}?…`. */
  sign(grant: Omit<StreamGrant, 'id'>): string;
  verify(pathAndQuery: string, now: number): Result<StreamGrant, Readonly<{ reason: string }>>;
}

/** One thing that must work before the gateway takes signals; undefined while it does, else the reason. */
export type HealthPart = Readonly<{ name: string; fault(): string | undefined }>;

export type FollowerReport = Readonly<{ name: string; lag: number; state: FollowerState }>;

export type { EvidenceReading } from '../followers/evidence/files.ts';

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
  /** Words of the shipped linkages that come to nothing. */
  linkagesOff: readonly string[];
  /** How full the room for evidence is. */
  evidence(): KeepingReport;
  /** Throws what the file system throws. */
  disk(): Promise<Readonly<{ freeBytes: number; totalBytes: number; daysLeft: number | undefined }>>;
}

/** What is answered to a push; a text goes out as it is, all else as JSON. */
export type VendorAnswer = Readonly<{ status: number; body: unknown }>;

/** The door of the makers' pushes (`/vendors/{family}`). */
export interface VendorDoor {
  /** Answers when what was pushed is durable. Throws JournalUnavailable. */
  push(
    push: Readonly<{
      family: string;
      token: string | undefined;
      authorization: string | undefined;
      contentType: string | undefined;
      from: string;
      body: AsyncIterable<Uint8Array>;
    }>,
  ): Promise<VendorAnswer>;
  /** A platform's question whether the address is ours. */
  verify(family: string, query: Readonly<Record<string, unknown>>): VendorAnswer;
}

export type DiscoverySearch = Readonly<{ ranges: readonly string[]; ports: readonly number[] }>;
/** Looking for cameras: one search at a time. */
export interface DiscoveryPort {
  /** False while another search is under way. */
  start(search: DiscoverySearch): boolean;
  /** The last search; undefined when there was none. */
  status():
    | Readonly<{
        startedAt: number;
        endedAt: number | undefined;
        fault: string | undefined;
        asked: number;
        items: readonly (FoundCamera & Readonly<{ device?: DeviceId | undefined }>)[];
      }>
    | undefined;
}

/** Getting devices in, and how they are (设备接入与体检). */
export interface OnboardingPort {
  imports: Pick<ImportDesk, 'preview' | 'start' | 'status'>;
  credentials: Readonly<{
    put(name: string, logins: readonly Login[], by: Actor): Promise<void>;
    list(): readonly Readonly<{ name: string; count: number; devices: number }>[];
  }>;
  /** It may ask the camera, so it takes a while. */
  report(device: Device): Promise<CameraReport>;
  testAlarm(device: Device): Promise<TestRun>;
  figures: Pick<DeviceFigureBook, 'of'>;
  /** The same to many, each answered for itself. */
  change(
    ids: readonly DeviceId[],
    change: DeviceChange,
    how: Pick<ManyPorts, 'by' | 'mayPut' | 'isDryRun'>,
  ): Promise<ChangeReport>;
  /** Asks who answers at the new address, so it takes a while. */
  replace(device: Device, wish: ReplacementWish, by: Actor): Promise<Result<Replaced, ReplacementFault>>;
  rotations: Pick<PasswordRotations, 'begin' | 'job'>;
  /** Changes the key under which secrets lie; answers how many there are. Throws JournalUnavailable. */
  turnKey(by: Actor): Promise<number>;
}

/** Patrol tasks and rounds (巡护任务). */
export interface PatrolPort {
  tasks: Pick<TaskDesk, 'find' | 'all' | 'carryOut'>;
  rounds: Pick<RoundDesk, 'find' | 'all' | 'pass'>;
  /** A photo of a task: with the alarm's evidence, where an alarm is behind it. Throws what the file system throws. */
  addPhoto(task: PatrolTask, jpeg: Uint8Array, at: number, by: Actor): Promise<PatrolTask>;
  /** Undefined: it is none of the task's, or has been taken away. */
  openPhoto(task: PatrolTask, file: string): Promise<EvidenceReading | undefined>;
  /** Metres from a position to a place; undefined where the place is not known so well. */
  distanceM(place: Place, from: Point): number | undefined;
}

export type HttpPorts = Readonly<{
  access: Access;
  desk: AlarmDesk;
  journal: Pick<Journal, 'append' | 'versionOf' | 'head'>;
  queries: JournalQueries & FigureQueries;
  registry: DeviceRegistry;
  regions: RegionTree;
  lines: LineBook;
  places: PlaceRules;
  announcements: Pick<Announcements, 'list' | 'keep' | 'remove'>;
  commands: DeviceCommands;
  commandTimeoutMs: number;
  cameras: Cameras;
  discovery: DiscoveryPort;
  onboarding: OnboardingPort;
  /** What is entered at an encoder that pushes; undefined where it is none, or none can push. */
  push: Readonly<{ addressOf(device: Device): Readonly<{ port: number; streamKey: string }> | undefined }>;
  video: Video;
  streamUrls: StreamUrls;
  vendors: VendorDoor;
  deadLetters: { replay(topic: string, payload: string): Promise<Result<void, BadValue>> };
  archive: Pick<Archive, 'find'>;
  values: Pick<Values, 'of'>;
  evidence: EvidenceFiles;
  watermark: Watermark;
  patrol: PatrolPort;
  workOrders: Pick<OrderDesk, 'find' | 'all' | 'carryOut' | 'report'>;
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
