import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

/** argon2id with 19 MiB, 2 passes, 1 lane, the package's default. Source: OWASP Password Storage Cheat Sheet. */
export const hashPassword = (password: string): Promise<string> => hash(password);

let hashOfNobody: Promise<string> | undefined;

/** Takes as long for a name that nobody has as for one with a wrong password: the answer's time tells no names. */
export async function matchesPassword(passwordHash: string | undefined, password: string): Promise<boolean> {
  hashOfNobody ??= hash(randomBytes(32));
  const matches = await verify(passwordHash ?? (await hashOfNobody), password);
  return matches && passwordHash !== undefined;
}

/** 120 random bits in 20 characters that can be read aloud from a terminal. */
export const inventPassword = (): string => randomBytes(15).toString('base64url');
