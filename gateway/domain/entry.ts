import type { Actor } from './actor.ts';
import type { Alarm, AlarmId, Evidence, Verdict } from './alarm.ts';
import type { ArmingPlan, MaintenanceWindow } from './arming.ts';
import type { Device, DeviceId } from './device.ts';
import type { LinkageOutcome } from './linkage.ts';
import type { PatrolRound, PatrolTask, TaskId } from './patrol.ts';
import type { RegionCode } from './region.ts';
import type { Scope } from './scope.ts';
import type { Severity } from './severity.ts';
import type { AccessEvent, DeadLetter, Signal, Telemetry } from './signal.ts';
import type { OrderId, WorkOrder } from './work-order.ts';

/** An order to one alarm, as it stands in the journal. `at` of the entry is when the gateway took it. */
type ByPerson<Kind extends string, More = unknown> = Readonly<{
  kind: Kind;
  alarm: AlarmId;
  by: Actor;
  note: string | undefined;
  /** When the person did it, where that differs from when it arrived (a phone without a network). */
  doneAt: number | undefined;
}> &
  Readonly<More>;

/** What a signal did to an alarm; `signal` is the identity by which the same signal is known again. */
type BySignal<Kind extends string, More = unknown> = Readonly<{ kind: Kind; alarm: AlarmId; signal: string }> &
  Readonly<More>;

type LinkageNames = Readonly<{ rule: string; step: string }>;
type ByLinkage<Kind extends string, More = unknown> = Readonly<{ kind: Kind; alarm: AlarmId }> &
  LinkageNames &
  Readonly<More>;

export type AlarmEntry =
  | Readonly<{ kind: 'raised'; signal: string; raised: Alarm }>
  | BySignal<
      'repeated',
      {
        seen: {
          lastAt: number;
          isActive: boolean;
          severity: Severity;
          value: number | undefined;
          text: string | undefined;
        };
      }
    >
  | BySignal<'cleared', { lastAt: number }>
  | ByPerson<'acknowledged'>
  | ByPerson<'dispatched', { assignee: string }>
  | ByPerson<'arrived'>
  | ByPerson<'handled'>
  | ByPerson<'resolved', { verdict: Verdict }>
  | ByPerson<'closed'>
  | ByPerson<'reopened'>
  | ByPerson<'returned'>
  | ByPerson<'escalated', { to: RegionCode }>
  | ByPerson<'transferred', { to: RegionCode }>
  | ByPerson<'shelved', { until: number }>
  | ByPerson<'unshelved'>
  | ByPerson<'commented'>
  /** It lasts, and is graver now. */
  | ByPerson<'regraded', { severity: Severity }>
  /** It goes behind the head of an incident (事件) that was raised after it. */
  | ByPerson<'incident-joined', { incident: AlarmId }>
  | Readonly<{ kind: 'evidence-added'; alarm: AlarmId; evidence: Evidence }>
  /** `url` names the file, as in the alarm's list. */
  | ByPerson<'evidence-locked', { url: string; isLocked: boolean }>
  /** `over`: kept for as long as its kind is; `room`: the quota was full. */
  | ByPerson<'evidence-removed', { url: string; removed: { at: number; why: 'over' | 'room' } }>
  /** A step of a linkage (联动): a person is asked until then; answered; about to be taken; what came of it. */
  | ByLinkage<'linkage-asked', { until: number }>
  | (ByPerson<'linkage-confirmed'> & LinkageNames)
  | (ByPerson<'linkage-declined'> & LinkageNames)
  | ByLinkage<'linkage-started'>
  | ByLinkage<'linkage-done', { result: LinkageOutcome; detail: string | undefined }>;

export type AlarmEntryKind = AlarmEntry['kind'];

/** A person's account as the log keeps it. The password is an argon2id hash. */
export type Account = Readonly<{
  username: string;
  displayName: string | undefined;
  role: string;
  scope: Scope;
  passwordHash: string;
  version: number;
}>;

/** A sign-in that holds. Kept by the SHA-256 of its token, so that who reads the log cannot use it. */
export type SignedIn = Readonly<{ tokenHash: string; username: string; openedAt: number; expiresAt: number }>;

