import type { Connection, Device, DeviceId } from './device.ts';

/** `main` 主码流 is the full picture for one screen, `sub` 子码流 the small one for walls. */
export type Quality = 'main' | 'sub';
export const QUALITIES: readonly Quality[] = ['main', 'sub'];

/** What a recorder kept, from when to when (milliseconds since 1970), and how many times as fast it is shown. `id`: whose. */
export type Replay = Readonly<{ id: string; from: number; to: number; speed: number }>;
/** A recording of a camera's or recorder's own, and from when to when there are pictures in it. */
export type RecordedSpan = Readonly<{ recording: string; from: number; to: number }>;
/** One stream of a camera, as the video plane needs it. Credentials travel apart from the URL, never in it. */
export type StreamSource = Readonly<{
  camera: DeviceId;
  quality: Quality;
  connection: Connection;
  /** Of the recorder behind this address; absent: what is there now. */
  replay?: Replay;
  /** Its sound may be heard and kept (`settings.sound` of its record); absent, it is not even asked for. */
  sound?: true;
}>;

/** Whether what the camera hears may be heard and kept: off, for the law varies, until its record says so. */
export const mayBeHeard = ({ settings }: Pick<Device, 'settings'>): boolean => settings?.['sound'] === true;

/** A picture taken from a stream's latest key frame. */
export type Snapshot = Readonly<{ jpeg: Uint8Array; at: number; width: number; height: number }>;

/** Pan and tilt from −1 to 1 (right and up are positive), zoom from −1 to 1; speeds as fractions of the greatest. */
export type PtzMove = Readonly<{ pan: number; tilt: number; zoom: number }>;
export type PtzAct =
  | Readonly<{ act: 'move'; move: PtzMove; timeoutMs: number }>
  | Readonly<{ act: 'stop' }>
  | Readonly<{ act: 'preset'; preset: string }>
  | Readonly<{ act: 'zoom-to'; box: PictureBox }>;
/** A part of the picture (三维定位): fractions of its width and height, from its upper left corner. */
export type PictureBox = Readonly<{ x: number; y: number; width: number; height: number }>;
/** What a camera's head can do. `zoomsTo`: a box drawn in the picture can fill it. */
export type PtzAbilities = Readonly<{
  turns: boolean;
  zoomsTo: boolean;
  presets: readonly Readonly<{ token: string; name: string }>[];
}>;

/**
 * Why a clip is less than was wanted: its camera was not open before (`not-open`), the stream broke off in it
 * (`interrupted`), or less of it was in memory (`shortened`).
 */
export const CLIP_NOTES = ['not-open', 'interrupted', 'shortened'] as const;
export type ClipNote = (typeof CLIP_NOTES)[number];

/** Points in time between which a clip (录像片段) is wanted or was had, milliseconds since 1970. */
export type ClipWindow = Readonly<{ from: number; to: number }>;
/** A clip that lies on the disk, an MP4; `from` and `to` are when its first and its last picture came. */
export type ClipFile = ClipWindow &
  Readonly<{ sha256: string; bytes: number; codec: 'h264' | 'h265'; note?: ClipNote | undefined }>;
/** `moment` is the alarm's own; `path` is where the file goes. */
export type ClipWish = ClipWindow & Readonly<{ moment: number; path: string }>;

/** A camera that a search found; nobody added it (摄像机发现). */
export type FoundCamera = Readonly<{
  address: string;
  /** Its device service, on the address that it answered from. */
  url: string;
  name?: string;
  hardware?: string;
  /** Its own identity, `urn:uuid:…`, where it gave one. */
  endpoint?: string;
  way: 'probe' | 'scan';
}>;
