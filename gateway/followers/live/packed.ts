import { covers } from '../../domain/scope.ts';
import { type Filter, lets } from './audience.ts';
import type { ScopedNews } from './news.ts';

/**
 * Bytes of whole WebSocket messages, written out once for all who get the same. Socket.IO's own adapter hands a room
 * its bytes in this way; that many messages go as one write is ours: a write costs more than a message.
 */
export type Packed = Readonly<{ compress: false; wsPreEncodedFrame: [Buffer] }>;

/** News that is written out once, however many clients get it and whether they hear of it live or later. */
export class Bulletin {
  readonly news: ScopedNews;
  #json: string | undefined;
  #frame: Buffer | undefined;

  constructor(news: ScopedNews) {
    this.news = news;
  }

  get json(): string {
    this.#json ??= JSON.stringify(saidBy(this.news));
    return this.#json;
  }

  /** As an event of its own. */
  get frame(): Buffer {
    this.#frame ??= frameOf(eventOf(this.news.kind, this.json));
    return this.#frame;
  }
}

function saidBy(news: ScopedNews): unknown {
  if (news.kind === 'change') return news.change();
  return news.kind === 'task' ? news.task : news.device;
}

/** Whether clients with this filter are to hear of it. */
export const concerns = (filter: Filter, news: ScopedNews): boolean =>
  news.kind === 'change' ? lets(filter, news.where) : news.where.some((place) => covers(filter.scope, place));

/** All of it in order, as clients of this kind take it; of a client's seqs none may come after a higher one. */
export function pack(bulletins: readonly Bulletin[], isGathered: boolean): Packed {
  const frames = isGathered ? gatheredFrames(bulletins) : bulletins.map(({ frame }) => frame);
  const [only] = frames;
  const bytes = frames.length === 1 && only !== undefined ? only : Buffer.concat(frames);
  return { compress: false, wsPreEncodedFrame: [bytes] };
}

function gatheredFrames(bulletins: readonly Bulletin[]): Buffer[] {
  const frames: Buffer[] = [];
  let changes: string[] = [];
  const endChanges = (): void => {
    if (changes.length > 0) frames.push(frameOf(eventOf('changes', `[${changes.join(',')}]`)));
    changes = [];
  };
  for (const bulletin of bulletins) {
    if (bulletin.news.kind === 'change') {
      changes.push(bulletin.json);
      continue;
    }
    endChanges();
    frames.push(bulletin.frame);
  }
  endChanges();
  return frames;
}

/** Engine.IO 4: `4` is a message. Socket.IO protocol 5: `2` is an event, then its namespace, name and argument. */
const eventOf = (name: string, json: string): string => `42/live,["${name}",${json}]`;

const FINAL_TEXT = 0x81;
/** A length that needs two bytes more, and one that needs eight. */
const [TWO_BYTES, EIGHT_BYTES] = [126, 127];

/** A text message in one frame, unmasked as a server's are. Source: RFC 6455, 5.2. */
export function frameOf(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const head = length < TWO_BYTES ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = FINAL_TEXT;
  if (head === 2) frame[1] = length;
  else if (head === 4) frame.writeUInt16BE(length, frame.writeUInt8(TWO_BYTES, 1));
  else frame.writeBigUInt64BE(BigInt(length), frame.writeUInt8(EIGHT_BYTES, 1));
  frame.write(text, head);
  return frame;
}
