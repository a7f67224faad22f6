import type { Decoded, Inbound, OpenCodec } from '../../../adapters/codec/definition.ts';

/** Reads a message with the first codec whose topic it is; a topic of nobody is a mistake of the test. */
export function readWith(codecs: readonly OpenCodec[], message: Inbound): Decoded {
  for (const codec of codecs) {
    for (const pattern of codec.topics) {
      const captures = pattern.match(message.topic);
      if (captures !== undefined) return codec.read(message, captures);
    }
  }
  throw new Error(`no codec for ${message.topic}`);
}
