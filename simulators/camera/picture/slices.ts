import { BitReader, BitWriter, escapeNal, payloadBits, unescapeNal } from './bits.ts';
import type { Coding } from './parameter-sets.ts';

/**
 * The banner above a scene is written as H.264 slices of our own, one for each row of macroblocks, so that a clock and
 * the PTZ position are true although the scene below them is a loop that was encoded once. Deblocking is off in both,
 * so a slice looks the same whatever stands beside it.
 * Source: ITU-T H.264, 7.3.3 (slice header), 7.3.4 and 7.3.5 (macroblocks), 8.4.1 (motion vectors), 9.2 (CAVLC).
 */
export type SliceHead = Readonly<{ nalHeader: number; isKey: boolean; frameNum: number; idrPicId: number }>;

/** One macroblock of the banner in one picture. */
export type Block =
  | Readonly<{ kind: 'same' }> // as in the picture before
  | Readonly<{ kind: 'left' }> // the right edge of its left neighbour, drawn on
  | Readonly<{ kind: 'samples'; luma: Uint8Array }> // 256 samples as they are
  | Readonly<{ kind: 'moved'; fromColumn: number }>; // a block of the same row in the picture before

const I_SLICE = 7;
const P_SLICE = 5;

/** What the encoder's slice says of its picture, which our slices of that picture have to repeat. */
export function readSliceHead(nal: Uint8Array, { frameNumBits }: Coding): SliceHead {
  const nalHeader = nal[0] ?? 0;
  const from = new BitReader(unescapeNal(nal.subarray(0, 32)).subarray(1));
  if (from.ue() !== 0) throw new Error('the encoder wrote more than one slice a picture, expected one');
  const isKey = (nalHeader & 0x1f) === 5;
  from.ue(); // slice type
  from.ue(); // picture parameter set
  const frameNum = from.u(frameNumBits);
  return { nalHeader, isKey, frameNum, idrPicId: isKey ? from.ue() : 0 };
}

/** The encoder's slice, moved down by `firstBlock` macroblocks. */
export function lowerSlice(nal: Uint8Array, firstBlock: number): Buffer {
  const payload = unescapeNal(nal).subarray(1);
  const to = new BitWriter();
  to.ue(firstBlock);
  to.copy(payload, 1, payloadBits(payload)); // the encoder's first_mb_in_slice is 0: one bit
  return escapeNal(nal[0] ?? 0, to.finish());
}

/** A slice of one row of macroblocks. */
export function writeRow(head: SliceHead, coding: Coding, row: number, blocks: readonly Block[]): Buffer {
  const to = new BitWriter();
  writeHeader(to, head, coding, row);
  if (head.isKey) writeKeyBlocks(to, blocks);
  else writeBlocks(to, blocks);
  return escapeNal(head.nalHeader, to.finish());
}

function writeHeader(to: BitWriter, head: SliceHead, { frameNumBits, columns }: Coding, row: number): void {
  to.ue(row * columns);
  to.ue(head.isKey ? I_SLICE : P_SLICE);
  to.ue(0); // picture parameter set
  to.u(head.frameNum, frameNumBits);
  if (head.isKey) to.ue(head.idrPicId);
  else to.u(0, 2); // as many references as the parameter set says, in their order
  to.u(0, head.isKey ? 2 : 1); // an ordinary reference picture
  to.se(0); // quantiser
  to.ue(1); // no deblocking
}

function writeKeyBlocks(to: BitWriter, blocks: readonly Block[]): void {
  let wasSamples = false;
  for (const block of blocks) {
    if (block.kind === 'samples') {
      to.ue(25);
      writeSamples(to, block.luma);
    } else {
      to.ue(2); // Intra 16×16, horizontal, nothing left over
      to.ue(1); // chroma horizontal
      to.se(0); // quantiser
      if (wasSamples)
        to.u(0b000011, 6); // no coefficient, where the neighbour counts as having 16
      else to.bit(1); // no coefficient, where the neighbour has none
    }
    wasSamples = block.kind === 'samples';
  }
}

function writeBlocks(to: BitWriter, blocks: readonly Block[]): void {
  let skipped = 0;
  let movedBefore = 0; // the left neighbour's vector predicts the next one; a skipped or intra block predicts 0
  for (const [column, block] of blocks.entries()) {
    if (block.kind === 'same') {
      skipped += 1;
      movedBefore = 0;
      continue;
    }
    to.ue(skipped);
    skipped = 0;
    movedBefore = writeChanged(to, block, column, movedBefore);
  }
  if (skipped > 0) to.ue(skipped);
}

/** Writes a block that differs from the picture before; answers its vector, in quarter samples. */
function writeChanged(to: BitWriter, block: Block, column: number, predicted: number): number {
  if (block.kind === 'samples') {
    to.ue(30);
    writeSamples(to, block.luma);
    return 0;
  }
  if (block.kind !== 'moved') throw new Error(`a ${block.kind} block has no place in a changed row`);
  const vector = (block.fromColumn - column) * 16 * 4;
  to.ue(0); // one vector for 16×16
  to.se(vector - predicted);
  to.se(0);
  to.ue(0); // nothing left over
  return vector;
}

function writeSamples(to: BitWriter, luma: Uint8Array): void {
  to.align();
  to.bytes(luma);
  to.bytes(GREY_CHROMA);
}

const GREY_CHROMA = new Uint8Array(128).fill(128);
