/** Why a stream gives no picture; the console has words for each in both languages. */
export const STREAM_FAULTS = [
  'bad-url',
  'outside-networks',
  'unresolvable',
  'unreachable',
  'timeout',
  'not-rtsp',
  'too-large',
  'unauthorised',
  'basic-refused',
  'not-found',
  'redirected',
  'refused',
  'transport',
  'no-video',
  'codec',
  'no-loudspeaker',
  'no-sound',
  'silent',
  'not-pushed',
  'ended',
  'closed',
  'decoder',
  'busy',
  'transcode-full',
  'disk',
  'plane-away',
] as const;
export type StreamFaultReason = (typeof STREAM_FAULTS)[number];

/** A stream's fault in words for the log and the maintainer. `text` never holds a credential or a camera's own text. */
export type StreamFault = Readonly<{ reason: StreamFaultReason; text: string }>;

export const fault = (reason: StreamFaultReason, text: string): StreamFault => ({ reason, text });
