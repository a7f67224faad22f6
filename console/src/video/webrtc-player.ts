import type { Player, PlayerEvents } from './player.ts';

/** Plays a WebRTC address (WHEP) in `video`: one question, one answer, and pictures by UDP from then on. */
export async function playWebRtc(video: HTMLVideoElement, url: string, { onEnd }: PlayerEvents): Promise<Player> {
  const connection = new RTCPeerConnection();
  connection.addTransceiver('video', { direction: 'recvonly' });
  connection.ontrack = ({ track }) => {
    video.srcObject = new MediaStream([track]);
    video.play().catch(() => {}); // a refusal shows as a picture that does not come
  };
  connection.onconnectionstatechange = () => {
    if (connection.connectionState === 'failed') onEnd(undefined);
  };
  let goodbye: string | null = null;
  const close = (): void => {
    connection.close();
    video.srcObject = null;
    if (goodbye !== null) void fetch(goodbye, { method: 'DELETE', keepalive: true }).catch(() => {});
  };
  try {
    await connection.setLocalDescription();
    const body = connection.localDescription?.sdp ?? '';
    const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/sdp' }, body });
    if (!answer.ok) throw new Error(`answered ${answer.status}`);
    goodbye = answer.headers.get('location');
    await connection.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
  } catch {
    onEnd(undefined);
  }
  return {
    surface: video,
    frames: () => video.getVideoPlaybackQuality().totalVideoFrames,
    dropped: () => video.getVideoPlaybackQuality().droppedVideoFrames,
    ageMs: () => undefined, // how long the way takes is nowhere said
    close,
  };
}