/** What a wall of screens shows: as many tiles as the layout says, each with a camera or empty, and what comes up there. */
export type WallView = Readonly<{
  id: string;
  layout: 1 | 4 | 9 | 16 | 25 | 36 | 64;
  tiles: readonly (DeviceId | null)[];
  /** Cameras that take turns (轮巡) in the empty tiles. */
  rotation?: Readonly<{ isOn: boolean; cameras: readonly DeviceId[]; everyS: number }>;
  /** Alarms of this severity and graver show their picture by themselves; 0: none do. */
  popUps?: Readonly<{ severity: 0 | Severity; place: 'corner' | 'free' }>;
  called?: readonly Readonly<{ alarm: AlarmId; camera: DeviceId }>[];
  dismissed?: readonly AlarmId[];
  version: number;
}>;

/** An entry of the log whose effect a follower gave up after so many attempts; `kind` is that entry's. */
export type AsideEntry = Readonly<{ seq: number; kind: string; reason: string; attempts: number; at: number }>;

/** A beginning that must last before it counts. `code` is its alarm type; times are milliseconds since 1970. */
export type HeldSignal = Readonly<{
  device: DeviceId;
  code: string;
  /** By which the same signal is known again. */
  identity: string;
  signal: Omit<Signal, 'asDeadLetter'>;
  receivedAt: number;
  dueAt: number;
}>;

/** What else the log holds: devices, measurements, doors, people's acts, and messages that nobody could read. */
export type OtherEntry =
  | Readonly<{ kind: 'device-put'; device: Device; by: Actor }>
  | Readonly<{ kind: 'device-removed'; device: DeviceId; by: Actor }>
  /** The hash of a device's secret; undefined: it has none any more. */
  | Readonly<{ kind: 'device-secret-set'; device: DeviceId; secretHash: string | undefined; by: Actor }>
  /** Sign-ins that cameras of the group may have; the passwords are sealed. */
  | Readonly<{
      kind: 'credential-group-put';
      group: string;
      items: readonly Readonly<{ username: string; password: string }>[];
      by: Actor;
    }>
  /** The password that a camera is about to be given, sealed; undefined: it is known which one holds. */
  | Readonly<{ kind: 'device-password-pending'; device: DeviceId; sealed: string | undefined; by: Actor }>
  | Readonly<{ kind: 'device-status'; device: DeviceId; online: boolean; statusAt: number }>
  | Readonly<{ kind: 'telemetry'; telemetry: Telemetry }>
  | Readonly<{ kind: 'access'; access: AccessEvent }>
  /** A beginning that must last before it counts, and that it waits no longer. */
  | Readonly<{ kind: 'signal-held'; held: HeldSignal }>
  | Readonly<{ kind: 'signal-released'; device: DeviceId; code: string }>
  | Readonly<{ kind: 'arming-put'; plan: ArmingPlan; by: Actor }>
  | Readonly<{ kind: 'arming-removed'; plan: string; by: Actor }>
  | Readonly<{ kind: 'maintenance-put'; window: MaintenanceWindow; by: Actor }>
  | Readonly<{ kind: 'maintenance-removed'; window: string; by: Actor }>
  | Readonly<{ kind: 'dead-letter'; letter: DeadLetter }>
  | Readonly<{ kind: 'dead-letter-replayed'; letter: number; by: Actor }>
  | Readonly<{ kind: 'account-put'; account: Account; by: Actor }>
  | Readonly<{ kind: 'account-removed'; username: string; by: Actor }>
  | Readonly<{ kind: 'session-opened'; session: SignedIn }>
  | Readonly<{ kind: 'session-closed'; tokenHash: string }>
  | Readonly<{ kind: 'sign-in-refused'; username: string; from: string }>
  | Readonly<{ kind: 'wall-put'; wall: WallView; by: Actor }>
  /** A patrol task or round as this leaves it, and that one which ended long ago is no longer kept. */
  | Readonly<{
      kind: 'patrol-task-put';
      task: PatrolTask;
      by: Actor;
      note: string | undefined;
      doneAt: number | undefined;
    }>
  | Readonly<{ kind: 'patrol-task-removed'; task: TaskId }>
  | Readonly<{ kind: 'patrol-round-put'; round: PatrolRound; by: Actor }>
  | Readonly<{ kind: 'patrol-round-removed'; round: string }>
  /** A work order as this leaves it, and that one which ended long ago is no longer kept. */
  | Readonly<{ kind: 'work-order-put'; order: WorkOrder; by: Actor }>
  | Readonly<{ kind: 'work-order-removed'; order: OrderId }>
  | Readonly<{ kind: 'follower-paused'; follower: string; by: Actor; pausedAt: number }>
  | Readonly<{ kind: 'follower-resumed'; follower: string; by: Actor }>
  | Readonly<{ kind: 'entry-set-aside'; follower: string; aside: AsideEntry }>
  | Readonly<{
      kind: 'audited';
      by: Actor;
      act: string;
      object: string;
      result: 'done' | 'refused';
      from: string | undefined;
    }>;

