import { createHash, randomBytes } from 'node:crypto';
import type { Credentials } from '../../gateway/domain/http-digest.ts';
import { escapeXml } from './xml.ts';

const OASIS = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss';

/**
 * The WS-Security header with the password as a digest, `at` in the camera's own clock: most refuse a time that is off.
 * Source: OASIS Web Services Security UsernameToken Profile 1.0, 3.1; the password counts as UTF-8.
 */
export function usernameToken({ username, password }: Credentials, at: number): string {
  const [nonce, created] = [randomBytes(16), new Date(at).toISOString()];
  const digest = createHash('sha1').update(nonce).update(created).update(password, 'utf8').digest('base64');
  return (
    `<wsse:Security s:mustUnderstand="1" xmlns:wsse="${OASIS}-wssecurity-secext-1.0.xsd" xmlns:wsu="${OASIS}-wssecurity-utility-1.0.xsd">` +
    `<wsse:UsernameToken><wsse:Username>${escapeXml(username)}</wsse:Username>` +
    `<wsse:Password Type="${OASIS}-username-token-profile-1.0#PasswordDigest">${digest}</wsse:Password>` +
    `<wsse:Nonce EncodingType="${OASIS}-soap-message-security-1.0#Base64Binary">${nonce.toString('base64')}</wsse:Nonce>` +
    `<wsu:Created>${created}</wsu:Created></wsse:UsernameToken></wsse:Security>`
  );
}
