import {
  type Credentials,
  DigestAnswers,
  type DigestChallenge,
  readDigestChallenge,
  strongestDigest,
} from '../../gateway/domain/http-digest.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import { fault, type StreamFault } from '../fault.ts';

/** What a server asks of us, from one WWW-Authenticate header. */
export type Challenge = Readonly<{ scheme: 'basic' }> | DigestChallenge;

/** Undefined for a scheme or an algorithm that we do not speak. */
export const readChallenge = (header: string): Challenge | undefined =>
  /^\s*basic\b/i.test(header) ? { scheme: 'basic' } : readDigestChallenge(header);

/**
 * The strongest challenge that we may answer: SHA-256, then MD5, then Basic where the operator allows a password in
 * clear. A server that offers Basic beside Digest gets Digest.
 */
export function chooseChallenge(headers: readonly string[], allowBasic: boolean): Result<Challenge, StreamFault> {
  const best = strongestDigest(headers);
  if (best !== undefined) return ok(best);
  const basic = headers.map(readChallenge).find((one) => one?.scheme === 'basic');
  if (basic === undefined) return failed(fault('unauthorised', 'the camera asks for a sign-in that we do not speak'));
  if (allowBasic) return ok(basic);
  return failed(fault('basic-refused', 'the camera wants the password in clear (Basic); set it to Digest'));
}

/** Answers one server's challenge for one connection: the Authorization header of a request. */
export function authorizer(
  credentials: Credentials,
  challenge: Challenge,
  cnonce: string,
): (method: string, uri: string) => string {
  if (challenge.scheme === 'digest') {
    const answers = new DigestAnswers(credentials, challenge, cnonce);
    return (method, uri) => answers.header(method, uri);
  }
  const { username, password } = credentials;
  const basic = `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
  return () => basic;
}
