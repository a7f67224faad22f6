/** As CONSOLE.md has it: enough to see a broken fence by, and little enough for a poor network. */
export const SIDE_MAX = 1_600;
export const PHOTO_MAX_BYTES = 400 * 1024;
const QUALITIES = [0.85, 0.7, 0.55, 0.4, 0.25];

/** The size at which a picture is sent: as it is, or with its longer side cut down. */
export function scaledTo(width: number, height: number): Readonly<{ width: number; height: number }> {
  const factor = Math.min(1, SIDE_MAX / Math.max(width, height, 1));
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

/**
 * A camera's picture as a JPEG of at most `SIDE_MAX` pixels a side. It is drawn anew, so that what the camera wrote into
 * the file, its position among it, stays on the phone. Undefined for what is no picture.
 */
export async function shrink(file: Blob): Promise<Blob | undefined> {
  const picture = await createImageBitmap(file).catch(() => undefined);
  if (picture === undefined) return undefined;
  const canvas = document.createElement('canvas');
  Object.assign(canvas, scaledTo(picture.width, picture.height));
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  let jpeg: Blob | undefined;
  for (const quality of QUALITIES) {
    jpeg = (await jpegOf(canvas, quality)) ?? jpeg;
    if (jpeg !== undefined && jpeg.size <= PHOTO_MAX_BYTES) break;
  }
  return jpeg;
}

const jpegOf = (canvas: HTMLCanvasElement, quality: number): Promise<Blob | undefined> =>
  new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? undefined), 'image/jpeg', quality));
