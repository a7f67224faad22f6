/** A UTF-16 mark in front: what Excel saves as "Unicode text". */
const UTF_16LE = [0xff, 0xfe];

/**
 * The text of a file whose encoding nobody names: UTF-8 where it is valid UTF-8, with or without a mark, else GB18030,
 * in which Chinese Excel saves CSV. Text in GB18030 that is valid UTF-8 by chance has no character beyond ASCII, or is
 * some characters long.
 */
export function decodeText(bytes: Uint8Array): string {
  if (UTF_16LE.every((byte, at) => bytes[at] === byte)) return new TextDecoder('utf-16le').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gb18030').decode(bytes);
  }
}
