import type { Device } from '../../domain/device.ts';
import { type CollarState, type FixRefusal, judgeFix, type Nearness, UNSEEN } from '../../domain/geofence.ts';
import { CATTLE_LADDER } from '../../domain/ladder.ts';
import { fenceAt } from '../../domain/railway-line.ts';
import type { Telemetry } from '../../domain/signal.ts';
import type { LineBook } from '../../registry/line-book.ts';
import { type Derived, type Deriver, Latest } from './deriver.ts';

/** The device record's tag by which a tracker is one of cattle (耕牛定位项圈). */
const COLLAR = 'collar';
/** No line's warning distance reaches farther. */
const REACH_M = 5_000;
/** Collars whose last position is known. */
const COLLARS_MAX = 100_000;

const [WARNING, DANGER, ON_TRACK] = CATTLE_LADDER;
const STEPS = [
  { nearness: 1, code: WARNING },
  { nearness: 2, code: DANGER },
  { nearness: 3, code: ON_TRACK },
] as const;

/**
 * Cattle near the track (耕牛电子围栏): each nearer step is a condition of its own, which begins and ends by the collar's
 * distance to the centre of the line; the graver takes the milder over (`alarms/taking-over.ts`). Of a collar only the last believed position is kept: no track of where it went.
 */
export function cattleDeriver(lines: LineBook): Deriver {
  const collars = new Latest<CollarState>(COLLARS_MAX);
  let refused: Partial<Record<FixRefusal, number>> = {};
  return {
    name: 'cattle',
    derive: (device, report, { at, isActive }) => {
      if (report.kind !== 'telemetry' || device.tags?.includes(COLLAR) !== true) return [];
      const { lng, lat } = positionOf(report);
      if (lng === undefined || lat === undefined) return [];
      // the open alarms say how near it was: what the log did not take, or lost in a restart, is drawn again
      const was = { ...(collars.get(device.id) ?? UNSEEN), nearness: nearnessOf(isActive) };
      const nearest = lines.nearestLine({ lng, lat }, REACH_M);
      const fence = nearest === undefined ? undefined : fenceAt(nearest.line, nearest.kmValue);
      const fix = { lng, lat, at: report.at ?? at, ...satellitesOf(report) };
      const judged = judgeFix(was, fix, nearest?.distanceM, fence);
      collars.set(device.id, judged.state);
      if (judged.refused !== undefined) {
        refused = { ...refused, [judged.refused]: (refused[judged.refused] ?? 0) + 1 };
        return [];
      }
      const place = lines.withPost({ lng, lat }, REACH_M);
      return changes(device, was.nearness, judged.state.nearness, {
        at: fix.at,
        place,
        ...(nearest === undefined ? {} : { value: Math.round(nearest.distanceM), unit: 'm' }),
      });
    },
    takeRefusals: () => {
      const taken = refused;
      refused = {};
      return taken;
    },
  };
}

const nearnessOf = (isActive: (code: string) => boolean): Nearness =>
  STEPS.findLast(({ code }) => isActive(code))?.nearness ?? 0;

/** On our own topics a collar says where it is in its values. */
const positionOf = ({ place, values }: Telemetry): Readonly<{ lng?: number | undefined; lat?: number | undefined }> =>
  place?.lng === undefined ? { lng: values['lng'], lat: values['lat'] } : place;

const satellitesOf = ({ values }: Telemetry) =>
  values['satellites'] === undefined ? {} : { satellites: values['satellites'] };

const changes = (device: Device, was: Nearness, is: Nearness, said: Partial<Derived>): readonly Derived[] =>
  STEPS.flatMap(({ nearness, code }) => {
    const active = is >= nearness;
    if (active === was >= nearness) return [];
    return [{ ...said, kind: 'signal', device: device.id, type: code, active } as const];
  });
