import type Mpegts from 'mpegts.js';

export type FlvPlayer = Readonly<{ close(): void }>;

/** Plays a WebSocket-FLV address in `video`. The decoder library is a chunk of its own, loaded with the first picture. */
export async function playFlv(video: HTMLVideoElement, url: string, onError: () => void): Promise<FlvPlayer> {
  const { default: mpegts } = await import('mpegts.js');
  mpegts.LoggingControl.enableAll = false;
  const player = mpegts.createPlayer({ type: 'flv', isLive: true, hasAudio: false, url: socketUrl(url) }, SETTINGS);
  player.attachMediaElement(video);
  player.on(mpegts.Events.ERROR, onError);
  player.load();
  // Muted pictures may start without a gesture; a refusal shows as a picture that does not come.
  Promise.resolve(player.play()).catch(onError);
  return { close: () => player.destroy() };
}

const SETTINGS: Mpegts.Config = {
  enableStashBuffer: false,
  liveBufferLatencyChasing: true,
  liveBufferLatencyMaxLatency: 1.0,
  liveBufferLatencyMinRemain: 0.2,
  lazyLoad: false,
  autoCleanupSourceBuffer: true,
  autoCleanupMaxBackwardDuration: 20,
  autoCleanupMinBackwardDuration: 10,
};

/** The gateway may give a path; a WebSocket wants scheme and host. */
export function socketUrl(url: string): string {
  const full = new URL(url, window.location.href);
  full.protocol = full.protocol.replace('http', 'ws');
  return full.href;
}
