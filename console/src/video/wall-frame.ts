/** One frame of the wall's connection; what each byte means stands in the gateway's streams/wall-frame.ts. */
export type WallFrame = Readonly<{
  tile: number;
  kind: 'avc' | 'hevc' | 'picture' | 'other';
  isKey: boolean;
  /** When it is shown, 90 kHz, modulo 2^32. */
  time: number;
  /** When the gateway had it, milliseconds since 1970 by its clock; NaN where that is not known. */
  capturedAt: number;
  content: Uint8Array;
}>;

const HEAD_BYTES = 20;
const KINDS = [undefined, 'avc', 'hevc', 'picture'] as const;

/** The frames of one message; a cut-off one at its end is left out. */
export function readWallFrames(message: ArrayBuffer): readonly WallFrame[] {
  const view = new DataView(message);
  const frames: WallFrame[] = [];
  for (let at = 0; at + HEAD_BYTES <= message.byteLength; ) {
    const bytes = view.getUint32(at);
    if (at + HEAD_BYTES + bytes > message.byteLength) break;
    frames.push({
      tile: view.getUint16(at + 4),
      kind: KINDS[view.getUint8(at + 6)] ?? 'other',
      isKey: (view.getUint8(at + 7) & 1) === 1,
      time: view.getUint32(at + 8),
      capturedAt: view.getFloat64(at + 12),
      content: new Uint8Array(message, at + HEAD_BYTES, bytes),
    });
    at += HEAD_BYTES + bytes;
  }
  return frames;
}
