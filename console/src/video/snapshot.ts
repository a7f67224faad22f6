/** A camera's present still picture. `at` makes the address new where the picture is to be fetched again. */
export const snapshotUrl = (camera: string, at?: number): string =>
  `/api/v1/cameras/${encodeURIComponent(camera)}/snapshot${at === undefined ? '' : `?at=${at}`}`;
