/** A point as a server reads it from a line: no code of the product, so that writer and reader can disagree. */
export type ReadPoint = {
  measurement: string;
  tags: Record<string, string>;
  fields: Record<string, string | number | bigint | boolean>;
  atNs: bigint;
};

/**
 * Reads one line of line protocol strictly: measurement, tags, at least one field, a time; anything else is an error.
 * Source: InfluxDB 2.7 line protocol reference.
 */
export function readLine(text: string): ReadPoint {
  const reader = new Reader(text);
  const measurement = reader.word(', ');
  if (measurement === '') throw new Error('no measurement');
  const tags: Record<string, string> = {};
  while (reader.take(',')) {
    const key = reader.word('=');
    reader.expect('=');
    const value = reader.word(', ');
    if (key === '' || value === '' || key in tags) throw new Error(`bad tag ${key}`);
    tags[key] = value;
  }
  reader.expect(' ');
  const fields: ReadPoint['fields'] = {};
  do {
    const key = reader.word('=');
    reader.expect('=');
    if (key === '') throw new Error('field without a name');
    fields[key] = reader.value();
  } while (reader.take(','));
  reader.expect(' ');
  const time = reader.rest();
  if (!/^-?\d{1,19}$/.test(time)) throw new Error(`bad timestamp ${time}`);
  return { measurement, tags, fields, atNs: BigInt(time) };
}

/** Lines of a body; a line break inside a quoted text does not end one. A quote counts among the fields only. */
export function splitLines(body: string): string[] {
  const lines: string[] = [];
  let [line, isInFields, isQuoted] = ['', false, false];
  for (let at = 0; at < body.length; at++) {
    const char = body.charAt(at);
    if (char === '\n' && !isQuoted) {
      lines.push(line);
      [line, isInFields] = ['', false];
      continue;
    }
    line += char === '\\' ? char + body.charAt(++at) : char;
    if (char === ' ') isInFields = true;
    if (char === '"' && isInFields) isQuoted = !isQuoted;
  }
  return [...lines, line].filter((one) => one !== '');
}

class Reader {
  #at = 0;
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }

  take(mark: string): boolean {
    if (this.#text.charAt(this.#at) !== mark) return false;
    this.#at++;
    return true;
  }

  expect(mark: string): void {
    if (!this.take(mark)) throw new Error(`expected '${mark}' at ${this.#at} of ${this.#text}`);
  }

  rest = (): string => this.#text.slice(this.#at);

  /** Up to one of the marks; a backslash before a comma, an equals sign or a space takes its meaning away. */
  word(marks: string): string {
    let word = '';
    for (
      let char = this.#text.charAt(this.#at);
      char !== '' && !marks.includes(char);
      char = this.#text.charAt(this.#at)
    ) {
      const next = this.#text.charAt(this.#at + 1);
      const isEscape = char === '\\' && next !== '' && ',= '.includes(next);
      if (char === '\n') throw new Error('line break outside a text');
      word += isEscape ? next : char;
      this.#at += isEscape ? 2 : 1;
    }
    return word;
  }

  value(): string | number | bigint | boolean {
    if (this.take('"')) return this.#quoted();
    const text = this.word(', ');
    if (/^-?\d+i$/.test(text)) return BigInt(text.slice(0, -1));
    if (/^(t|T|true|True|TRUE)$/.test(text)) return true;
    if (/^(f|F|false|False|FALSE)$/.test(text)) return false;
    if (!/^-?\d+(\.\d*)?([eE][+-]?\d+)?$/.test(text) || !Number.isFinite(Number(text)))
      throw new Error(`bad value ${text}`);
    return Number(text);
  }

  #quoted(): string {
    let text = '';
    for (;;) {
      const char = this.#text.charAt(this.#at++);
      if (char === '') throw new Error('text without an end');
      if (char === '"') return text;
      const next = this.#text.charAt(this.#at);
      const isEscape = char === '\\' && (next === '"' || next === '\\');
      text += isEscape ? next : char;
      if (isEscape) this.#at++;
    }
  }
}
