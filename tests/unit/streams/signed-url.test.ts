import { describe, expect, it } from 'vitest';
import { type StreamGrant, signStreamUrl, verifyStreamUrl } from '../../../streams/signed-url.ts';

const KEY = Buffer.alloc(32, 7);
const NOW = 1_790_000_000_000;
const SESSION = 'ab'.repeat(32);
const grant: StreamGrant = {
  ...({ way: 'ws-flv', camera: 'cam:1', quality: 'sub', format: 'sent' } as const),
  ...{ user: '王', session: SESSION, expiresAt: NOW + 60_000, id: 'iiiiiiiiiiiiiiiiiiiiii' },
};
const url = signStreamUrl(KEY, grant);

it('opens what was signed, until it is too old', () => {
  expect(url).toMatch(/^\/live\/flv\/cam%3A1\/sub\?u=%E7%8E%8B&h=(ab){32}&e=1790000060000&i=i{22}&s=[\w-]{43}$/);
  expect(verifyStreamUrl(KEY, url, NOW + 60_000)).toEqual({ ok: true, value: grant });
  expect(verifyStreamUrl(KEY, url, NOW + 60_001)).toMatchObject({ ok: false, error: { reason: 'expired' } });
});

describe('each way and format', () => {
  for (const way of ['ws-flv', 'http-flv', 'wall'] as const) {
    for (const format of ['sent', 'h264'] as const) {
      it(`has an address of its own: ${way}, ${format}`, () => {
        const one = { ...grant, way, format };
        expect(verifyStreamUrl(KEY, signStreamUrl(KEY, one), NOW)).toEqual({ ok: true, value: one });
      });
    }
  }

  it('opens a wall at one path, whatever the camera', () => {
    expect(signStreamUrl(KEY, { ...grant, way: 'wall' }).split('?')[0]).toBe('/live/wall');
  });
});

it('carries a recording, its range and speed, and nobody changes them', () => {
  const replay = { recording: '录像 1/2', from: NOW - 60_000, to: NOW, speed: 2 };
  const signed = signStreamUrl(KEY, { ...grant, replay });
  expect(verifyStreamUrl(KEY, signed, NOW)).toEqual({ ok: true, value: { ...grant, replay } });
  const earlier = signed.replace(String(replay.from), String(replay.from - 1));
  expect(verifyStreamUrl(KEY, earlier, NOW)).toMatchObject({ error: { reason: 'signature' } });
  expect(verifyStreamUrl(KEY, signed.replace(/r=[^&]*&/, ''), NOW)).toMatchObject({ error: { reason: 'signature' } });
  expect(verifyStreamUrl(KEY, signed.replace(/r=[^&]*/, 'r=x'), NOW)).toMatchObject({
    error: { reason: 'malformed' },
  });
});

it.each([
  ['another camera', url.replace('cam%3A1', 'cam%3A2')],
  ['another quality', url.replace('/sub?', '/main?')],
  ['another way', url.replace('/live/flv', '/live/http-flv')],
  ['another format', `${url}&f=h264`],
  ['another user', url.replace('%E7%8E%8B', 'li')],
  ['another sign-in', url.replace(SESSION, 'cd'.repeat(32))],
  ['a longer life', url.replace('1790000060000', '1790009960000')],
  ['another address', url.replace('&i=ii', '&i=ij')],
  ['a cut signature', url.slice(0, -1)],
])('opens nothing for %s', (_what, forged) => {
  expect(verifyStreamUrl(KEY, forged, NOW)).toMatchObject({ ok: false, error: { reason: 'signature' } });
});

it('opens nothing under another key', () => {
  expect(verifyStreamUrl(Buffer.alloc(32, 8), url, NOW)).toMatchObject({ error: { reason: 'signature' } });
});

const rest = `u=a&h=${SESSION}&e=1&i=${'i'.repeat(22)}&s=x`;
it.each([
  '',
  '/',
  '/live/flv/a/sub',
  '/live/wall',
  `/live/wall?${rest}`,
  `/live/wall/a/sub?${rest}`,
  `/live/flv?c=a&q=sub&${rest}`,
  `/live/flv/%zz/sub?${rest}`,
  `/live/flv/../sub?${rest}`,
  `/live/hls/a/sub?${rest}`,
  `/live/flv/a/sub?${rest.replace('e=1', 'e=1e3')}`,
  `/live/flv/a/sub?${rest.replace(SESSION, 'ab')}`,
  `/live/flv/a/sub?${rest.replace('i=ii', 'i=i')}`,
  `/live/flv/a/sub?${'x'.repeat(5000)}`,
])('says what it expected instead of %j', (text) => {
  expect(verifyStreamUrl(KEY, text, NOW)).toMatchObject({ ok: false, error: { reason: 'malformed' } });
});
