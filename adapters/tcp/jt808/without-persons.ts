import { readFrame, writeFrame } from './frame.ts';

/** Messages whose bodies we read: heartbeat, authentication, position, batch of positions. */
const READ: readonly number[] = [0x0002, 0x0102, 0x0200, 0x0704];

/**
 * A frame as it may be judged and kept. A registration (0x0100) has a number plate in it, the driver's card (0x0702) a
 * name, a multimedia message (0x0801) a picture: of what we do not read nothing but the head goes on.
 */
export function withoutPersons(frame: Buffer): Buffer {
  const read = readFrame(frame);
  if (!read.ok || READ.includes(read.value.head.id)) return frame;
  const { head } = read.value;
  return writeFrame(head.id, head, head.serial, Buffer.alloc(0));
}
