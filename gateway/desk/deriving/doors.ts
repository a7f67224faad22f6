import type { Device } from '../../domain/device.ts';
import { type Derived, type Deriver, Latest } from './deriver.ts';

const FORCED = 'community.door.forced';
const HELD = 'community.door.held';
const DENIED = 'community.door.denied';

/** An opening within this time after a grant is the grant's. Source: the catalogue's note on `community.door.forced`. */
const GRANT_HOLDS_MS = 5_000;
/** How long a door may stand open, unless its record says otherwise (`settings.openMaxS`). */
const OPEN_MAX_MS = 60_000;
/** So many refusals within the time are an alarm. Source: PAYLOADS, access records. */
const DENIALS = 5;
const DENIALS_WITHIN_MS = 60_000;
/** Doors whose last grants and refusals are known. */
const DOORS_MAX = 50_000;

type Refusal = Readonly<{ id: string | number; at: number }>;
type Door = { grantedAt: number; denied: readonly Refusal[] };

/** What doors and their access records say together (门禁): forced without a grant, held open, refused again and again. */
export function doorDeriver(): Deriver {
  const doors = new Latest<Door>(DOORS_MAX);
  const doorOf = (id: string): Door => doors.get(id) ?? { grantedAt: Number.NEGATIVE_INFINITY, denied: [] };
  const isGranted = ({ id }: Device, at: number): boolean => at - doorOf(id).grantedAt < GRANT_HOLDS_MS;
  return {
    name: 'doors',
    derive: (device, report, { at, code, isActive }) => {
      if (report.kind === 'access' && report.result === 'granted') {
        doors.set(device.id, { ...doorOf(device.id), grantedAt: at });
        return [];
      }
      if (report.kind === 'access' && report.result === 'denied') {
        const when = report.at ?? at;
        const id = report.id ?? when; // the same record twice is one refusal
        const others = doorOf(device.id).denied.filter((one) => one.id !== id && when - one.at < DENIALS_WITHIN_MS);
        const denied = [...others, { id, at: when }];
        doors.set(device.id, { ...doorOf(device.id), denied: denied.slice(-DENIALS) });
        return denied.length >= DENIALS ? [{ ...signalOf(device, DENIED), at: when, value: denied.length }] : [];
      }
      const open = openingOf(report, code);
      if (open === undefined) return [];
      // a door that nobody granted is forced already; once it is shut both are over
      if (open && code === FORCED && !isGranted(device, at)) return [];
      if (open && isActive(HELD)) return [];
      return [{ ...signalOf(device, HELD), active: open, at, lastsMs: open ? openMaxOf(device) : 0 }];
    },
    explains: (device, { code, at }) => code === FORCED && isGranted(device, at),
  };
}

const signalOf = (device: Device, type: string): Derived => ({ kind: 'signal', device: device.id, type });

/** Whether a report says that the door stands open; undefined: it says nothing of it. */
function openingOf(report: Parameters<Deriver['derive']>[1], code: string | undefined): boolean | undefined {
  if (report.kind === 'signal') return code === FORCED ? report.active : undefined;
  const open = report.kind === 'telemetry' ? report.values['door_open'] : undefined;
  return open === undefined ? undefined : open !== 0;
}

function openMaxOf({ settings }: Device): number {
  const seconds = settings?.['openMaxS'];
  return typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : OPEN_MAX_MS;
}
