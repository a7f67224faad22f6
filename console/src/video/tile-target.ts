/** Where a tile's pictures go. */
export type TileTarget = Readonly<{ show(picture: VideoFrame): void; close(): void }>;

/** Into a track of the page's `<video>`. A picture that it cannot take in time is passed over. */
export function trackTarget(writable: WritableStream<VideoFrame>): TileTarget {
  const writer = writable.getWriter();
  return {
    show(picture) {
      writer.write(picture).catch(() => picture.close()); // the page has let go of the track
    },
    close: () => void writer.close().catch(() => {}),
  };
}

/** Onto a canvas of the page, where there is no such track. */
export function canvasTarget(canvas: OffscreenCanvas): TileTarget {
  const context = canvas.getContext('2d');
  return {
    show(picture) {
      if (canvas.width !== picture.displayWidth) canvas.width = picture.displayWidth;
      if (canvas.height !== picture.displayHeight) canvas.height = picture.displayHeight;
      context?.drawImage(picture, 0, 0);
      picture.close();
    },
    close: () => {},
  };
}
