/** The largest body of any family, in bytes: access terminals that cannot turn their pictures off; others have less. */
const BODY_MAX_BYTES = 1024 * 1024;
/** Room for the head of a PUBLISH beside the largest body: a topic of ours has under a hundred bytes. */
export const PACKET_MAX_BYTES = BODY_MAX_BYTES + 1024;
/** The beginning of a packet that is too large, kept for its topic, its id and a look at what it is. */
const START_MAX_BYTES = 4096;
/** A fixed header: the type, and a length of one to four bytes. */
const HEADER_MAX_BYTES = 5;
const PUBLISH = 3;

/** A PUBLISH that was passed over. `start` is the beginning of its body. */
export type TooLarge = Readonly<{
  topic: string;
  qos: number;
  messageId: number | undefined;
  start: Uint8Array;
  bytes: number;
}>;

export type GuardPorts = Readonly<{
  /** A PUBLISH beyond the limit has gone by without being kept. */
  tooLarge(packet: TooLarge): void;
  /** No packet of this kind can be this large, or the length is none: the connection must end. */
  broken(text: string): void;
}>;

type Header = Readonly<{ first: number; length: number; bytes: number }>;

/**
 * Stands before the parser of a connection, which would gather a packet of any size (the protocol allows 256 MiB),
 * and takes the PUBLISH packets out that are too large. Knows fixed headers only. Source: MQTT 3.1.1, 2.2.
 */
export class PacketGuard {
  readonly #ports: GuardPorts;
  /** The beginning of a fixed header whose rest has not come. */
  #held: Buffer = Buffer.alloc(0);
  /** Bytes to come of the packet under way; `#skipping` is set while they are not to be passed on. */
  #left = 0;
  #skipping: { first: number; bytes: number; start: Buffer } | undefined;

  constructor(ports: GuardPorts) {
    this.#ports = ports;
  }

  /** The part of `chunk` that the parser may see; null where that is nothing. */
  pass(chunk: Buffer): Buffer | null {
    const bytes = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    this.#held = Buffer.alloc(0);
    const passed: Buffer[] = [];
    let at = 0;
    let from = 0; // what stands before was passed or skipped
    while (at < bytes.length) {
      if (this.#left === 0) {
        const header = readHeader(bytes, at);
        if (header === 'broken') return this.#break('a length of more than four bytes');
        if (header === 'incomplete') break;
        if (!this.#begin(header)) return this.#break(`a packet of ${header.length} bytes`);
        if (this.#skipping !== undefined) passed.push(bytes.subarray(from, at));
        at += header.bytes;
        if (this.#skipping !== undefined) from = at;
      }
      const taken = Math.min(this.#left, bytes.length - at);
      if (this.#skipping !== undefined) {
        this.#skip(bytes.subarray(at, at + taken));
        from = at + taken;
      }
      at += taken;
      this.#left -= taken;
      if (this.#left === 0) this.#finish();
    }
    this.#held = Buffer.from(bytes.subarray(at));
    passed.push(bytes.subarray(from, at));
    const whole = passed.filter(({ length }) => length > 0);
    return whole.length === 0 ? null : whole.length === 1 ? (whole[0] ?? null) : Buffer.concat(whole);
  }

  /** False where the packet is too large for its kind. */
  #begin({ first, length }: Header): boolean {
    this.#left = length;
    if (length <= PACKET_MAX_BYTES) return true;
    if (first >> 4 !== PUBLISH) return false;
    this.#skipping = { first, bytes: length, start: Buffer.alloc(0) };
    return true;
  }

  #skip(piece: Buffer): void {
    const skipping = this.#skipping;
    if (skipping === undefined || skipping.start.length >= START_MAX_BYTES) return;
    skipping.start = Buffer.concat([skipping.start, piece.subarray(0, START_MAX_BYTES - skipping.start.length)]);
  }

  #finish(): void {
    const skipping = this.#skipping;
    if (skipping === undefined) return;
    this.#skipping = undefined;
    const packet = readPublish(skipping);
    if (packet === undefined) this.#ports.broken(`a topic of more than ${START_MAX_BYTES} bytes`);
    else this.#ports.tooLarge(packet);
  }

  #break(text: string): null {
    this.#ports.broken(text);
    return null;
  }
}

function readHeader(bytes: Buffer, at: number): Header | 'incomplete' | 'broken' {
  let length = 0;
  for (let index = 1; index < HEADER_MAX_BYTES; index++) {
    const byte = bytes[at + index];
    if (byte === undefined) return 'incomplete';
    length += (byte & 0x7f) * 128 ** (index - 1);
    if (byte < 0x80) return { first: bytes[at] ?? 0, length, bytes: index + 1 };
  }
  return 'broken';
}

/** Topic, packet id and the beginning of the body. Source: MQTT 3.1.1, 3.3. */
function readPublish({ first, bytes, start }: { first: number; bytes: number; start: Buffer }): TooLarge | undefined {
  const topicEnd = 2 + start.readUInt16BE(0);
  if (topicEnd + 2 > start.length) return undefined;
  const qos = (first >> 1) & 3;
  const messageId = qos === 0 ? undefined : start.readUInt16BE(topicEnd);
  const bodyStart = topicEnd + (qos === 0 ? 0 : 2);
  const topic = start.toString('utf8', 2, topicEnd);
  return { topic, qos, messageId, start: start.subarray(bodyStart), bytes: bytes - bodyStart };
}
