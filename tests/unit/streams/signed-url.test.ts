import { expect, it } from 'vitest';
import { type StreamGrant, signStreamUrl, verifyStreamUrl } from '../../../streams/signed-url.ts';

const KEY = Buffer.alloc(32, 7);
const NOW = 1_790_000_000_000;
const grant: StreamGrant = { path: '/live/flv', camera: 'cam:1', quality: 'sub', user: '王', expiresAt: NOW + 60_000 };
const url = signStreamUrl(KEY, grant);

it('opens what was signed, until it is too old', () => {
  expect(url).toMatch(/^\/live\/flv\/cam%3A1\/sub\?u=%E7%8E%8B&e=1790000060000&s=[\w-]{43}$/);
  expect(verifyStreamUrl(KEY, url, NOW + 60_000)).toEqual({ ok: true, value: grant });
  expect(verifyStreamUrl(KEY, url, NOW + 60_001)).toMatchObject({ ok: false, error: { reason: 'expired' } });
});

it.each([
  ['another camera', url.replace('cam%3A1', 'cam%3A2')],
  ['another quality', url.replace('/sub?', '/main?')],
  ['another user', url.replace('%E7%8E%8B', 'li')],
  ['a longer life', url.replace('1790000060000', '1790009960000')],
  ['a cut signature', url.slice(0, -1)],
])('opens nothing for %s', (_what, forged) => {
  expect(verifyStreamUrl(KEY, forged, NOW)).toMatchObject({ ok: false, error: { reason: 'signature' } });
});

it('opens nothing under another key', () => {
  expect(verifyStreamUrl(Buffer.alloc(32, 8), url, NOW)).toMatchObject({ error: { reason: 'signature' } });
});

it.each([
  '',
  '/',
  '/live/flv/a/sub',
  '/live/flv/%zz/sub?u=a&e=1&s=x',
  '/live/flv/../sub?u=a&e=1&s=x',
  '/live/hls/a/sub?u=a&e=1&s=x',
  '/live/flv/a/sub?u=a&e=1e3&s=x',
  `/live/flv/a/sub?${'x'.repeat(5000)}`,
])('says what it expected instead of %j', (text) => {
  expect(verifyStreamUrl(KEY, text, NOW)).toMatchObject({ ok: false, error: { reason: 'malformed' } });
});
