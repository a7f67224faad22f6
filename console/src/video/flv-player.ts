import type Mpegts from 'mpegts.js';
import type { Player, PlayerEvents } from './player.ts';
import { socketUrl } from './socket-url.ts';

/** Plays a WebSocket-FLV address in `video`. The decoder library is a chunk of its own, loaded with the first picture. */
export async function playFlv(video: HTMLVideoElement, url: string, { onEnd }: PlayerEvents): Promise<Player> {
  const { default: mpegts } = await import('mpegts.js');
  mpegts.LoggingControl.enableAll = false;
  const player = mpegts.createPlayer({ type: 'flv', isLive: true, hasAudio: false, url: socketUrl(url) }, SETTINGS);
  player.attachMediaElement(video);
  let wayMs: number | undefined;
  player.on(mpegts.Events.METADATA_ARRIVED, (metadata: unknown) => {
    const capturedAt = capturedAtOf(metadata);
    if (capturedAt !== undefined) wayMs = Date.now() - capturedAt;
  });
  player.on(mpegts.Events.ERROR, () => onEnd(undefined));
  player.load();
  // Muted pictures may start without a gesture; a refusal shows as a picture that does not come.
  Promise.resolve(player.play()).catch(() => onEnd(undefined));
  return {
    surface: video,
    frames: () => video.getVideoPlaybackQuality().totalVideoFrames,
    dropped: () => video.getVideoPlaybackQuality().droppedVideoFrames,
    ageMs: () => (wayMs === undefined ? undefined : wayMs + bufferedMs(video)),
    close: () => player.destroy(),
  };
}

const SETTINGS: Mpegts.Config = {
  enableStashBuffer: false,
  // A little too late: a little faster; far too late: a jump.
  liveSync: true,
  liveSyncMaxLatency: 0.3,
  liveSyncTargetLatency: 0.12,
  liveSyncPlaybackRate: 1.2,
  liveBufferLatencyChasing: true,
  liveBufferLatencyMaxLatency: 0.8,
  liveBufferLatencyMinRemain: 0.12,
  lazyLoad: false,
  autoCleanupSourceBuffer: true,
  autoCleanupMaxBackwardDuration: 20,
  autoCleanupMinBackwardDuration: 10,
};

/** The gateway says with each key picture when it had it: streams/flv.ts, clockBody. */
function capturedAtOf(metadata: unknown): number | undefined {
  if (typeof metadata !== 'object' || metadata === null || !('capturedAt' in metadata)) return undefined;
  return typeof metadata.capturedAt === 'number' ? metadata.capturedAt : undefined;
}

function bufferedMs({ buffered, currentTime }: HTMLVideoElement): number {
  const { length } = buffered;
  return length === 0 ? 0 : Math.max(0, buffered.end(length - 1) - currentTime) * 1000;
}
