import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { usernameToken } from '../../../adapters/onvif/username-token.ts';
import { DigestAnswers, strongestDigest } from '../../../gateway/domain/http-digest.ts';

const LOGIN = { username: 'Mufasa', password: 'Circle Of Life' };
const part = (header: string, name: string) => new RegExp(`${name}="?([^",]+)`).exec(header)?.[1] ?? '';
const md5 = (text: string) => createHash('md5').update(text).digest('hex');

it('prefers SHA-256 of two challenges, and counts its answers in hexadecimal', () => {
  const challenge = strongestDigest([
    'Basic realm="x"',
    'Digest qop="auth", realm="IP Camera", nonce="n1", stale="FALSE"',
    'Digest qop="auth,auth-int", realm="IP Camera", nonce="n2", algorithm="SHA-256"',
  ]);
  expect(challenge).toMatchObject({ nonce: 'n2', algorithm: 'SHA-256', qop: true });
  if (challenge === undefined) return;
  const answers = new DigestAnswers(LOGIN, challenge, 'c');
  const counts = Array.from({ length: 16 }, () => part(answers.header('POST', '/a'), 'nc'));
  expect([counts[0], counts[9], counts[15]]).toEqual(['00000001', '0000000a', '00000010']);
});

it('answers with qop and a password that is not ASCII', () => {
  const challenge = strongestDigest(['Digest realm="摄像机",qop="auth",nonce="n"']);
  if (challenge === undefined) throw new Error('no challenge');
  const header = new DigestAnswers({ username: 'admin', password: '密码' }, challenge, 'c').header('POST', '/a');
  const expected = md5(`${md5('admin:摄像机:密码')}:n:00000001:c:auth:${md5('POST:/a')}`);
  expect(part(header, 'response')).toBe(expected);
});

it('has nothing to say to a challenge that it cannot answer', () => {
  expect(strongestDigest(['Basic realm="x"', 'Digest realm="x", nonce="n", algorithm=SHA-512-256'])).toBeUndefined();
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
