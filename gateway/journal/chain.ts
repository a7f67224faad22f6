import { hash } from 'node:crypto';

/** What an entry's hash vouches for, as it is stored. */
export type ChainedRow = Readonly<{
  seq: number;
  at: number;
  kind: string;
  body: string;
  snapshot: string | null;
  base: number | null;
}>;

/** Stands before the first entry of all. */
export const FIRST_HASH: Buffer = Buffer.alloc(32);

/**
 * SHA-256 over the hash before and everything that the entry says, so that no entry can be changed, left out or put in
 * without all later hashes being other ones. Bodies are JSON on one line: a line break parts the fields beyond doubt.
 * An entry without a base has the hash that it had before there were any.
 */
export const chainHash = (previous: Buffer, { seq, at, kind, body, snapshot, base }: ChainedRow): Buffer =>
  hash(
    'sha256',
    `${previous.toString('hex')}\n${seq}\n${at}\n${kind}\n${body}\n${snapshot ?? ''}${base === null ? '' : `\n${base}`}`,
    'buffer',
  );
