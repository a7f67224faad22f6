/** One live picture that is being played. */
export type Player = Readonly<{
  /** What shows it: the tile's own `<video>`, or a canvas that the player put beside it. */
  surface: HTMLVideoElement | HTMLCanvasElement;
  /** Pictures shown so far. */
  frames(): number;
  /** Pictures that came and were passed over, since this machine fell behind. */
  dropped(): number;
  /**
   * How long ago the gateway had from the camera what is on screen, in milliseconds by this machine's clock; undefined
   * while that is not known. The difference between the two clocks is the caller's to add.
   */
  ageMs(): number | undefined;
  close(): void;
}>;

export type PlayerEvents = Readonly<{
  /** It will not go on by itself. `reason` is the gateway's word, where it gave one. */
  onEnd: (reason: string | undefined) => void;
}>;
