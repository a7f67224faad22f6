import { DEVICE_ID } from '../../gateway/domain/device.ts';
import type { DeadLetter } from '../../gateway/domain/signal.ts';
import type { Faults } from '../../gateway/domain/zod-fault.ts';

/** What is kept of a message that nobody could read, in characters: enough to see what the device sent. */
const KEPT_MAX_CHARS = 4096;
/** A topic may have 65,535 bytes; ours have under a hundred. */
const TOPIC_MAX_CHARS = 256;

/** `device` is the topic's word for it, kept only where it could be an id at all. */
export function deadLetter(
  topic: string,
  payload: Uint8Array,
  [fault, ...others]: Faults,
  device?: string,
): DeadLetter {
  return {
    kind: 'dead-letter',
    topic: topic.slice(0, TOPIC_MAX_CHARS),
    ...(device !== undefined && DEVICE_ID.test(device) ? { device } : {}),
    fault,
    ...(others.length > 0 ? { others } : {}),
    payload: keptText(payload),
  };
}

/** The beginning as text, or in base64 where it is none. */
function keptText(payload: Uint8Array): string {
  const start = payload.subarray(0, KEPT_MAX_CHARS);
  try {
    // `stream` leaves out a character that the cut went through, in place of refusing it
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(start, {
      stream: start.length < payload.length,
    });
  } catch {
    return Buffer.from(payload.subarray(0, (KEPT_MAX_CHARS / 4) * 3)).toString('base64');
  }
}
