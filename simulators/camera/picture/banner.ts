import { hasInk, LETTER_HEIGHT, LETTER_WIDTH } from './font.ts';
import { CODE_SQUARES, frameSquares } from './frame-code.ts';
import type { Block } from './slices.ts';

const BLACK = 16;
const WHITE = 235;
const BLOCK = 16;

/** A picture of one line of writing: samples of brightness, 16 · scale high. */
export type Writing = Readonly<{ width: number; luma: Uint8Array }>;

/**
 * The banner of one stream: two lines, each 16 samples high where the picture is 640 wide and in proportion above.
 * First line: the camera's name, and its clock at the right. Second line: the PTZ position, and the frame code.
 * It keeps what the viewers have been sent, so that a picture carries only what has changed.
 */
export class Banner {
  readonly scale: number;
  readonly columns: number;
  readonly rows: number;
  readonly #width: number;
  readonly #luma: Uint8Array;
  readonly #changed = new Set<number>();
  readonly #texts = new Map<string, string>();
  #squares: readonly boolean[] = [];

  constructor(width: number) {
    this.scale = Math.floor(width / 640);
    this.#width = width;
    this.columns = width / BLOCK;
    this.rows = 2 * this.scale;
    this.#luma = new Uint8Array(width * this.rows * BLOCK).fill(BLACK);
  }

  /** The camera's name: drawn with a font, or as text in the banner's own letters. */
  showName(name: Writing | string): void {
    const room = this.#width - this.#clockWidth - 8 * this.scale;
    if (typeof name === 'string') {
      const letters = Math.floor(room / (2 * this.scale * LETTER_WIDTH));
      this.#write('name', 4 * this.scale, 0, name.slice(0, letters));
    } else {
      this.#draw(0, 0, Math.min(name.width, room), (x, y) => name.luma[y * name.width + x] ?? BLACK);
    }
  }

  showClock(text: string): void {
    this.#write('clock', this.#width - this.#clockWidth, 0, text);
  }

  showPosition(text: string): void {
    this.#write('position', 4 * this.scale, 1, text.padEnd(24));
  }

  /** The blocks of every row for the next picture; a key picture says everything, another one only what is new. */
  nextRows(frame: number, isKey: boolean): readonly (readonly Block[])[] {
    const squares = frameSquares(frame);
    const rows = Array.from({ length: this.rows }, (_, row) =>
      isKey ? this.#keyRow(row, squares) : this.#changedRow(row, squares),
    );
    this.#squares = squares;
    this.#changed.clear();
    return rows;
  }

  get #clockWidth(): number {
    return '2026-11-24 08:00:00'.length * LETTER_WIDTH * 2 * this.scale;
  }

  #write(field: string, left: number, line: number, text: string): void {
    if (this.#texts.get(field) === text) return;
    this.#texts.set(field, text);
    const pixel = 2 * this.scale;
    this.#draw(left, line, text.length * LETTER_WIDTH * pixel, (x, y) => {
      const [column, row] = [Math.floor(x / pixel), Math.floor((y - this.scale) / pixel)];
      const letter = text[Math.floor(column / LETTER_WIDTH)] ?? ' ';
      const isInside = y >= this.scale && row < LETTER_HEIGHT;
      return isInside && hasInk(letter, column % LETTER_WIDTH, row) ? WHITE : BLACK;
    });
  }

  #draw(left: number, line: number, width: number, luma: (x: number, y: number) => number): void {
    const top = line * BLOCK * this.scale;
    for (let y = 0; y < BLOCK * this.scale; y += 1) {
      for (let x = 0; x < width; x += 1) this.#set(left + x, top + y, luma(x, y));
    }
  }

  #set(x: number, y: number, value: number): void {
    const at = y * this.#width + x;
    if (this.#luma[at] === value) return;
    this.#luma[at] = value;
    this.#changed.add(Math.floor(y / BLOCK) * this.columns + Math.floor(x / BLOCK));
  }

  /** Which square of the frame code a block belongs to; undefined outside the code. */
  #squareOf(row: number, column: number): number | undefined {
    if (row < this.scale || column < this.columns / 2) return undefined;
    return Math.floor((column - this.columns / 2) / this.scale);
  }

  #keyRow(row: number, squares: readonly boolean[]): readonly Block[] {
    let edge: number | undefined; // brightness of the right edge so far, where it is one
    return Array.from({ length: this.columns }, (_, column): Block => {
      const square = this.#squareOf(row, column);
      const luma = square === undefined ? this.#samples(row, column) : FLAT[squares[square] ? 1 : 0];
      const isLikeLeft = edge !== undefined && luma.every((sample) => sample === edge);
      if (!isLikeLeft) edge = edgeOf(luma);
      return isLikeLeft ? { kind: 'left' } : { kind: 'samples', luma };
    });
  }

  #changedRow(row: number, squares: readonly boolean[]): readonly Block[] {
    return Array.from({ length: this.columns }, (_, column): Block => {
      const square = this.#squareOf(row, column);
      if (square !== undefined) return this.#changedSquare(square, column, squares[square] ?? false);
      const isChanged = this.#changed.has(row * this.columns + column);
      return isChanged ? { kind: 'samples', luma: this.#samples(row, column) } : { kind: 'same' };
    });
  }

  /** A square that turned is copied from the nearest one that has its colour already: a few bits, not 384 bytes. */
  #changedSquare(square: number, column: number, isWhite: boolean): Block {
    if (this.#squares[square] === isWhite) return { kind: 'same' };
    for (let distance = 1; distance < CODE_SQUARES; distance += 1) {
      for (const from of [square - distance, square + distance]) {
        if (this.#squares[from] === isWhite)
          return { kind: 'moved', fromColumn: column + (from - square) * this.scale };
      }
    }
    return { kind: 'samples', luma: FLAT[isWhite ? 1 : 0] };
  }

  #samples(row: number, column: number): Uint8Array {
    const samples = new Uint8Array(BLOCK * BLOCK);
    for (let y = 0; y < BLOCK; y += 1) {
      const from = (row * BLOCK + y) * this.#width + column * BLOCK;
      samples.set(this.#luma.subarray(from, from + BLOCK), y * BLOCK);
    }
    return samples;
  }
}

const FLAT = [new Uint8Array(BLOCK * BLOCK).fill(BLACK), new Uint8Array(BLOCK * BLOCK).fill(WHITE)] as const;

/** The brightness of a block's right edge, where all of it is the same. */
function edgeOf(luma: Uint8Array): number | undefined {
  const edge = luma[BLOCK - 1];
  for (let y = 1; y < BLOCK; y += 1) if (luma[y * BLOCK + BLOCK - 1] !== edge) return undefined;
  return edge;
}
