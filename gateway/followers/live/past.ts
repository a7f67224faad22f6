import type { Journal, Seq } from '../../journal/journal.ts';
import type { Filter } from './audience.ts';
import { newsOf, type Places } from './news.ts';
import { Bulletin, concerns, type Packed, pack } from './packed.ts';

/** Entries of a block; a client is sent what concerns it of one block at a time, some 40 KiB at most. */
const BLOCK = 64;
/** Blocks kept as bulletins, and pieces packed from them: together some 50 MiB at the very worst, while a city comes back. */
const BLOCKS_MAX = 64;
const PIECES_MAX = 1_000;

type Block = { readonly from: Seq; upTo: Seq; readonly bulletins: Bulletin[] };
/** What clients of one filter are sent of a part of the log, undefined where nothing of it concerns them. */
export type Piece = Readonly<{ packed: Packed | undefined; last: Seq }>;

/**
 * What clients have missed. After an outage 2,000 of them want the same entries within seconds: these are read from the
 * journal once, written out once, and packed once for all who have the same filter and cursor.
 */
export class Past {
  readonly #journal: Pick<Journal, 'read'>;
  readonly #places: Places;
  readonly #blocks = new Map<number, Block>();
  readonly #pieces = new Map<string, Piece>();
  #readers = 0;

  constructor(journal: Pick<Journal, 'read'>, places: Places) {
    this.#journal = journal;
    this.#places = places;
  }

  /** One more client reads. With the last one's end all is forgotten. */
  begin(): void {
    this.#readers += 1;
  }

  end(): void {
    this.#readers -= 1;
    if (this.#readers > 0) return;
    this.#blocks.clear();
    this.#pieces.clear();
  }

  /** The next piece after `cursor`, up to `edge` at most. Throws CursorExpired. */
  after(cursor: Seq, edge: Seq, filter: Filter, filterKey: string): Piece {
    const number = Math.floor(cursor / BLOCK);
    const last = Math.min((number + 1) * BLOCK, edge);
    const key = `${cursor}-${last} ${filterKey}`;
    const known = this.#pieces.get(key);
    if (known !== undefined) return known;
    const concerned = this.#block(number, cursor, last).filter(
      ({ news }) => news.seq > cursor && news.seq <= last && concerns(filter, news),
    );
    const packed = concerned.length === 0 ? undefined : pack(concerned, filter.isGathered);
    return keep(this.#pieces, key, { packed, last }, PIECES_MAX);
  }

  /** The block's bulletins, at least those after `cursor` and up to `last`. */
  #block(number: number, cursor: Seq, last: Seq): readonly Bulletin[] {
    const known = this.#blocks.get(number);
    // A block may have been begun by a client that was further on, or when the edge stood lower.
    const block = known !== undefined && known.from <= cursor ? known : { from: cursor, upTo: cursor, bulletins: [] };
    if (block.upTo < last) {
      for (const recorded of this.#journal.read(block.upTo, last - block.upTo)) {
        const news = newsOf(recorded, this.#places);
        if (news !== undefined && news.kind !== 'wall') block.bulletins.push(new Bulletin(news));
      }
      block.upTo = last;
    }
    return keep(this.#blocks, number, block, BLOCKS_MAX).bulletins;
  }
}

/** Keeps what was used last. */
function keep<K, V>(map: Map<K, V>, key: K, value: V, max: number): V {
  map.delete(key);
  map.set(key, value);
  const oldest = map.keys().next();
  if (map.size > max && oldest.done !== true) map.delete(oldest.value);
  return value;
}
