/** Where the packets of a playing session go. */
export type Viewer = {
  readonly channel: number;
  waitingBytes(): number;
  send(bytes: Buffer): void;
  /** Ends its connection. */
  hangUp(): void;
};

/** What a session plays from PLAY to its end. */
export interface OnAir {
  readonly ssrc: number;
  /** Number of the next packet, and below the time of the next picture, for the answer to PLAY. */
  readonly sequence: number;
  nextRtpTime(): number;
  /** The session description (SDP). */
  describe(name: string): string;
  add(viewer: Viewer): void;
  remove(viewer: Viewer): void;
  /** Whether it is played as this PLAY asks; absent: whatever it asks. */
  asked?(headers: ReadonlyMap<string, string>): boolean;
}
