import { randomBytes } from 'node:crypto';
import { signStreamUrl, verifyStreamUrl } from '../streams/signed-url.ts';
import { ok } from './domain/result.ts';
import type { StreamUrls } from './http/ports.ts';

const ID_BYTES = 16;

/** Addresses of streams under one key. Under a new key, as after a restart, the old ones open nothing: they live a minute. */
export const streamUrls = (key: Uint8Array): StreamUrls => ({
  sign: ({ username, ...grant }) => {
    const id = randomBytes(ID_BYTES).toString('base64url');
    return signStreamUrl(key, { ...grant, user: username, id });
  },
  verify: (url, at) => {
    const verified = verifyStreamUrl(key, url, at);
    if (!verified.ok) return verified;
    const { user, ...grant } = verified.value;
    return ok({ ...grant, username: user });
  },
});
