import { createHash } from 'node:crypto';

/** A file as a request brings it. In JSON it is its hash: that is what an act done twice is known by. */
export class BodyFile {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  toJSON = (): string => createHash('sha256').update(this.bytes).digest('hex');
}
