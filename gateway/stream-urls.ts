import { signStreamUrl, verifyStreamUrl } from '../streams/signed-url.ts';
import { ok } from './domain/result.ts';
import type { StreamUrls } from './http/ports.ts';

/** Addresses of streams under one key. Under a new key, as after a restart, the old ones open nothing: they live a minute. */
export const streamUrls = (key: Uint8Array): StreamUrls => ({
  sign: ({ username, ...grant }) => signStreamUrl(key, { ...grant, user: username }),
  verify: (url, at) => {
    const verified = verifyStreamUrl(key, url, at);
    if (!verified.ok) return verified;
    const { user, ...grant } = verified.value;
    return ok({ ...grant, username: user });
  },
});
