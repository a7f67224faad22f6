import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { KEY_BYTES, readKeys, writeKeys } from './vault-keys.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** 132 bits: two cards of a city do not share one. */
const PSEUDONYM_CHARS = 22;
/** What a sealed text begins with, so that a second way of sealing can follow. */
const PREFIX = 'v1:';

/** Keeps the devices' passwords unreadable at rest (AES-256-GCM); the keys lie beside the data, mode 0600. */
export type Vault = Readonly<{
  /** `context` binds the text to its owner: sealed for one device, it does not open for another. */
  seal(text: string, context: string): string;
  /** Throws when the text was sealed with another key or for another owner. */
  open(sealed: string, context: string): string;
  /** A keyed pseudonym (HMAC-SHA-256): the same for the same text, and of no use without the key. Stays when keys turn. */
  pseudonym(text: string): string;
  /** Whether the key is being changed: what was sealed before still opens, by a key that is to go. */
  isTurning(): boolean;
  /** A new key seals from now on (换密钥); the old one still opens. Durable when it returns. */
  turn(): void;
  /** Whether this opens with the new key alone. */
  isNew(sealed: string, context: string): boolean;
  /** The old key is gone for good: what it sealed opens no more. Durable when it returns. */
  forgetOld(): void;
}>;

export function openVault(keyFile: string): Vault {
  let keys = readKeys(keyFile);
  const { naming } = keys;
  // once: from bytes each call would make its own, 13 µs
  let sealing = keys.sealing.map((key) => createSecretKey(key));
  const put = (next: readonly Buffer[]): void => {
    writeKeys(keyFile, { naming, sealing: next });
    keys = { naming, sealing: next };
    sealing = next.map((key) => createSecretKey(key));
  };
  const newest = (): KeyObject => {
    const key = sealing.at(-1);
    if (key === undefined) throw new Error('a vault without a key');
    return key;
  };
  return {
    pseudonym: (text) => createHmac('sha256', naming).update(text).digest('base64url').slice(0, PSEUDONYM_CHARS),
    seal(text, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', newest(), nonce).setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return PREFIX + Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
    },
    open(sealed, context) {
      const [old, ...newer] = sealing;
      for (const key of newer.reverse()) {
        const text = opened(sealed, context, key);
        if (text !== undefined) return text;
      }
      const text = old === undefined ? undefined : opened(sealed, context, old);
      if (text === undefined)
        throw new Error(`the secret of ${context} was sealed with another key, or for another owner`);
      return text;
    },
    isTurning: () => sealing.length > 1,
    turn: () => put([...keys.sealing.slice(-1), randomBytes(KEY_BYTES)]),
    isNew: (sealed, context) => opened(sealed, context, newest()) !== undefined,
    forgetOld: () => put(keys.sealing.slice(-1)),
  };
}

/** Undefined: not by this key, or not for this owner. Throws where it was sealed in a way unknown here. */
function opened(sealed: string, context: string, key: KeyObject): string | undefined {
  if (!sealed.startsWith(PREFIX)) throw new Error(`the secret of ${context} was sealed in a way unknown here`);
  const bytes = Buffer.from(sealed.slice(PREFIX.length), 'base64');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES))
      .setAAD(Buffer.from(context))
      .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return undefined; // the tag does not fit: another key or owner
  }
}
