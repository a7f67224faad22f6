import { randomInt } from 'node:crypto';

const PAYLOAD_TYPE = 8;
const PACKET_SAMPLES = 320;
const PACKET_MS = 40;
/** One wave of 1,000 Hz at 8,000 samples a second, by A-law. Source: ITU-T G.711, table 5 (the digital milliwatt). */
const WAVE = Buffer.from([0x34, 0x21, 0x21, 0x34, 0xb4, 0xa1, 0xa1, 0xb4]);

export const MICROPHONE_MEDIA = `m=audio 0 RTP/AVP ${PAYLOAD_TYPE}\r\na=control:track2\r\n`;

/** What a camera hears, for one client: a tone of 1,000 Hz, framed for interleaved TCP. */
export class Microphone {
  readonly channel: number;
  readonly #send: (bytes: Buffer) => void;
  readonly #ssrc = randomInt(1, 2 ** 32);
  #sequence = randomInt(0, 2 ** 16);
  #time = randomInt(0, 2 ** 32);
  #timer: NodeJS.Timeout | undefined;

  constructor(channel: number, send: (bytes: Buffer) => void) {
    this.channel = channel;
    this.#send = send;
  }

  get isOn(): boolean {
    return this.#timer !== undefined;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#send(this.#packet()), PACKET_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #packet(): Buffer {
    const head = Buffer.alloc(16);
    head.set([0x24, this.channel, 0, 0, 0x80, PAYLOAD_TYPE]);
    head.writeUInt16BE(12 + PACKET_SAMPLES, 2);
    head.writeUInt16BE(this.#sequence, 6);
    head.writeUInt32BE(this.#time, 8);
    head.writeUInt32BE(this.#ssrc, 12);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#time = (this.#time + PACKET_SAMPLES) >>> 0;
    return Buffer.concat([head, Buffer.alloc(PACKET_SAMPLES, WAVE)]);
  }
}
