import { CR, LF } from './dc09/frame.ts';
import { DATA_MAX_BYTES, END, FRAME_LEAST_BYTES, LENGTH_AT, START } from './fire-panel/frame.ts';
import type { Cut } from './frame-cutter.ts';
import { FLAG } from './jt808/frame.ts';

/** JT/T 808: between two flags; what stands before the first one is the rest of a frame whose start we missed. */
export const cutJt808: Cut = (held) => {
  const start = held.indexOf(FLAG);
  if (start === -1) return { frame: undefined, used: held.length };
  const end = held.indexOf(FLAG, start + 1);
  if (end === -1) return start === 0 ? undefined : { frame: undefined, used: start };
  if (end === start + 1) return { frame: undefined, used: end }; // an end and the next start
  return { frame: held.subarray(start, end + 1), used: end + 1 };
};
/** Head, 1,023 bytes of body and checksum, each byte escaped, and the flags. */
export const JT808_MAX_BYTES = 2 * (1023 + 22) + 2;

/** GB/T 26875.3: marks, a length, marks; where it does not end as it says, the next start is looked for inside it. */
export const cutFirePanel: Cut = (held) => {
  const start = held.indexOf(START);
  if (start === -1) return { frame: undefined, used: held.length - (held.at(-1) === START[0] ? 1 : 0) };
  if (start > 0) return { frame: undefined, used: start };
  if (held.length < LENGTH_AT + 2) return undefined;
  const length = held.readUInt16LE(LENGTH_AT);
  const size = FRAME_LEAST_BYTES + length;
  if (length > DATA_MAX_BYTES) return { frame: held.subarray(0, LENGTH_AT + 2), used: START.length };
  if (held.length < size) return undefined;
  const isWhole = held.subarray(size - END.length, size).equals(END);
  return { frame: held.subarray(0, size), used: isWhole ? size : START.length };
};
export const FIRE_PANEL_MAX_BYTES = FRAME_LEAST_BYTES + DATA_MAX_BYTES;

/** DC-09: from the last line feed to the carriage return. */
export const cutDc09: Cut = (held) => {
  const end = held.indexOf(CR);
  if (end === -1) return undefined;
  const start = held.subarray(0, end).lastIndexOf(LF);
  const frame = held.subarray(Math.max(start, 0), end + 1);
  return { frame: frame.length > 2 ? frame : undefined, used: end + 1 };
};
/** CRC and length, 4,095 bytes by the three digits of the length, LF and CR. */
export const DC09_MAX_BYTES = 4095 + 10;
