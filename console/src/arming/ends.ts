/** How long something by hand holds. */
export const ENDS = ['hour', 'fourHours', 'eightHours', 'morning', 'day'] as const;
export type End = (typeof ENDS)[number];

const HOUR_MS = 3_600_000;
const MORNING = 8;

/** When it is over, in milliseconds since 1970; `morning` is the next 08:00 of this screen's zone. */
export function endAt(end: End, now: number): number {
  switch (end) {
    case 'hour':
      return now + HOUR_MS;
    case 'fourHours':
      return now + 4 * HOUR_MS;
    case 'eightHours':
      return now + 8 * HOUR_MS;
    case 'day':
      return now + 24 * HOUR_MS;
    case 'morning': {
      const morning = new Date(now);
      morning.setHours(MORNING, 0, 0, 0);
      if (morning.getTime() <= now) morning.setDate(morning.getDate() + 1);
      return morning.getTime();
    }
    default:
      return end satisfies never;
  }
}

/** Intrusion by kind, as a plan may name it: nothing else can be disarmed. */
export const ARMABLE = [
  'community.fence.',
  'community.beam.',
  'community.intrusion',
  'community.door.forced',
  'community.door.held',
  'railway.perimeter.',
  'railway.vibration.',
  'railway.lookout.',
  'camera.line.',
  'camera.area.',
  'camera.motion',
] as const;
