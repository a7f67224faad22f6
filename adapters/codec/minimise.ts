import { LatelyUsed } from '../../gateway/domain/lately-used.ts';

/**
 * Data minimisation (数据最小化): what names or shows a person is taken out of a message before anything of it is
 * judged or kept, dead letters included. Names are compared in small letters and at any depth.
 */
const PERSONAL = new Set([
  'pic',
  'scene',
  'thumbnail',
  'sub_label',
  'recognized_license_plate',
  'persionname', // a maker's slip, as is the next one
  'persistname',
  'personname',
  'idcard',
  'telnum',
  'phone',
  'license',
]);
const PERSONAL_PARTS = [/image/, /^plate/, /^similarity/];

/** More than any sound message has inside each other; the depth limit is checked later and answers with its own fault. */
const DEPTH_MAX = 64;

/** The same value without its personal fields; the very same object where it had none. `more` are a family's own names. */
export function withoutPersons(value: unknown, more: readonly string[] = []): unknown {
  return strip(value, (name) => isPersonal(name, more), DEPTH_MAX);
}

/** The same for a text that is no JSON, such as one that was cut off: each field's value goes as far as it can be seen. */
export function withoutPersonsInText(text: string, more: readonly string[] = []): string {
  let kept = '';
  let from = 0;
  for (const { 0: field, 1: quote = '', 2: name = '', index } of text.matchAll(FIELD)) {
    if (index < from || !isPersonal(name, more)) continue;
    kept += `${text.slice(from, index + field.length)}${quote}${quote}`;
    from = endOfValue(text, index + field.length, quote);
  }
  return withoutTags(from === 0 ? text : kept + text.slice(from), more);
}

/** The same for what stands in an element of XML. */
const withoutTags = (text: string, more: readonly string[]): string =>
  text.replaceAll(ELEMENT, (whole, tag: string, name: string) => (isPersonal(name, more) ? tag : whole));
const ELEMENT = /(<(?:[\w.-]{1,40}:)?([\w.-]{1,64})(?: [^<>]{0,200})?>)[^<]+/g;

/** A name and its colon; `\"` where the text holds JSON inside a text. */
const FIELD = /(\\*")([^"\\]{1,64})\\*"\s*:\s*/g;

/** Where the value that begins here ends: a string with its quote, a list or object with all in it, else a comma. */
function endOfValue(text: string, start: number, quote: string): number {
  if (text.startsWith(quote, start)) return afterString(text, start + quote.length, quote);
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const letter = text[at] ?? '';
    if (text.startsWith(quote, at)) at = afterString(text, at + quote.length, quote) - 1;
    else if ('{['.includes(letter)) depth++;
    else if ('}]'.includes(letter) && --depth <= 0) return depth < 0 ? at : at + 1;
    else if (letter === ',' && depth === 0) return at;
  }
  return text.length;
}

function afterString(text: string, start: number, quote: string): number {
  const isEscaped = (at: number): boolean =>
    quote === '"' && (/\\*$/.exec(text.slice(start, at))?.[0].length ?? 0) % 2 === 1;
  for (let at = text.indexOf(quote, start); at >= 0; at = text.indexOf(quote, at + 1)) {
    if (!isEscaped(at)) return at + quote.length;
  }
  return text.length;
}

/** The same value with `pseudonym` in place of what stands in the fields `names`, such as the number of a card. */
export function withPseudonyms(value: unknown, names: readonly string[], pseudonym: (text: string) => string): unknown {
  return names.length === 0 ? value : replaced(value, names, pseudonym, DEPTH_MAX);
}

function replaced(
  value: unknown,
  names: readonly string[],
  pseudonym: (text: string) => string,
  depth: number,
): unknown {
  if (typeof value !== 'object' || value === null || depth === 0) return value;
  if (Array.isArray(value)) return value.map((item) => replaced(item, names, pseudonym, depth - 1));
  const fields = Object.entries(value).map(([name, inner]): [string, unknown] => {
    if (!names.includes(name.toLowerCase())) return [name, replaced(inner, names, pseudonym, depth - 1)];
    return [
      name,
      inner === '' || inner === null ? inner : pseudonym(typeof inner === 'string' ? inner : JSON.stringify(inner)),
    ];
  });
  return Object.fromEntries(fields);
}

function isPersonal(name: string, more: readonly string[]): boolean {
  const { plain, isOfAnybody } = verdicts.get(name) ?? verdicts.keep(name, verdictOf(name));
  return isOfAnybody || (more.length > 0 && more.includes(plain));
}

type Verdict = Readonly<{ plain: string; isOfAnybody: boolean }>;
/** Names of fields that were judged lately: devices use the same few hundred in each message. */
const verdicts = new LatelyUsed<Verdict>(4096);

function verdictOf(name: string): Verdict {
  const plain = name.toLowerCase();
  return { plain, isOfAnybody: PERSONAL.has(plain) || PERSONAL_PARTS.some((part) => part.test(plain)) };
}

function strip(value: unknown, isOut: (name: string) => boolean, depth: number): unknown {
  if (typeof value === 'string') return stripText(value, isOut, depth);
  if (typeof value !== 'object' || value === null || depth === 0) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => strip(item, isOut, depth - 1));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  return stripFields(value, isOut, depth);
}

/** Most messages have nothing to take out: a copy is begun at the first field that has. */
function stripFields(value: object, isOut: (name: string) => boolean, depth: number): unknown {
  let kept: Map<string, unknown> | undefined;
  for (const [name, inner] of Object.entries(value)) {
    const clean = isOut(name) ? GONE : strip(inner, isOut, depth - 1);
    if (clean !== inner) kept ??= new Map(Object.entries(value));
    if (clean === GONE) kept?.delete(name);
    else kept?.set(name, clean);
  }
  return kept === undefined ? value : Object.fromEntries(kept);
}
const GONE = Symbol('taken out');

/** A text that is JSON itself, as some firmware sends it. */
function stripText(text: string, isOut: (name: string) => boolean, depth: number): string {
  if (depth === 0 || !/^\s*[{[]/.test(text)) return text;
  try {
    const inner: unknown = JSON.parse(text);
    const kept = strip(inner, isOut, depth - 1);
    return kept === inner ? text : JSON.stringify(kept);
  } catch {
    return text; // no JSON: a text like any other
  }
}