export type Entry = AlarmEntry | OtherEntry;
export type EntryKind = Entry['kind'];

/** The latest value under a key, as an entry leaves it; `undefined` removes it. */
export type Fact = Readonly<{ key: string; value: unknown }>;

/** The entries of which only the latest of each key counts: the log answers for those without being read whole. */
export function factOf(entry: Entry): Fact | undefined {
  switch (entry.kind) {
    case 'device-put':
      return { key: `device/${entry.device.id}`, value: entry.device };
    case 'device-removed':
      return { key: `device/${entry.device}`, value: undefined };
    case 'device-secret-set':
      return {
        key: `device-secret/${entry.device}`,
        value: entry.secretHash === undefined ? undefined : { hash: entry.secretHash },
      };
    case 'credential-group-put':
      return { key: `credential-group/${entry.group}`, value: entry.items };
    case 'device-password-pending':
      return { key: `password-pending/${entry.device}`, value: entry.sealed };
    case 'device-status':
      return { key: `status/${entry.device}`, value: { online: entry.online, at: entry.statusAt } };
    case 'account-put':
      return { key: `account/${entry.account.username}`, value: entry.account };
    case 'account-removed':
      return { key: `account/${entry.username}`, value: undefined };
    case 'session-opened':
      return { key: `session/${entry.session.tokenHash}`, value: entry.session };
    case 'session-closed':
      return { key: `session/${entry.tokenHash}`, value: undefined };
    case 'signal-held':
      return { key: heldKey(entry.held.device, entry.held.code), value: entry.held };
    case 'signal-released':
      return { key: heldKey(entry.device, entry.code), value: undefined };
    case 'arming-put':
      return { key: `arming/${entry.plan.id}`, value: entry.plan };
    case 'arming-removed':
      return { key: `arming/${entry.plan}`, value: undefined };
    case 'maintenance-put':
      return { key: `maintenance/${entry.window.id}`, value: entry.window };
    case 'maintenance-removed':
      return { key: `maintenance/${entry.window}`, value: undefined };
    case 'wall-put':
      return { key: `wall/${entry.wall.id}`, value: entry.wall };
    case 'patrol-task-put':
      return { key: `patrol-task/${entry.task.id}`, value: entry.task };
    case 'patrol-task-removed':
      return { key: `patrol-task/${entry.task}`, value: undefined };
    case 'patrol-round-put':
      return { key: `patrol-round/${entry.round.id}`, value: entry.round };
    case 'patrol-round-removed':
      return { key: `patrol-round/${entry.round}`, value: undefined };
    case 'work-order-put':
      return { key: `work-order/${entry.order.id}`, value: entry.order };
    case 'work-order-removed':
      return { key: `work-order/${entry.order}`, value: undefined };
    case 'follower-paused':
      return { key: `follower/${entry.follower}`, value: { by: entry.by.name, at: entry.pausedAt } };
    case 'follower-resumed':
      return { key: `follower/${entry.follower}`, value: undefined };
    case 'entry-set-aside':
      // Sixteen digits, so that the keys stand in the order of the log.
      return {
        key: `set-aside/${entry.follower}/${String(entry.aside.seq).padStart(16, '0')}`,
        value: { follower: entry.follower, ...entry.aside },
      };
    default:
      return undefined;
  }
}

const heldKey = (device: DeviceId, code: string): string => `held/${device}/${code}`;
