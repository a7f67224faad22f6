import { FRAME_MS, frameAt } from '../picture/frame-code.ts';
import { type Caption, PictureStream } from '../picture/stream.ts';
import type { OnAir, Viewer } from './on-air.ts';
import { onChannel, Packetiser, type Packets } from './rtp.ts';
import { describe } from './sdp.ts';

const HEAD_BYTES = 4 + 12;
const EXTENSION_BYTES = 16;
const NTP_SECONDS_AT_1970 = 2_208_988_800;
const RANGE =
  /^clock=(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d(?:\.\d+)?)Z-(?:(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d(?:\.\d+)?)Z)?$/;

export type ReplayOptions = Readonly<{
  loop: PictureStream['loop'];
  /** What stands in a picture of that moment. */
  caption: (at: number) => Caption;
  onPlaying: (by: 1 | -1) => void;
}>;

/** What the camera recorded, for one client: the pictures of then, at their pace. Source: ONVIF Streaming, chapter 6. */
export class Replay implements OnAir {
  readonly #options: ReplayOptions;
  readonly #packetiser = new Packetiser();
  readonly #stream: PictureStream;
  #range = { from: 0, to: 0, scale: 1 };
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#stream = new PictureStream(options.loop);
  }

  get ssrc(): number {
    return this.#packetiser.ssrc;
  }

  get sequence(): number {
    return this.#packetiser.sequence;
  }

  nextRtpTime = (): number => this.#packetiser.rtpTime(frameAt(this.#range.from));

  describe(name: string): string {
    const { sps, pps, size } = this.#options.loop;
    return describe(name, { codec: 'h264', kbits: size.kbits, sps, pps });
  }

  /** Whether the client asks as the standard wants it: then what it asks for is what is played. */
  asked(headers: ReadonlyMap<string, string>): boolean {
    const found = RANGE.exec(headers.get('range') ?? '');
    if (found === null || headers.get('require') !== 'onvif-replay') return false;
    const [from, to] = [timeOf(found.slice(1, 7)), timeOf(found.slice(7, 13))];
    this.#range = {
      from,
      to: Number.isNaN(to) ? Number.POSITIVE_INFINITY : to,
      scale: Number(headers.get('scale') ?? 1),
    };
    return true;
  }

  add(viewer: Viewer): void {
    const { from, to, scale } = this.#range;
    const [first, began] = [frameAt(from), performance.now()];
    let frame = first;
    this.#options.onPlaying(1);
    this.#timer = setInterval(() => {
      const due = first + Math.floor(((performance.now() - began) * scale) / FRAME_MS);
      for (; frame <= due && frame * FRAME_MS < to; frame += 1) {
        const picture = this.#stream.picture(frame, this.#options.caption(frame * FRAME_MS));
        viewer.send(onChannel(stamped(this.#packetiser.packets(picture), frame * FRAME_MS), viewer.channel));
      }
    }, FRAME_MS);
  }

  remove(): void {
    clearInterval(this.#timer);
    this.#options.onPlaying(-1);
  }
}

const timeOf = ([year, month, day, hour, minute, second]: readonly (string | undefined)[]): number =>
  Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);

/** The packets with when they were recorded in front of each payload. Source: ONVIF Streaming, 6.3. */
function stamped({ bytes, starts }: Packets, at: number): Packets {
  const extension = Buffer.alloc(EXTENSION_BYTES);
  extension.writeUInt16BE(0xabac, 0);
  extension.writeUInt16BE(3, 2);
  extension.writeUInt32BE(Math.floor(at / 1000) + NTP_SECONDS_AT_1970, 4);
  extension.writeUInt32BE(Math.floor(((at % 1000) / 1000) * 2 ** 32), 8);
  const parts = starts.flatMap((start, index) => {
    const head = Buffer.from(bytes.subarray(start, start + HEAD_BYTES));
    head.writeUInt16BE(head.readUInt16BE(2) + EXTENSION_BYTES, 2);
    head.writeUInt8(head.readUInt8(4) | 0x10, 4);
    return [head, extension, bytes.subarray(start + HEAD_BYTES, starts[index + 1] ?? bytes.length)];
  });
  return { bytes: Buffer.concat(parts), starts: starts.map((start, index) => start + index * EXTENSION_BYTES) };
}
