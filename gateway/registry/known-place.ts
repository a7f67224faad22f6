import type { BadValue } from '../domain/bad-value.ts';
import { formatKm, parseKm } from '../domain/km.ts';
import type { Place } from '../domain/place.ts';
import { ok, type Result } from '../domain/result.ts';

/** The place with both forms of its kilometre post, whichever of the two was given. */
export function knownPlace(place: Place): Result<Place, BadValue> {
  if (place.km === undefined) {
    return ok(place.kmValue === undefined ? place : { ...place, km: formatKm(place.kmValue) });
  }
  const parsed = parseKm(place.km);
  if (!parsed.ok) return { ok: false, error: { ...parsed.error, field: 'place.km' } };
  return ok({ ...place, kmValue: parsed.value });
}
