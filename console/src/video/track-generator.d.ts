/** Chromium's way from decoded pictures to a `<video>`. Source: W3C MediaStreamTrack Insertable Media Processing. */
declare class MediaStreamTrackGenerator extends MediaStreamTrack {
  constructor(init: { kind: 'video' });
  readonly writable: WritableStream<VideoFrame>;
}
