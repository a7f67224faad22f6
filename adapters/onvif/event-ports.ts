import type { Logger } from 'pino';
import type { Device } from '../../gateway/domain/device.ts';
import type { CameraFault } from './camera-fault.ts';
import type { CameraClock } from './clock.ts';
import type { CameraLink } from './link.ts';
import type { Outbox } from './outbox.ts';
import type { Backoff } from './pause.ts';
import type { Presence } from './presence.ts';
import type { PushDoor } from './push-door.ts';
import type { ModelQuirks } from './quirks.ts';
import type { SignalReader } from './signals.ts';

/** All in milliseconds, but `pullLimit`, which is messages. The defaults were measured against recorded cameras. */
export type EventTimes = Readonly<{
  lifetimeMs: number;
  pullLeastMs: number;
  pullMostMs: number;
  /** How long beyond its own timeout a pull may take. */
  graceMs: number;
  pullLimit: number;
  /** A camera that answers at once, whatever timeout it was given, is not asked more often than this. */
  emptyPullLeastMs: number;
  backoffLeastMs: number;
  backoffMostMs: number;
  /** Twice an hour: a camera locks an account that keeps being refused. */
  notAuthorizedMs: number;
  noEventsMs: number;
  unsubscribeMs: number;
}>;

export const EVENT_TIMES: EventTimes = {
  lifetimeMs: 120_000,
  pullLeastMs: 50_000,
  pullMostMs: 60_000,
  graceMs: 15_000,
  pullLimit: 100,
  emptyPullLeastMs: 1_000,
  backoffLeastMs: 250,
  backoffMostMs: 60_000,
  notAuthorizedMs: 1_800_000,
  noEventsMs: 3_600_000,
  unsubscribeMs: 5_000,
};

export type EventState =
  | 'connecting'
  | 'subscribed'
  | 'waiting'
  | 'not-authorized'
  | 'no-events'
  | 'events-refused'
  | 'refused-address'
  | 'certificate-changed';

/** `pull`: we ask and it answers; `push`: it brings them. */
export type EventWay = 'pull' | 'push';

export type EventPorts = Readonly<{
  /** The registry's present record. */
  device: () => Device;
  link: CameraLink;
  clock: CameraClock;
  outbox: Outbox;
  quirks: ModelQuirks;
  /** Where cameras without pull-points bring their events; undefined where nobody listens. */
  push: PushDoor | undefined;
  /** Knows the camera's states over all its sessions. */
  reader: SignalReader;
  times: EventTimes;
  now: () => number;
  random: () => number;
  stop: AbortSignal;
  log: Logger;
  tell: (state: EventState, fault?: CameraFault, way?: EventWay) => void;
}>;

/** What lives as long as a camera's session, over all its subscriptions. */
export type EventParts = Readonly<{ reader: SignalReader; presence: Presence; backoff: Backoff }>;
