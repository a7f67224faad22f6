import { createHash } from 'node:crypto';

/** A password in the forms in which it could slip out: plain, in a URL, in JSON, in base64, and as the usual digests. */
const formsOf = (secret: string): readonly string[] => [
  secret,
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(`admin:${secret}`).toString('base64').replace(/=+$/, ''),
  createHash('md5').update(secret).digest('hex'),
  createHash('sha1').update(secret).digest('base64'),
];
/** What only ever stands in credentials: a text that has it repeats a request. */
const MARKS = [/PasswordDigest/, /<(?:\w+:)?Nonce/i, /Authorization['"]?\s*[:=]/i, /Digest username=/i];

/** The one place for the grep: which of the secrets, or of the parts of a credential, a text holds; each with its surroundings. */
export function secretsIn(text: string, secrets: readonly string[]): readonly string[] {
  const around = (at: number): string => text.slice(Math.max(0, at - 60), at + 60);
  const plain = secrets.flatMap(formsOf).flatMap((form) => {
    const at = text.indexOf(form);
    return at === -1 ? [] : [around(at)];
  });
  const marks = MARKS.flatMap((mark) => {
    const at = text.search(mark);
    return at === -1 ? [] : [around(at)];
  });
  return [...plain, ...marks];
}
