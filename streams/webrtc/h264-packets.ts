const FU_A = 28;
const FU_HEAD_BYTES = 2;
const [STARTS, ENDS] = [0x80, 0x40];

/**
 * NAL units as payloads of RTP of at most `maxBytes`: one that fits as it is, a larger one in fragments. Source: RFC 6184,
 * sections 5.6 and 5.8 (packetization-mode 1).
 */
export const h264Payloads = (nals: readonly Buffer[], maxBytes: number): readonly Buffer[] =>
  nals.flatMap((nal) => (nal.length <= maxBytes ? [nal] : fragmentsOf(nal, maxBytes - FU_HEAD_BYTES)));

function fragmentsOf(nal: Buffer, contentBytes: number): readonly Buffer[] {
  const first = nal[0] ?? 0;
  const fragments: Buffer[] = [];
  for (let at = 1; at < nal.length; at += contentBytes) {
    const content = nal.subarray(at, at + contentBytes);
    const bounds = (at === 1 ? STARTS : 0) | (at + contentBytes >= nal.length ? ENDS : 0);
    fragments.push(Buffer.concat([Buffer.from([(first & 0xe0) | FU_A, bounds | (first & 0x1f)]), content]));
  }
  return fragments;
}
