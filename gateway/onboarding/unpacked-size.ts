import { inflateRawSync } from 'node:zlib';

const LOCAL_HEADER = 0x04034b50;
const DESCRIPTOR = 0x08074b50;
const HEADER_BYTES = 30;
const DESCRIPTOR_BYTES = 16;
const [STORED, DEFLATED] = [0, 8];
/** A workbook of a hundred sheets has some hundred parts. */
const PARTS_MAX = 1_000;

/**
 * What the parts of a ZIP file really unpack to, in bytes, found by unpacking them one after the other as a reader of
 * the stream does: what the file says of its sizes is not believed. Stops past `maxBytes`; undefined where it is no such
 * file. Source: PKWARE APPNOTE 6.3.10, 4.3.7 and 4.3.9.
 */
export function unpackedSize(file: Buffer, maxBytes: number): number | undefined {
  let [at, total, parts] = [0, 0, 0];
  while (at + HEADER_BYTES <= file.length && file.readUInt32LE(at) === LOCAL_HEADER) {
    const part = partAt(file, at, maxBytes - total);
    if (part === undefined) return undefined;
    total += part.bytes;
    parts += 1;
    if (total > maxBytes || parts > PARTS_MAX) return maxBytes + 1;
    at = isDescriptor(file, part.end) ? part.end + DESCRIPTOR_BYTES : part.end;
  }
  return parts === 0 ? undefined : total;
}

type Part = Readonly<{ bytes: number; end: number }>;

function partAt(file: Buffer, at: number, leftBytes: number): Part | undefined {
  const method = file.readUInt16LE(at + 8);
  const start = at + HEADER_BYTES + file.readUInt16LE(at + 26) + file.readUInt16LE(at + 28);
  const size = file.readUInt32LE(at + 18);
  if (method === STORED) return { bytes: size, end: start + size };
  return method === DEFLATED ? inflated(file.subarray(start), start, leftBytes) : undefined;
}

function inflated(packed: Buffer, start: number, leftBytes: number): Part | undefined {
  try {
    // With `info` the answer is `{ buffer, engine }`; the published types know only the plain one.
    const { buffer, engine }: Inflated = inflateRawSync(packed, {
      maxOutputLength: Math.max(1, leftBytes),
      info: true,
    }) as Buffer & Inflated;
    return { bytes: buffer.length, end: start + engine.bytesWritten };
  } catch (error) {
    if (error instanceof RangeError) return { bytes: leftBytes + 1, end: start }; // ERR_BUFFER_TOO_LARGE
    return undefined;
  }
}
type Inflated = { buffer: Buffer; engine: { bytesWritten: number } };

const isDescriptor = (file: Buffer, at: number): boolean =>
  at + DESCRIPTOR_BYTES <= file.length && file.readUInt32LE(at) === DESCRIPTOR;
