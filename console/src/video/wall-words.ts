/** What the page and the wall's worker say to each other. */
export type ToWorker =
  | Readonly<{ kind: 'open'; tile: number; url: string; target: WritableStream<VideoFrame> | OffscreenCanvas }>
  | Readonly<{ kind: 'close'; tile: number }>;

export type TileReport = Readonly<{ tile: number; frames: number; dropped: number; ageMs: number }>;
export type FromWorker =
  | Readonly<{ kind: 'report'; tiles: readonly TileReport[] }>
  | Readonly<{ kind: 'ended'; tile: number; reason: string | undefined }>;
