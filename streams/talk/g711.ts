/** Sound as telephones carry it: 8,000 samples a second, a byte each. Source: ITU-T G.711, tables 1a and 2a. */
export type G711 = 'PCMA' | 'PCMU';
export const SAMPLES_PER_SECOND = 8000;
/** Static payload types. Source: RFC 3551, section 6. */
export const PAYLOAD_TYPES: Readonly<Record<G711, number>> = { PCMU: 0, PCMA: 8 };

const BIAS = 0x84;
const SAMPLES = 0x10000;
const CODES = 0x100;

/** For each sample the code that comes nearest to it; made once, 64 KiB a law. */
function nearestCodes(decode: (code: number) => number): Uint8Array {
  const byValue = Array.from({ length: CODES }, (_, code) => ({ code, value: decode(code) }));
  byValue.sort((a, b) => a.value - b.value);
  const codes = new Uint8Array(SAMPLES);
  let at = 0;
  for (let sample = -SAMPLES / 2; sample < SAMPLES / 2; sample += 1) {
    const next = (): number => byValue[at + 1]?.value ?? Number.POSITIVE_INFINITY;
    while (next() - sample < sample - (byValue[at]?.value ?? 0)) at += 1;
    codes[sample & 0xffff] = byValue[at]?.code ?? 0;
  }
  return codes;
}
const TABLES: Readonly<Record<G711, Uint8Array>> = { PCMA: nearestCodes(fromALaw), PCMU: nearestCodes(fromMuLaw) };

/** Samples of 16 bits, little-endian, as one byte each. */
export function encodeG711(law: G711, pcm: Buffer): Buffer {
  const samples = pcm.length >> 1;
  const encoded = Buffer.allocUnsafe(samples);
  for (let at = 0; at < samples; at += 1) encoded[at] = TABLES[law][pcm.readUInt16LE(at * 2)] ?? 0;
  return encoded;
}

export function decodeG711(law: G711, encoded: Buffer): Buffer {
  const pcm = Buffer.allocUnsafe(encoded.length * 2);
  const decode = law === 'PCMA' ? fromALaw : fromMuLaw;
  for (const [at, byte] of encoded.entries()) pcm.writeInt16LE(decode(byte), at * 2);
  return pcm;
}

/** Sign, three bits of the segment, four within it; even bits turned round. */
function fromALaw(byte: number): number {
  const coded = byte ^ 0x55;
  const [segment, within] = [(coded >> 4) & 7, coded & 0x0f];
  const magnitude = segment === 0 ? (within << 4) + 8 : ((within << 4) + 0x108) << (segment - 1);
  return (coded & 0x80) === 0 ? -magnitude : magnitude;
}

function fromMuLaw(byte: number): number {
  const coded = ~byte & 0xff;
  const magnitude = ((((coded & 0x0f) << 3) + BIAS) << ((coded >> 4) & 7)) - BIAS;
  return (coded & 0x80) === 0 ? magnitude : -magnitude;
}
