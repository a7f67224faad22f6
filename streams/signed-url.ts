import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Quality } from '../gateway/domain/camera.ts';
import { DEVICE_ID, type DeviceId } from '../gateway/domain/device.ts';
import { failed, ok, type Result } from '../gateway/domain/result.ts';

/** Ways a stream is watched; each is a path of its own, and an address for one is none for another. */
export const STREAM_PATHS = {
  'ws-flv': '/live/flv',
  'http-flv': '/live/http-flv',
  webrtc: '/live/whep',
  talk: '/live/talk',
  wall: '/live/wall',
} as const;
export type StreamWay = keyof typeof STREAM_PATHS;
/**
 * `sent`: the pictures as the camera sends them; `h264`: decoded and encoded again, for who cannot play what the camera
 * sends; `sound`: what it hears, alone; `with-sound`: pictures and sound as it sends them.
 */
export const STREAM_FORMATS = ['sent', 'h264', 'sound', 'with-sound'] as const;
export type StreamFormat = (typeof STREAM_FORMATS)[number];

/** Who may watch what in which way, and until when the watching may begin (milliseconds since 1970). */
export type StreamGrant = Readonly<{
  way: StreamWay;
  camera: DeviceId;
  quality: Quality;
  format: StreamFormat;
  /** A recording of this recorder's in place of what is there now; times in milliseconds since 1970. */
  replay?: Readonly<{ recording: string; from: number; to: number; speed: number }>;
  user: string;
  /** The sign-in that asked, by the hash of its token: when it ends, the address opens nothing any more. */
  session: string;
  expiresAt: number;
  /** No two addresses are the same: what has been opened is known by it. */
  id: string;
}>;
/** `expired` is worth asking for a new address; the others are not. */
export type SignedUrlFault = Readonly<{ reason: 'malformed' | 'signature' | 'expired'; text: string }>;

/**
 * Path and query: `/live/flv/cam-1/sub?u=wang&h=…&e=1790000000000&i=…&s=…`; for a wall `/live/wall?c=cam-1&q=sub&u=…`, which
 * opens the wall's connection and, sent over it, a tile. The key is at least 32 random bytes.
 */
export function signStreamUrl(key: Uint8Array, grant: StreamGrant): string {
  const { way, camera, quality, format, user, session, expiresAt, id } = grant;
  const query = new URLSearchParams(way === 'wall' ? { c: camera, q: quality } : {});
  if (format !== 'sent') query.set('f', format);
  if (grant.replay !== undefined) query.set('r', replayText(grant.replay));
  query.set('u', user);
  query.set('h', session);
  query.set('e', String(expiresAt));
  query.set('i', id);
  query.set('s', signature(key, grant));
  return `${STREAM_PATHS[way]}${way === 'wall' ? '' : `/${encodeURIComponent(camera)}/${quality}`}?${query}`;
}

export function verifyStreamUrl(key: Uint8Array, url: string, now: number): Result<StreamGrant, SignedUrlFault> {
  const read = readStreamUrl(url);
  if (read === undefined)
    return failed({ reason: 'malformed', text: 'expected /live/flv/{camera}/{quality}?u=…&h=…&e=…&i=…&s=…' });
  const expected = Buffer.from(signature(key, read.grant));
  const given = Buffer.from(read.signature);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) {
    return failed({ reason: 'signature', text: 'the address was not signed by this gateway' });
  }
  if (read.grant.expiresAt < now) return failed({ reason: 'expired', text: 'the address is too old' });
  return ok(read.grant);
}

/** A JSON array keeps the parts apart: no user name can pretend to be a piece of another part. */
function signature(key: Uint8Array, grant: StreamGrant): string {
  const { way, camera, quality, format, user, session, expiresAt, id } = grant;
  return createHmac('sha256', key)
    .update(JSON.stringify([way, camera, quality, format, user, session, expiresAt, id, ...replayParts(grant.replay)]))
    .digest('base64url');
}

type GrantedReplay = NonNullable<StreamGrant['replay']>;
const replayParts = (replay: GrantedReplay | undefined): readonly unknown[] =>
  replay === undefined ? [] : [[replay.recording, replay.from, replay.to, replay.speed]];
const replayText = ({ recording, from, to, speed }: GrantedReplay): string => `${from}_${to}_${speed}_${recording}`;

function readReplay(text: string, context: z.RefinementCtx): GrantedReplay {
  const [, from = '', to = '', speed = '', recording = ''] =
    /^(\d{1,15})_(\d{1,15})_([\d.]{1,5})_(.{1,100})$/.exec(text) ?? [];
  if (recording === '') context.addIssue({ code: 'custom', message: 'a recording' });
  return { recording, from: Number(from), to: Number(to), speed: Number(speed) };
}

/** What is signed, as it stands in a query; a longer address is none of ours. */
const Query = z.object({
  c: z.string().regex(DEVICE_ID),
  q: z.enum(['main', 'sub']),
  f: z.enum(STREAM_FORMATS).default('sent'),
  r: z.string().max(200).transform(readReplay).optional(),
  u: z.string().min(1).max(100),
  h: z.string().regex(/^[0-9a-f]{64}$/),
  e: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
  i: z.string().regex(/^[\w-]{22}$/),
  s: z.string().max(100),
});
const URL_MAX_CHARS = 1500;

function readStreamUrl(url: string): { grant: StreamGrant; signature: string } | undefined {
  if (url.length > URL_MAX_CHARS) return undefined;
  const parts = /^(\/live\/[a-z-]{1,20})(?:\/([^/?]{1,200})\/([a-z]{1,10}))?\?([^#]+)$/.exec(url);
  const way = WAYS.find((known) => STREAM_PATHS[known] === parts?.[1]);
  if (parts === null || way === undefined || (way === 'wall') !== (parts[2] === undefined)) return undefined;
  const inPath = way === 'wall' ? {} : { c: decode(parts[2] ?? ''), q: parts[3] };
  const read = Query.safeParse({ ...Object.fromEntries(new URLSearchParams(parts[4])), ...inPath });
  if (!read.success) return undefined;
  const { c: camera, q: quality, f: format, r: replay, u: user, h: session, e: expiresAt, i: id, s } = read.data;
  return {
    grant: { way, camera, quality, format, ...(replay === undefined ? {} : { replay }), user, session, expiresAt, id },
    signature: s,
  };
}

const WAYS: readonly StreamWay[] = ['ws-flv', 'http-flv', 'webrtc', 'talk', 'wall'];

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // a broken percent sign: not an id
  }
}
