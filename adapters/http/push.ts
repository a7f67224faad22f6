import { timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import type { BadReason, BadValue } from '../../gateway/domain/bad-value.ts';
import type { Codec, Pushed } from '../codec/definition.ts';
import type { VendorDesk } from '../vendor/desk.ts';
import { boundaryOf, MultipartParser } from './multipart.ts';

/** A push as it came in; `from` is the address of the caller. */
export type Push = Readonly<{
  family: string;
  /** Behind the family's path, where the platform cannot send credentials any other way. */
  token: string | undefined;
  authorization: string | undefined;
  contentType: string | undefined;
  from: string;
  body: AsyncIterable<Uint8Array>;
}>;
export type Answer = Readonly<{ status: number; body: unknown }>;

/** A message without pictures; one with pictures is read to its end, and they are passed over. */
const BODY_MAX_BYTES = 256 * 1024;
const MULTIPART_MAX_BYTES = 16 * 1024 * 1024;
/** Texts of one push; the ones seen have one or two. */
const PARTS_MAX = 16;

/** Faults that the sender is told of: all else would come again for ever, and lies in the dead letters. */
const STATUS: Readonly<Partial<Record<BadReason, number>>> = { signature: 401, 'xml-dtd': 400 };
const UNAUTHORIZED: Answer = { status: 401, body: { error: 'the secret of this path' } };

export type PushPorts = Readonly<{
  desk: VendorDesk;
  /** All families; those that say how they are pushed have a path of their own. */
  codecs: readonly Codec[];
  /** What a platform and we share, by family. */
  secret: (family: string) => string | undefined;
}>;

/** HTTP pushes of platforms and devices: answered when what they said is durable. */
export class VendorPushes {
  readonly #ports: PushPorts;
  readonly #families: ReadonlyMap<string, Pushed>;

  constructor(ports: PushPorts) {
    this.#ports = ports;
    const ways = ports.codecs.map(({ family, pushed }) => [family, pushed] as const);
    this.#families = new Map(ways.flatMap(([family, pushed]) => (pushed === undefined ? [] : [[family, pushed]])));
  }

  /** Rejects when the journal took nothing: the platform must send again. */
  async push(push: Push): Promise<Answer> {
    const { family } = push;
    const known = this.#families.get(family);
    if (known === undefined) return { status: 404, body: { error: 'a family that is pushed' } };
    if (known.isSigned !== true && !this.#mayPush(push)) return UNAUTHORIZED;
    const bodies = await bodiesOf(push);
    const faults: BadValue[] = [];
    for (const payload of bodies) {
      const read = await this.#ports.desk.take(family, { topic: known.as, payload });
      faults.push(...read.faults);
    }
    const told = faults.find(({ reason }) => STATUS[reason] !== undefined);
    if (told === undefined) return { status: 200, body: { ok: true } };
    return {
      status: STATUS[told.reason] ?? 200,
      body: { error: told.reason, field: told.field, expected: told.expected },
    };
  }

  /** A platform asks whether the address is ours. */
  verify(family: string, query: Readonly<Record<string, unknown>>): Answer {
    const { echo } = this.#families.get(family) ?? {};
    if (echo === undefined) return { status: 404, body: { error: 'a family whose platform asks first' } };
    const secret = this.#ports.secret(family);
    const answer = secret === undefined ? undefined : echo(query, secret);
    if (answer === undefined) return { status: 401, body: { error: 'signature', expected: 'one made with our token' } };
    return { status: 200, body: answer };
  }

  /** By the path's token or the password of Basic; without a secret in the settings this machine alone may push. */
  #mayPush({ family, token, authorization, from }: Push): boolean {
    const secret = this.#ports.secret(family);
    if (secret === undefined) return isLoopback(from);
    return [token, passwordOf(authorization)].some((said) => said !== undefined && isEqual(secret, said));
  }
}

const isLoopback = (address: string): boolean => isIP(address) !== 0 && /^(?:127\.|::1$|::ffff:127\.)/.test(address);

function isEqual(right: string, said: string): boolean {
  const [a, b] = [Buffer.from(right), Buffer.from(said)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Whatever the name: the password of the path is what counts. */
function passwordOf(authorization: string | undefined): string | undefined {
  const encoded = /^basic\s+([A-Za-z0-9+/=]{1,1000})$/i.exec(authorization ?? '')?.[1];
  return encoded === undefined
    ? undefined
    : Buffer.from(encoded, 'base64')
        .toString('utf8')
        .replace(/^[^:]*:/, '');
}

/** The body as one message, or the text parts of a multipart one; longer ones are cut where they are too large. */
async function bodiesOf({ contentType, body }: Push): Promise<readonly Uint8Array[]> {
  const boundary = boundaryOf(contentType);
  if (boundary === undefined) return [await whole(body)];
  const parser = new MultipartParser(boundary);
  const bodies: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MULTIPART_MAX_BYTES || bodies.length >= PARTS_MAX) continue;
    bodies.push(...parser.push(chunk).flatMap((part) => (part.body.length > 0 ? [part.body] : [])));
  }
  return bodies.length > 0 ? bodies : [new Uint8Array()];
}

/** One byte more than is allowed is enough to be refused as too large; the rest is read and dropped. */
async function whole(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let room = BODY_MAX_BYTES + 1;
  for await (const chunk of body) {
    if (room > 0) chunks.push(chunk.subarray(0, room));
    room -= Math.min(room, chunk.length);
  }
  return Buffer.concat(chunks);
}
