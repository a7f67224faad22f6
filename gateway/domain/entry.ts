import type { Alarm, AlarmId, Evidence, Verdict } from './alarm.ts';
import type { Device, DeviceId } from './device.ts';
import type { RegionCode } from './region.ts';
import type { Scope } from './scope.ts';
import type { Severity } from './severity.ts';
import type { AccessEvent, DeadLetter, Telemetry } from './signal.ts';

/** Who did something: a person with a seat, or the gateway by a named rule. */
export type Actor = Readonly<{ name: string; centre: RegionCode | undefined }>;

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
  | ByPerson<'commented'>
  | Readonly<{ kind: 'evidence-added'; alarm: AlarmId; evidence: Evidence }>;

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

/** What a wall of screens shows: a layout of 1, 4, 9 or 16 tiles, each with a camera or empty. */
export type WallView = Readonly<{
  id: string;
  layout: 1 | 4 | 9 | 16;
  tiles: readonly (DeviceId | null)[];
  version: number;
}>;

/** An entry of the log whose effect a follower gave up after so many attempts; `kind` is that entry's. */
export type AsideEntry = Readonly<{ seq: number; kind: string; reason: string; attempts: number; at: number }>;

/** What else the log holds: devices, measurements, doors, people's acts, and messages that nobody could read. */
export type OtherEntry =
  | Readonly<{ kind: 'device-put'; device: Device; by: Actor }>
  | Readonly<{ kind: 'device-removed'; device: DeviceId; by: Actor }>
  /** The hash of a device's secret; undefined: it has none any more. */
  | Readonly<{ kind: 'device-secret-set'; device: DeviceId; secretHash: string | undefined; by: Actor }>
  | Readonly<{ kind: 'device-status'; device: DeviceId; online: boolean; statusAt: number }>
  | Readonly<{ kind: 'telemetry'; telemetry: Telemetry }>
  | Readonly<{ kind: 'access'; access: AccessEvent }>
  | Readonly<{ kind: 'dead-letter'; letter: DeadLetter }>
  | Readonly<{ kind: 'dead-letter-replayed'; letter: number; by: Actor }>
  | Readonly<{ kind: 'account-put'; account: Account; by: Actor }>
  | Readonly<{ kind: 'account-removed'; username: string; by: Actor }>
  | Readonly<{ kind: 'session-opened'; session: SignedIn }>
  | Readonly<{ kind: 'session-closed'; tokenHash: string }>
  | Readonly<{ kind: 'sign-in-refused'; username: string; from: string }>
  | Readonly<{ kind: 'wall-put'; wall: WallView; by: Actor }>
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
    case 'wall-put':
      return { key: `wall/${entry.wall.id}`, value: entry.wall };
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
