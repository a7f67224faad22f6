import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OnvifAdapter } from '../adapters/onvif/adapter.ts';
import type { VideoPlane } from '../streams/video-plane.ts';
import { type AnnouncingPorts, announceAt, espeak } from './announcing.ts';
import type { DeviceCommands } from './domain/command.ts';
import type { Connection, Device, DeviceId } from './domain/device.ts';
import { failed, ok } from './domain/result.ts';

/** A loudspeaker that plays the RTP which comes to its port, and speaks no other protocol. */
const RTP_SPEAKER = 'rtp';

/** Commands by how a device speaks: a camera's relay by ONVIF, what a loudspeaker says by RTP, everything else by MQTT. */
export const deviceCommands = (
  find: (id: DeviceId) => Device | undefined,
  cameras: Pick<OnvifAdapter, 'command' | 'source'>,
  video: Pick<VideoPlane, 'announce'>,
  soundOf: AnnouncingPorts['soundOf'],
  others: () => DeviceCommands,
): DeviceCommands => ({
  send: async (device, command, timeoutMs) => {
    const { profile, connection } = find(device) ?? {};
    if (profile !== 'onvif' && profile !== RTP_SPEAKER) return await others().send(device, command, timeoutMs);
    if (command.name === 'broadcast') {
      const plain = profile === RTP_SPEAKER ? connection : undefined;
      return await announceAt(device, command.args, announcing(cameras, video, soundOf, plain), timeoutMs);
    }
    if (profile === RTP_SPEAKER) return failed({ reason: 'not-supported', text: 'it only knows broadcast' });
    const answered = new AbortController();
    const late = sleep(timeoutMs, undefined, { signal: answered.signal }).catch(() => undefined); // it was answered
    const answer = await Promise.race([cameras.command(device, command.name, command.args), late]);
    answered.abort();
    if (answer === undefined) return failed({ reason: 'no-answer', text: `no answer within ${timeoutMs} ms` });
    if (!answer.ok) return answer;
    return ok({ id: randomUUID(), ok: answer.value.error === undefined, ...answer.value });
  },
});

const announcing = (
  cameras: Pick<OnvifAdapter, 'source'>,
  video: Pick<VideoPlane, 'announce'>,
  soundOf: AnnouncingPorts['soundOf'],
  plain: Connection | undefined,
): AnnouncingPorts => ({
  speech: espeak,
  soundOf,
  sourceOf: async (id) =>
    plain === undefined
      ? await cameras.source(id, 'main')
      : ok({ camera: id, quality: 'main' as const, connection: plain }),
  announce: (source, pcm) => video.announce(source, pcm),
  newId: randomUUID,
});
