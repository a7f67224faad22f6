/** Why a camera did not do what was asked of it; the words of an answer to people and of `status()`. */
export const CAMERA_FAULT_REASONS = [
  'offline',
  'not-authorized',
  'not-supported',
  /** The event service is there and gives no subscription, such as when all its slots are taken. */
  'events-refused',
  'bad-answer',
  'timeout',
  'refused-address',
  /** Over https, and not the certificate that was seen there first. */
  'certificate-changed',
  'unknown-device',
] as const;
export type CameraFaultReason = (typeof CAMERA_FAULT_REASONS)[number];

/** `text` is English, for the log and the administrator; `code` is the camera's own fault code, where it gave one. */
export type CameraFault = Readonly<{ reason: CameraFaultReason; text: string; code?: string }>;

/** A camera's words are cut: it may echo whole requests, credentials included. */
const TEXT_MAX_CHARS = 240;

export function cameraFault(reason: CameraFaultReason, text: string, code?: string): CameraFault {
  const fault = { reason, text: text.slice(0, TEXT_MAX_CHARS) };
  return code === undefined ? fault : { ...fault, code: code.slice(0, TEXT_MAX_CHARS) };
}
