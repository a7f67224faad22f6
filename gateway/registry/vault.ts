import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** 132 bits: two cards of a city do not share one. */
const PSEUDONYM_CHARS = 22;
/** What a sealed text begins with, so that a second way of sealing can follow. */
const PREFIX = 'v1:';

/** Keeps the devices' passwords unreadable at rest (AES-256-GCM); the key lies beside the data, mode 0600. */
export type Vault = Readonly<{
  /** `context` binds the text to its owner: sealed for one device, it does not open for another. */
  seal(text: string, context: string): string;
  /** Throws when the text was sealed with another key or for another owner. */
  open(sealed: string, context: string): string;
  /** A keyed pseudonym (HMAC-SHA-256): the same for the same text, and of no use without the key. */
  pseudonym(text: string): string;
}>;

export function openVault(keyFile: string): Vault {
  const key = createSecretKey(readOrMakeKey(keyFile)); // once: from bytes each call would make its own, 13 µs
  const naming = Buffer.from(hkdfSync('sha256', key, '', 'pseudonym', KEY_BYTES));
  return {
    pseudonym: (text) => createHmac('sha256', naming).update(text).digest('base64url').slice(0, PSEUDONYM_CHARS),
    seal(text, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return PREFIX + Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
    },
    open(sealed, context) {
      if (!sealed.startsWith(PREFIX)) throw new Error(`the secret of ${context} was sealed in a way unknown here`);
      const bytes = Buffer.from(sealed.slice(PREFIX.length), 'base64');
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES))
        .setAAD(Buffer.from(context))
        .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
    },
  };
}

function readOrMakeKey(file: string): Buffer {
  try {
    writeFileSync(file, randomBytes(KEY_BYTES), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!isExisting(error)) throw error;
    chmodSync(file, 0o600);
  }
  const key = readFileSync(file);
  if (key.length !== KEY_BYTES)
    throw new Error(`${file} is not a key of ${KEY_BYTES} bytes; restore it from the backup`);
  return key;
}

const isExisting = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EEXIST';
