import { createHmac, timingSafeEqual } from 'node:crypto';
import { QUALITIES, type Quality } from '../gateway/domain/camera.ts';
import { DEVICE_ID, type DeviceId } from '../gateway/domain/device.ts';
import { failed, ok, type Result } from '../gateway/domain/result.ts';

/** Ways a stream is watched; each is a path of its own, and an address for one is none for another. */
export const STREAM_PATHS = { wsFlv: '/live/flv' } as const;
export type StreamPath = (typeof STREAM_PATHS)[keyof typeof STREAM_PATHS];

/** Who may watch what, and until when the watching may begin (milliseconds since 1970). */
export type StreamGrant = Readonly<{
  path: StreamPath;
  camera: DeviceId;
  quality: Quality;
  user: string;
  expiresAt: number;
}>;
/** `expired` is worth asking for a new address; the others are not. */
export type SignedUrlFault = Readonly<{ reason: 'malformed' | 'signature' | 'expired'; text: string }>;

/** Long enough to open the stream, too short to be passed on. An open stream is not cut. */
export const STREAM_URL_LIFE_MS = 60_000;

/** Path and query, such as `/live/flv/cam-1/sub?u=wang&e=1790000000000&s=…`; the key is at least 32 random bytes. */
export function signStreamUrl(key: Uint8Array, grant: StreamGrant): string {
  const query = new URLSearchParams({ u: grant.user, e: String(grant.expiresAt), s: signature(key, grant) });
  return `${grant.path}/${encodeURIComponent(grant.camera)}/${grant.quality}?${query}`;
}

export function verifyStreamUrl(key: Uint8Array, url: string, now: number): Result<StreamGrant, SignedUrlFault> {
  const read = readStreamUrl(url);
  if (read === undefined)
    return failed({ reason: 'malformed', text: 'expected /live/flv/{camera}/{quality}?u=…&e=…&s=…' });
  const expected = Buffer.from(signature(key, read.grant));
  const given = Buffer.from(read.signature);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) {
    return failed({ reason: 'signature', text: 'the address was not signed by this gateway' });
  }
  if (read.grant.expiresAt < now) return failed({ reason: 'expired', text: 'the address is too old' });
  return ok(read.grant);
}

/** A JSON array keeps the parts apart: no user name can pretend to be a piece of another part. */
function signature(key: Uint8Array, { path, camera, quality, user, expiresAt }: StreamGrant): string {
  return createHmac('sha256', key)
    .update(JSON.stringify([path, camera, quality, user, expiresAt]))
    .digest('base64url');
}

function readStreamUrl(url: string): { grant: StreamGrant; signature: string } | undefined {
  const parts = /^(\/live\/[a-z-]{1,20})\/([^/?]{1,200})\/([a-z]{1,10})\?([^#]{1,1000})$/.exec(url);
  const path = Object.values(STREAM_PATHS).find((known) => known === parts?.[1]);
  const camera = decode(parts?.[2] ?? '');
  const quality = QUALITIES.find((known) => known === parts?.[3]);
  const query = new URLSearchParams(parts?.[4] ?? '');
  const [user, expires, signed] = [query.get('u'), query.get('e'), query.get('s')];
  if (path === undefined || camera === undefined || quality === undefined) return undefined;
  if (user === null || expires === null || signed === null || !/^\d{1,15}$/.test(expires)) return undefined;
  return { grant: { path, camera, quality, user, expiresAt: Number(expires) }, signature: signed };
}

function decode(text: string): DeviceId | undefined {
  try {
    const camera = decodeURIComponent(text);
    return DEVICE_ID.test(camera) ? camera : undefined;
  } catch {
    return undefined; // a broken percent sign: not an id
  }
}
