/** One media section (`m=`) of a session description, as far as a picture needs it. */
export type SdpMedia = Readonly<{
  kind: string;
  payloadType: number;
  /** Upper case: `H264`, `H265`, `PCMA`. */
  codec: string;
  clockRate: number;
  control: string;
  /** Which way it goes, as seen by us; `sendonly`: to the device. */
  direction: string | undefined;
  /** Names in lower case. */
  fmtp: ReadonlyMap<string, string>;
}>;
/** `control` is what PLAY goes to: `*` or absent means the base itself. */
export type Sdp = Readonly<{ control: string; media: readonly SdpMedia[] }>;

/** A recorder describes at most a few tracks; more is no description. */
const MEDIA_MAX = 32;

/** Static payload types that need no rtpmap. Source: RFC 3551, section 6. */
const STATIC_CODECS: ReadonlyMap<number, string> = new Map([
  [0, 'PCMU'],
  [8, 'PCMA'],
  [26, 'JPEG'],
  [32, 'MPV'],
]);

/** Reads what it understands and passes over the rest: cameras' descriptions are seldom quite right. RFC 8866. */
export function readSdp(text: string): Sdp {
  const sections = splitAtMedia(text.split(/\r?\n/));
  const [session = [], ...media] = sections;
  return {
    control: attribute(session, 'control') ?? '*',
    media: media
      .slice(0, MEDIA_MAX)
      .map(readMedia)
      .filter((one) => one !== undefined),
  };
}

function splitAtMedia(lines: readonly string[]): readonly (readonly string[])[] {
  const sections: string[][] = [[]];
  for (const line of lines) {
    if (line.startsWith('m=')) sections.push([]);
    sections.at(-1)?.push(line.trim());
  }
  return sections;
}

function readMedia(lines: readonly string[]): SdpMedia | undefined {
  const found = /^m=(\w+) \S+ \S+ (\d{1,3})\b/.exec(lines[0] ?? '');
  if (found === null) return undefined;
  const payloadType = Number(found[2]);
  const map = new RegExp(`^${payloadType}\\s+([\\w.-]+)/(\\d{1,9})`).exec(attributeOf(lines, 'rtpmap', payloadType));
  return {
    kind: found[1] ?? '',
    payloadType,
    codec: (map?.[1] ?? STATIC_CODECS.get(payloadType) ?? '').toUpperCase(),
    clockRate: Number(map?.[2] ?? 90_000) || 90_000,
    control: attribute(lines, 'control') ?? '',
    direction: lines.find((line) => /^a=(?:sendonly|recvonly|sendrecv|inactive)$/.test(line))?.slice(2),
    fmtp: readFmtp(attributeOf(lines, 'fmtp', payloadType)),
  };
}

const attribute = (lines: readonly string[], name: string): string | undefined =>
  lines
    .find((line) => line.startsWith(`a=${name}:`))
    ?.slice(name.length + 3)
    .trim();

/** The attribute's line for this payload type; empty without one. */
function attributeOf(lines: readonly string[], name: string, payloadType: number): string {
  const all = lines.filter((line) => line.startsWith(`a=${name}:`)).map((line) => line.slice(name.length + 3).trim());
  return all.find((value) => value.startsWith(`${payloadType} `)) ?? '';
}

function readFmtp(value: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const part of value.replace(/^\d+\s*/, '').split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0) parameters.set(part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1).trim());
  }
  return parameters;
}
