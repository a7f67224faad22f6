import { BitReader, BitWriter, escapeNal, payloadBits, unescapeNal } from './bits.ts';

/** What our own slices have to know of the encoder's parameter sets. */
export type Coding = Readonly<{ frameNumBits: number; columns: number; rows: number }>;

/**
 * The encoder's sequence parameter set for a picture that is `bannerRows` macroblocks higher, and what it says.
 * Throws where the encoder was set up in a way that our slices could not follow.
 * Source: ITU-T H.264, 7.3.2.1.1.
 */
export function raiseSps(sps: Uint8Array, bannerRows: number): { sps: Buffer; coding: Coding } {
  const payload = unescapeNal(sps).subarray(1);
  const from = new BitReader(payload);
  const to = new BitWriter();
  const copyU = (bits: number): number => keep(from.u(bits), (value) => to.u(value, bits));
  const copyUe = (): number => keep(from.ue(), (value) => to.ue(value));
  require(copyU(8) === 66, 'Baseline profile');
  copyU(16);
  copyUe();
  const frameNumBits = copyUe() + 4;
  require(copyUe() === 2, 'picture order of type 2, which means no B frames');
  copyUe();
  copyU(1);
  const columns = copyUe() + 1;
  const rows = from.ue() + 1 + bannerRows;
  to.ue(rows - 1);
  to.copy(payload, from.position, payloadBits(payload));
  return { sps: escapeNal(sps[0] ?? 0, to.finish()), coding: { frameNumBits, columns, rows } };
}

/** Throws unless the picture parameter set is the plain one that our slices are written for (7.3.2.2). */
export function checkPps(pps: Uint8Array): void {
  const from = new BitReader(unescapeNal(pps).subarray(1));
  require(from.ue() === 0 && from.ue() === 0, 'parameter sets of number 0');
  require(from.bit() === 0, 'CAVLC');
  require(from.bit() === 0, 'no bottom field order');
  require(from.ue() === 0, 'one slice group');
  require(from.ue() === 0, 'one reference picture');
  from.ue();
  require(from.u(3) === 0, 'no weighted prediction');
  from.se();
  from.se();
  from.se();
  require(from.bit() === 1, 'deblocking control in the slice header');
  require(from.bit() === 0, 'unconstrained intra prediction');
  require(from.bit() === 0, 'no redundant pictures');
}

const keep = (value: number, write: (value: number) => void): number => {
  write(value);
  return value;
};

function require(holds: boolean, what: string): void {
  if (!holds) throw new Error(`the encoder's parameter sets are not as asked for: expected ${what}`);
}
