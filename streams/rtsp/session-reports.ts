import type { ReceivedRtp } from '../rtp/packet.ts';
import { Reception } from '../rtp/reception.ts';

/** Source: RFC 3550, 6.2 (five seconds at least). */
const EVERY_MS = 5000;

export type ReportedTrack = Readonly<{
  clockRate: number;
  /** Brings a report to the camera. */
  send: (report: Buffer) => void;
}>;

/**
 * What a session's receiver tells the camera (RTCP). Cameras that hear nothing of their receiver end the session, some of
 * them whatever is said by RTSP; others set their bit rate by it.
 */
export class SessionReports {
  readonly #random: () => number;
  readonly #tracks: { reception: Reception; send: ReportedTrack['send'] }[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** What is told of the packets of one track, and what takes its sender's reports. */
  add({
    clockRate,
    send,
  }: ReportedTrack): Readonly<{ note: (packet: ReceivedRtp) => void; hear: (rtcp: Buffer) => void }> {
    const reception = new Reception(Math.floor(this.#random() * 2 ** 32), clockRate);
    this.#tracks.push({ reception, send });
    return {
      note: (packet) => reception.note(packet, performance.now()),
      hear: (rtcp) => reception.hear(rtcp, performance.now()),
    };
  }

  start(): void {
    this.#timer = setInterval(() => {
      for (const { reception, send } of this.#tracks) {
        const report = reception.report(performance.now());
        if (report !== undefined) send(report);
      }
    }, EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
