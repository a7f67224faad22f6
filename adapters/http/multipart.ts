import { BodyEnd } from './body-end.ts';

/** What a parser may hold at once: the head of a part, and its body where it is wanted. */
export type MultipartLimits = Readonly<{ headBytes: number; bodyBytes: number }>;
export const MULTIPART_LIMITS: MultipartLimits = { headBytes: 8 * 1024, bodyBytes: 256 * 1024 };

/** One part. A picture's body is passed over: what is not text is not kept. `isCut`: it was longer than the limit. */
export type Part = Readonly<{ contentType: string; body: Buffer; isCut: boolean }>;

const CRLF2 = Buffer.from('\r\n\r\n');
const LF2 = Buffer.from('\n\n');
const NOTHING = Buffer.alloc(0);
const PICTURE = /^(?:image|video|audio)\/|octet-stream/i;

/**
 * Parts of an endless multipart body (RFC 2046, 5.1), however it was cut into chunks. Lengths are not believed: cameras
 * count them wrong, end lines with LF alone, and put `--boundary` directly behind a body. A part is whole when its text
 * ends by what it says, or else at the next boundary. Holds at most a head, a body and a boundary.
 */
export class MultipartParser {
  readonly #boundary: Buffer;
  readonly #limits: MultipartLimits;
  #held: Buffer = NOTHING;
  #isInside = false;
  #part: OpenPart | undefined;

  /** `boundary` as the Content-Type names it; some write it there with its dashes. */
  constructor(boundary: string, limits: MultipartLimits = MULTIPART_LIMITS) {
    this.#boundary = Buffer.from(`--${boundary.replace(/^--/, '')}`);
    this.#limits = limits;
  }

  /** The parts that this chunk makes whole. */
  push(chunk: Uint8Array): readonly Part[] {
    this.#held = this.#held.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#held, chunk]);
    const parts: Part[] = [];
    while (this.#step(parts));
    return parts;
  }

  /** The part under way, when the body has ended without a last boundary. */
  end(): readonly Part[] {
    this.#part?.take(this.#held);
    const last = this.#part?.close();
    this.#part = undefined;
    return last === undefined ? [] : [last];
  }

  /** One boundary, head or piece of a body; false when more bytes are needed. */
  #step(parts: Part[]): boolean {
    if (!this.#isInside) return this.#findBoundary();
    if (this.#part === undefined) return this.#readHead();
    const at = this.#held.indexOf(this.#boundary);
    const sure = at === -1 ? this.#held.length - this.#begun() : at;
    const whole = this.#part.take(this.#held.subarray(0, sure));
    if (whole !== undefined) parts.push(whole);
    this.#held = this.#held.subarray(at === -1 ? sure : at + this.#boundary.length);
    if (at === -1) return false;
    const last = this.#part.close();
    if (last !== undefined) parts.push(last);
    this.#part = undefined;
    return true;
  }

  /** How many bytes at the end may be the start of a boundary. */
  #begun(): number {
    const most = Math.min(this.#boundary.length - 1, this.#held.length);
    for (let bytes = most; bytes > 0; bytes -= 1) {
      if (this.#held.subarray(-bytes).equals(this.#boundary.subarray(0, bytes))) return bytes;
    }
    return 0;
  }

  #findBoundary(): boolean {
    const at = this.#held.indexOf(this.#boundary);
    this.#held = this.#held.subarray(at === -1 ? this.#held.length - this.#begun() : at + this.#boundary.length);
    this.#isInside = at !== -1;
    return this.#isInside;
  }

  #readHead(): boolean {
    const [end, marks] = endOfHead(this.#held);
    if (end === -1) {
      if (this.#held.length <= this.#limits.headBytes) return false;
      this.#isInside = false; // no head at all: look for the next boundary
      return true;
    }
    this.#part = new OpenPart(contentTypeOf(this.#held.subarray(0, end).toString('latin1')), this.#limits.bodyBytes);
    this.#held = this.#held.subarray(end + marks);
    return true;
  }
}

/** A part whose body is under way; a picture's is passed over. */
class OpenPart {
  readonly #contentType: string;
  readonly #maxBytes: number;
  readonly #end = new BodyEnd();
  #pieces: Buffer[] = [];
  #bytes = 0;
  #isDone = false;

  constructor(contentType: string, maxBytes: number) {
    this.#contentType = contentType;
    this.#maxBytes = maxBytes;
  }

  /** The part, when its text ends in this piece. */
  take(piece: Buffer): Part | undefined {
    if (this.#isDone || PICTURE.test(this.#contentType)) return undefined;
    const end = this.#end.find(piece);
    const wanted = piece.subarray(0, end ?? piece.length);
    const room = Math.max(0, this.#maxBytes - Math.min(this.#bytes, this.#maxBytes));
    if (room > 0) this.#pieces.push(Buffer.from(wanted.subarray(0, room)));
    this.#bytes += wanted.length;
    return end === undefined ? undefined : this.#whole();
  }

  /** The part as far as it came, when it has not been given out before. */
  close(): Part | undefined {
    return this.#isDone ? undefined : this.#whole();
  }

  #whole(): Part {
    this.#isDone = true;
    const body = trimEnd(Buffer.concat(this.#pieces));
    this.#pieces = [];
    return { contentType: this.#contentType, body, isCut: this.#bytes > this.#maxBytes };
  }
}

const contentTypeOf = (head: string): string =>
  /^content-type\s*:\s*([^\r\n;]*)/im.exec(head)?.[1]?.trim().toLowerCase() ?? '';

/** Where the head ends, and how long the blank line is that ends it. */
function endOfHead(bytes: Buffer): readonly [at: number, marks: number] {
  const [crlf, lf] = [bytes.indexOf(CRLF2), bytes.indexOf(LF2)];
  if (crlf === -1 || (lf !== -1 && lf < crlf)) return [lf, LF2.length];
  return [crlf, CRLF2.length];
}

/** The line end before a boundary belongs to the boundary; makers put more than one. */
function trimEnd(body: Buffer): Buffer {
  let end = body.length;
  while (end > 0 && (body[end - 1] === 0x0a || body[end - 1] === 0x0d)) end -= 1;
  return body.subarray(0, end);
}

/** The boundary in a Content-Type, or undefined where it is no multipart. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  const [, quoted, plain] =
    /^multipart\/[^;]+;.*?boundary=(?:"([^"]{1,120})"|([^\s;"]{1,120}))/i.exec(contentType ?? '') ?? [];
  return quoted ?? plain;
}
