/**
 * Finds where the text of a part ends by what it says: the end tag of its root, the brace that closes it, or the end of
 * the line. Cameras write a boundary before each part and none behind it: who waits for the next one hears of an alarm
 * with the next heartbeat, ten seconds late.
 */
export class BodyEnd {
  #is: 'unknown' | 'xml' | 'json' | 'line' = 'unknown';
  /** What was read of the line or of the XML up to its root's name. */
  #start = '';
  #close = '';
  #last = '';
  #depth = 0;
  #isQuoted = false;
  #isEscaped = false;

  /** How many bytes of this piece belong to the body, when it ends in it. Bytes of ASCII decide, in every encoding used. */
  find(piece: Uint8Array): number | undefined {
    for (let index = 0; index < piece.length; index += 1) {
      if (this.#isEnd(String.fromCharCode(piece[index] ?? 0))) return index + 1;
    }
    return undefined;
  }

  #isEnd(letter: string): boolean {
    switch (this.#is) {
      case 'unknown':
        return this.#begin(letter);
      case 'json':
        return this.#json(letter);
      case 'xml':
        return this.#xml(letter);
      case 'line':
        return this.#line(letter);
      default:
        return this.#is satisfies never;
    }
  }

  #begin(letter: string): boolean {
    if (/\s/.test(letter)) return false;
    this.#is = letter === '{' ? 'json' : letter === '<' || letter > '~' ? 'xml' : 'line'; // a byte order mark is XML's
    return this.#isEnd(letter);
  }

  #json(letter: string): boolean {
    if (this.#isQuoted) {
      const wasEscaped = this.#isEscaped;
      this.#isEscaped = letter === '\\' && !wasEscaped;
      if (letter === '"' && !wasEscaped) this.#isQuoted = false;
      return false;
    }
    if (letter === '"') this.#isQuoted = true;
    else if (letter === '{') this.#depth += 1;
    else if (letter === '}') this.#depth -= 1;
    return letter === '}' && this.#depth <= 0;
  }

  #xml(letter: string): boolean {
    if (this.#close === '') {
      if (this.#start.length < ROOT_WITHIN) this.#start += letter;
      const root = letter === '>' ? ROOT.exec(this.#start)?.[1] : undefined;
      if (root !== undefined) this.#close = `</${root}>`;
      return false;
    }
    this.#last = (this.#last + letter).slice(-this.#close.length);
    return this.#last === this.#close;
  }

  #line(letter: string): boolean {
    if (letter === '{' && /;data=\s*$/.test(this.#start)) {
      this.#is = 'json';
      return this.#json(letter);
    }
    if (this.#start.length < ROOT_WITHIN) this.#start += letter;
    return letter === '\n' && !/;data=\s*$/.test(this.#start);
  }
}

/** The root's tag, behind the declaration. */
const ROOT = /<(?![?!])([\w:.-]{1,100})/;
/** Letters in which a root or the names before the data stand. */
const ROOT_WITHIN = 2_000;
