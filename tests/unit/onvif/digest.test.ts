import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { answerChallenge, readChallenge } from '../../../adapters/onvif/digest.ts';
import { usernameToken } from '../../../adapters/onvif/username-token.ts';

const LOGIN = { username: 'Mufasa', password: 'Circle Of Life' };
const part = (header: string, name: string) => new RegExp(`${name}="?([^",]+)`).exec(header)?.[1] ?? '';
const md5 = (text: string) => createHash('md5').update(text).digest('hex');

it('answers as RFC 2069 has it where the camera names no qop', () => {
  // the example of RFC 2069, 2.4, with the erratum's response
  const challenge = readChallenge([
    'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
  ]);
  if (challenge === undefined) throw new Error('no challenge');
  const header = answerChallenge(challenge, { username: 'Mufasa', password: 'CircleOfLife' }, 'GET', '/dir/index.html');
  expect(part(header, 'response')).toBe('1949323746fe6a43ef61f9606e7febea');
  expect(header).toContain('opaque="5ccc069c403ebaf9f0171e9517f40e41"');
});

it('prefers SHA-256 of two challenges, and counts its answers in hexadecimal', () => {
  const challenge = readChallenge([
    'Basic realm="x"',
    'Digest qop="auth", realm="IP Camera", nonce="n1", stale="FALSE"',
    'Digest qop="auth,auth-int", realm="IP Camera", nonce="n2", algorithm="SHA-256"',
  ]);
  expect(challenge).toMatchObject({ nonce: 'n2', algorithm: 'SHA-256', hasQop: true });
  if (challenge === undefined) return;
  const counts = Array.from({ length: 16 }, () => part(answerChallenge(challenge, LOGIN, 'POST', '/a'), 'nc'));
  expect([counts[0], counts[9], counts[15]]).toEqual(['00000001', '0000000a', '00000010']);
});

it('answers with qop and a password that is not ASCII', () => {
  const challenge = readChallenge(['Digest realm="摄像机",qop="auth",nonce="n"']);
  if (challenge === undefined) throw new Error('no challenge');
  const login = { username: 'admin', password: '密码' };
  const header = Buffer.from(answerChallenge(challenge, login, 'POST', '/a'), 'latin1').toString('utf8');
  const expected = md5(`${md5('admin:摄像机:密码')}:n:00000001:${part(header, 'cnonce')}:auth:${md5('POST:/a')}`);
  expect(part(header, 'response')).toBe(expected);
});

it('has nothing to say to a challenge that it cannot answer', () => {
  expect(readChallenge(['Basic realm="x"', 'Digest realm="x", nonce="n", algorithm=SHA-512-256'])).toBeUndefined();
});

it('makes a fresh token each time, with the password as a digest on the given clock', () => {
  const at = Date.UTC(2017, 11, 31, 16, 1, 21);
  const [one, two] = [usernameToken({ username: 'a<b', password: '密码' }, at), usernameToken(LOGIN, at)];
  const inside = (text: string, tag: string) =>
    new RegExp(`<ws(?:se|u):${tag}(?: [^>]*)?>([^<]*)<`).exec(text)?.[1] ?? '';
  expect(inside(one, 'Created')).toBe('2017-12-31T16:01:21.000Z');
  const nonce = Buffer.from(inside(one, 'Nonce'), 'base64');
  const digest = createHash('sha1')
    .update(nonce)
    .update('2017-12-31T16:01:21.000Z')
    .update('密码', 'utf8')
    .digest('base64');
  expect(inside(one, 'Password')).toBe(digest);
  expect(inside(one, 'Username')).toBe('a&lt;b');
  expect(inside(two, 'Nonce')).not.toBe(inside(one, 'Nonce'));
  expect(one).not.toContain('密码');
});
