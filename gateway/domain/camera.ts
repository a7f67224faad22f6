import type { Connection, DeviceId } from './device.ts';

/** `main` 主码流 is the full picture for one screen, `sub` 子码流 the small one for walls. */
export type Quality = 'main' | 'sub';
export const QUALITIES: readonly Quality[] = ['main', 'sub'];

/** One stream of a camera, as the video plane needs it. Credentials travel apart from the URL, never in it. */
export type StreamSource = Readonly<{ camera: DeviceId; quality: Quality; connection: Connection }>;

/** A picture taken from a stream's latest key frame. */
export type Snapshot = Readonly<{ jpeg: Uint8Array; at: number; width: number; height: number }>;

/** Pan and tilt from −1 to 1 (right and up are positive), zoom from −1 to 1; speeds as fractions of the greatest. */
export type PtzMove = Readonly<{ pan: number; tilt: number; zoom: number }>;
export type PtzAct =
  | Readonly<{ act: 'move'; move: PtzMove; timeoutMs: number }>
  | Readonly<{ act: 'stop' }>
  | Readonly<{ act: 'preset'; preset: string }>;
