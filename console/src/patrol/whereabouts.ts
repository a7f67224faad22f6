/** Where the phone is, by its own word at one moment; `at` is the phone's clock. */
export type Whereabouts = Readonly<{ lng: number; lat: number; accuracyM: number; at: number }>;

const WAIT_MS = 10_000;
/** A position so old is still taken for an act: people walk, and indoors there may be no newer one. */
const MAX_AGE_MS = 30_000;

/** Asked for by a tap only, and nothing is followed. Undefined without leave, without HTTPS, or in time. */
export function askWhereabouts(): Promise<Whereabouts | undefined> {
  return new Promise((resolve) => {
    if (!('geolocation' in navigator)) return resolve(undefined);
    navigator.geolocation.getCurrentPosition(
      ({ coords: { longitude, latitude, accuracy }, timestamp }) =>
        resolve({ lng: longitude, lat: latitude, accuracyM: Math.round(accuracy), at: timestamp }),
      () => resolve(undefined),
      { enableHighAccuracy: true, timeout: WAIT_MS, maximumAge: MAX_AGE_MS },
    );
  });
}

/** As an act carries it. */
export const positionIn = (found: Whereabouts | undefined) =>
  found === undefined ? {} : { position: { lng: found.lng, lat: found.lat, accuracyM: found.accuracyM } };
