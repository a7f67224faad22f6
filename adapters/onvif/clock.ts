import { textAt, type XmlElement } from './xml.ts';

/** The question that any camera answers, to anybody. Source: ONVIF Core, 8.3.7. */
export const SYSTEM_DATE = '<GetSystemDateAndTime xmlns="http://www.onvif.org/ver10/device/wsdl"/>';

/** A camera tells whole seconds: within this much of ours its clock is taken to be right, and a known offset kept. */
const RESOLUTION_MS = 1_000;
/** A clock further off is flagged; it is flagged no more below half of it. Source: the catalogue's `device.clock.off`. */
export const CLOCK_ALLOWANCE_MS = 5_000;
const YEAR_2000 = Date.UTC(2000, 0, 1);
/** A corrected time this far ahead of us is not believed: nothing is reported before it happened. */
const AHEAD_MAX_MS = 60_000;

/**
 * How far a camera's clock is from ours, measured on every answer that tells its time: after a restart a clock may say
 * 2017, be an hour ahead, or give local time as UTC.
 */
export class CameraClock {
  /** Milliseconds that the camera is ahead of us; negative when it is behind. */
  offsetMs = 0;
  isOff = false;
  /** Whether the camera ever told its time. */
  isKnown = false;

  /** The camera said `cameraAt` some time between our `sentAt` and `answeredAt`. True when it began or ceased to be off. */
  measure(cameraAt: number, sentAt: number, answeredAt: number): boolean {
    this.isKnown = true;
    const least = cameraAt - answeredAt - RESOLUTION_MS;
    const most = cameraAt - sentAt + RESOLUTION_MS;
    if (this.offsetMs < least || this.offsetMs > most) this.offsetMs = cameraAt - answeredAt;
    const wasOff = this.isOff;
    this.isOff = Math.abs(this.offsetMs) > (wasOff ? CLOCK_ALLOWANCE_MS / 2 : CLOCK_ALLOWANCE_MS);
    return wasOff !== this.isOff;
  }

  /** Now, as the camera sees it. */
  cameraNow = (now: number): number => now + this.offsetMs;

  /** A time of the camera's in our clock; undefined where it is not to be believed. */
  ours(cameraAt: number | undefined, now: number): number | undefined {
    if (cameraAt === undefined || cameraAt < YEAR_2000) return undefined;
    const at = cameraAt - this.offsetMs;
    if (at > now + AHEAD_MAX_MS || at < YEAR_2000) return undefined;
    return Math.trunc(Math.min(at, now));
  }
}

/**
 * `2026-03-21T17:05:40Z`, with a fraction or an offset; no zone at all counts as UTC, as the standard has it. Cameras
 * write a blank for the T, small letters and `+0800` too.
 */
const XS_DATE_TIME =
  /^(?<date>\d{4}-\d{2}-\d{2})[Tt ](?<time>\d{2}:\d{2}:\d{2})(?:[.,](?<fraction>\d{1,30}))?(?: ?(?<zone>[Zz]|[+-]\d{2}:?\d{2}))?$/;

/** Milliseconds of an xs:dateTime; undefined for `0000-00-00T00:00:00Z` and other nonsense that cameras send. */
export function readXsDateTime(text: string | undefined): number | undefined {
  const found = text === undefined ? null : XS_DATE_TIME.exec(text.trim());
  if (found === null) return undefined;
  const { date, time, fraction = '0', zone = 'Z' } = found.groups ?? {};
  const offset = /^z$/i.test(zone) ? 'Z' : zone.replace(/^(...):?/, '$1:');
  const at = Date.parse(`${date}T${time}.${fraction.slice(0, 3)}${offset}`);
  return Number.isNaN(at) ? undefined : at;
}

/** The time in an answer to GetSystemDateAndTime: UTC where given, else local time taken for UTC. */
export function readSystemDateAndTime(body: XmlElement): number | undefined {
  const system = ['GetSystemDateAndTimeResponse', 'SystemDateAndTime'] as const;
  const numbers = (kind: string) =>
    (['Date.Year', 'Date.Month', 'Date.Day', 'Time.Hour', 'Time.Minute', 'Time.Second'] as const).map((part) =>
      Number(textAt(body, ...system, kind, ...part.split('.')) ?? Number.NaN),
    );
  const found = [numbers('UTCDateTime'), numbers('LocalDateTime')].find((parts) => !parts.some(Number.isNaN));
  if (found === undefined) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found;
  const at = Date.UTC(year, month - 1, day, hour, minute, second);
  return Number.isNaN(at) ? undefined : at;
}
