import { SDP_PARTS, type SdpPart } from '../camera/rtsp/sdp.ts';

/** Ways in which what a camera sends is no RTP of one stream. */
export const WRONGS = [
  /** Version 1 in every packet. */
  'version',
  /** The marker on every packet, also inside a picture. */
  'marked',
  /** The marker on none. */
  'unmarked',
  /** Interleaved frames of noise, on channels of its own and on the stream's, between good ones. */
  'garbage',
  /** Bytes between the frames that belong to none. */
  'unframed',
] as const;
export type Wrong = (typeof WRONGS)[number];

/** Ways in which a camera among hundreds goes wrong, each a switch; times count from PLAY. None unless named. */
export type Troubles = Readonly<{
  /** Hangs up. */
  dropAfterMs?: number;
  /** Sends nothing more and keeps the connection; 0: not one picture. */
  silentAfterMs?: number;
  /** Loses its power, is away for a few seconds, and begins with other numbers. */
  rebootAfterMs?: number;
  /** Share of packets that are lost on the way, 0 to 1. */
  loss?: number;
  /** Its clock leaps this far, forward and back in turn, every two seconds. */
  clockJumpMs?: number;
  wrong?: Wrong;
  missing?: readonly SdpPart[];
}>;

/** What `parseTroubles` expects, for people. */
export const TROUBLE_WORDS = `drop=S silent=S reboot=S loss=0…1 clock=S wrong=${WRONGS.join('|')} missing=${SDP_PARTS.join('|')}`;

/**
 * Troubles in words, as a command line and a URL have them: `silent=0`, `loss=0.1,drop=20`, `missing=rtpmap`; seconds.
 * Throws a RangeError for what is none.
 */
export function parseTroubles(text: string): Troubles {
  const found = text.split(',').map((word) => {
    const [name = '', value = ''] = word.split('=');
    const parse = PARSERS[name];
    if (parse === undefined) throw new RangeError(`trouble '${word}', expected one of ${TROUBLE_WORDS}`);
    return parse(value);
  });
  return Object.assign({}, ...found);
}

const PARSERS: Readonly<Record<string, (value: string) => Troubles>> = {
  drop: (value) => ({ dropAfterMs: seconds(value) }),
  silent: (value) => ({ silentAfterMs: seconds(value) }),
  reboot: (value) => ({ rebootAfterMs: seconds(value) }),
  clock: (value) => ({ clockJumpMs: seconds(value) }),
  loss: (value) => ({ loss: number(value, 1) }),
  wrong: (value) => ({ wrong: oneOf(WRONGS, value) }),
  missing: (value) => ({ missing: value.split('+').map((part) => oneOf(SDP_PARTS, part)) }),
};

/** A day at most. */
const seconds = (text: string): number => 1000 * number(text, 86_400);

function number(text: string, max: number): number {
  const value = Number(text);
  if (text === '' || !(value >= 0 && value <= max)) throw new RangeError(`'${text}', expected 0 to ${max}`);
  return value;
}

function oneOf<T extends string>(known: readonly T[], text: string): T {
  const found = known.find((one) => one === text);
  if (found === undefined) throw new RangeError(`'${text}', expected one of ${known.join(', ')}`);
  return found;
}
