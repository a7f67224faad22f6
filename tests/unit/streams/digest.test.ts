import { describe, expect, it } from 'vitest';
import { DigestAnswers, digestResponse } from '../../../gateway/domain/http-digest.ts';
import { chooseChallenge, readChallenge } from '../../../streams/rtsp/sign-in.ts';

describe('digest authentication', () => {
  /** RFC 7616, section 3.9.1: the same request under both algorithms. */
  const example = {
    username: 'Mufasa',
    password: 'Circle of Life',
    method: 'GET',
    uri: '/dir/index.html',
    nc: '00000001',
    cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
  };
  const asked = {
    scheme: 'digest',
    realm: 'http-auth@example.org',
    nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
    session: false,
    qop: true,
    stale: false,
  } as const;

  it.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ] as const)('gives the answer of RFC 7616 for %s', (algorithm, response) => {
    expect(digestResponse({ ...example, asked: { ...asked, algorithm } })).toBe(response);
  });

  it('gives the answer of RFC 2069 (as corrected) where no qop is offered', () => {
    const old = { ...asked, realm: 'testrealm@host.com', nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093', qop: false };
    const response = digestResponse({
      ...{ ...example, password: 'CircleOfLife' },
      asked: { ...old, algorithm: 'MD5' },
    });
    expect(response).toBe('1949323746fe6a43ef61f9606e7febea');
  });

  it('counts its requests', () => {
    const answers = new DigestAnswers({ username: 'a', password: 'b' }, { ...asked, algorithm: 'MD5' }, 'c');
    expect(answers.header('OPTIONS', '/')).toContain('nc=00000001');
    expect(answers.header('OPTIONS', '/')).toContain('nc=00000002');
  });

  it('reads quoted commas, escapes, any case, and a list of qop', () => {
    const header =
      'DIGEST realm="a, \\"b\\"", NONCE="n=,1", qop="auth-int, auth", algorithm=sha-256, Stale=TRUE, opaque=""';
    expect(readChallenge(header)).toEqual({
      scheme: 'digest',
      realm: 'a, "b"',
      nonce: 'n=,1',
      opaque: '',
      algorithm: 'SHA-256',
      session: false,
      qop: true,
      stale: true,
    });
  });

  it('takes the strongest that is offered, and Basic only when allowed and alone', () => {
    const [basic, md5] = ['Basic realm="x"', 'Digest realm="x", nonce="1"'];
    const sha = 'Digest realm="x", nonce="2", algorithm=SHA-256';
    expect(chooseChallenge([basic, md5, sha], true)).toMatchObject({ value: { algorithm: 'SHA-256' } });
    expect(chooseChallenge([basic, md5], true)).toMatchObject({ value: { algorithm: 'MD5' } });
    expect(chooseChallenge([basic], true)).toMatchObject({ value: { scheme: 'basic' } });
    expect(chooseChallenge([basic], false)).toMatchObject({ error: { reason: 'basic-refused' } });
    const unknown = 'Digest realm="x", nonce="1", algorithm=SHA-512-256';
    expect(chooseChallenge([unknown, 'Negotiate'], true)).toMatchObject({ error: { reason: 'unauthorised' } });
  });
});
