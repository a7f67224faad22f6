import type { VideoCodec } from './access-unit.ts';
import { FLV_HEADER_BYTES, readTag, type Tag, tagBytes, withStartCodes } from './flv.ts';
import { toAnnexB } from './h264/nal.ts';
import { setsInRecord } from './record-sets.ts';

/** An access unit delimiter behind each picture: a reader then need not wait for the next one to know its end. */
const DELIMITERS: Readonly<Record<VideoCodec, Buffer>> = {
  h264: Buffer.from([0, 0, 0, 1, 0x09, 0xf0]),
  h265: Buffer.from([0, 0, 0, 1, 0x46, 0x01, 0x50]),
};

/** One picture as a byte stream, with its parameter sets where it is a key picture. */
export type PictureIn = Readonly<{
  stream: Buffer;
  codec: VideoCodec;
  isKey: boolean;
  timeMs: number;
  /** When the gateway had it from the camera; undefined while the hub has not said. */
  capturedAt: number | undefined;
}>;

/** Makes what a decoder reads out of whole FLV tags, as the hub hands them out. */
export class TranscodeInput {
  #sets: Buffer = Buffer.alloc(0);
  #epochMs: number | undefined;

  pictures(tags: Buffer): readonly PictureIn[] {
    const found: PictureIn[] = [];
    let at = tags.subarray(0, 3).toString('latin1') === 'FLV' ? FLV_HEADER_BYTES : 0;
    for (let rest = tags.subarray(at); tagBytes(rest) !== undefined; rest = tags.subarray(at)) {
      const tag = readTag(rest);
      at += tag.bytes;
      const picture = this.#take(tag);
      if (picture !== undefined) found.push(picture);
    }
    return found;
  }

  #take(tag: Tag): PictureIn | undefined {
    if (tag.kind === 'clock') this.#epochMs = tag.epochMs;
    else if (tag.kind === 'config') this.#sets = toAnnexB(setsInRecord(tag.codec, tag.content));
    else if (tag.kind !== 'other') return this.#picture(tag);
    return undefined;
  }

  #picture({ kind, codec: name, content, timeMs }: Extract<Tag, { content: Buffer }>): PictureIn {
    const codec = name === 'avc' ? 'h264' : 'h265';
    const nals = withStartCodes(Buffer.from(content));
    const stream = Buffer.concat([...(kind === 'key' ? [this.#sets] : []), nals, DELIMITERS[codec]]);
    return {
      stream,
      codec,
      isKey: kind === 'key',
      timeMs,
      capturedAt: this.#epochMs === undefined ? undefined : this.#epochMs + timeMs,
    };
  }
}
