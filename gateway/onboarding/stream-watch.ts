import type { Logger } from 'pino';
import type { DeviceId } from '../domain/device.ts';
import type { Intake } from '../domain/signal.ts';

const TYPE = 'device.video.loss';
const TEXT = '取流成功但没有画面数据 / the stream was granted, and no packets come';
/** One silence is a restart of the encoder; the second one in a row, after a wait and a new sign-in, is a fault. */
const SILENT_AFTER = 2;
/** Streams that are known to be silent: no more than this are open at once. */
const SILENT_MAX = 4096;

/** What one source of the video plane does. */
export type StreamState = Readonly<{
  camera: DeviceId;
  quality: string;
  state: string;
  fault?: Readonly<{ reason: string }>;
}>;
export type StreamWatchPorts = Readonly<{
  video: Readonly<{ onState(listener: (state: StreamState) => void): () => void }>;
  intake: Intake;
  log: Logger;
}>;

/**
 * Streams that a camera grants and then sends nothing on (有流无包), as far as somebody looks or records: an alarm of the
 * camera, which its events do not tell of. Ends with the next picture of the camera; what was raised before a restart
 * ends by hand. Answers the way to stop.
 */
export function watchStreams({ video, intake, log }: StreamWatchPorts): () => void {
  /** Silences in a row, by camera and quality: both are silent once where a camera starts again. */
  const silences = new Map<string, number>();
  const raised = new Set<DeviceId>();

  const tell = (device: DeviceId, active: boolean): void => {
    if (active) raised.add(device);
    else raised.delete(device);
    const signal = { kind: 'signal', device, type: TYPE, active, ...(active ? { text: TEXT } : {}) } as const;
    intake.accept([signal]).catch((error: unknown) => {
      raised.delete(device); // the next silence is told anew
      log.warn({ device, err: error }, 'what its stream says waits for the journal');
    });
  };

  return video.onState(({ camera, quality, state, fault }: StreamState) => {
    const stream = `${camera} ${quality}`;
    const count = silences.get(stream) ?? 0;
    if (state === 'playing') {
      silences.delete(stream);
      if (raised.has(camera)) tell(camera, false);
    } else if (state === 'waiting' && fault?.reason === 'silent' && (count > 0 || silences.size < SILENT_MAX)) {
      silences.set(stream, count + 1);
      if (count + 1 >= SILENT_AFTER && !raised.has(camera)) tell(camera, true);
    }
  });
}
