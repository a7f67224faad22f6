import { type SaxesAttributePlain, SaxesParser, type SaxesTagPlain } from 'saxes';
import { type BadValue, badValue } from '../../gateway/domain/bad-value.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';

/** Bounds on what a camera may make us build; 64 and 100,000 are ten times what any recorded camera sent. */
const DEPTH_MAX = 64;
const ELEMENTS_MAX = 100_000;
const ATTRIBUTES_MAX = 256;

/** Namespace declarations in force at an element; an element without its own shares its parent's. */
export type Scope = Readonly<{ outer: Scope | undefined; declared: ReadonlyMap<string, string> }>;

export type XmlElement = Readonly<{
  /** As written, prefix included. */
  name: string;
  local: string;
  /** Undefined where the prefix was never declared: cameras forget to, and are read all the same. */
  namespace: string | undefined;
  attributes: ReadonlyMap<string, string>;
  children: readonly XmlElement[];
  /** All character data directly inside, joined. */
  text: string;
  /** Whether any of the text came as CDATA. */
  hasCdata: boolean;
  scope: Scope | undefined;
}>;

type Growing = { -readonly [Key in keyof XmlElement]: XmlElement[Key] } & { children: XmlElement[] };

/** Thrown and caught in this file only: a SAX handler has no other way to stop its parser. */
class Refused extends Error {
  readonly fault: BadValue;
  constructor(fault: BadValue) {
    super(fault.reason);
    this.fault = fault;
  }
}

/** The URI that a prefix (`''`: none) stands for at this place. */
export function namespaceOf(scope: Scope | undefined, prefix: string): string | undefined {
  for (let at = scope; at !== undefined; at = at.outer) {
    const uri = at.declared.get(prefix);
    if (uri !== undefined) return uri;
  }
  return undefined;
}

/**
 * The root element of a camera's answer. Refuses a DOCTYPE (`xml-dtd`), what exceeds the bounds above (`too-large`)
 * and what is not well-formed (`not-xml`); an undeclared prefix is tolerated.
 */
export function readXml(text: string): Result<XmlElement, BadValue> {
  try {
    return ok(parse(text.trimStart()));
  } catch (error) {
    if (error instanceof Refused) return failed(error.fault);
    return failed(badValue('not-xml', 'body', text, 'well-formed XML'));
  }
}

/**
 * As `readXml`, for an answer of a camera: what stands around the message (NULs, a multipart frame, a second
 * prolog), control characters and a bare `&` are taken out of one that cannot be read as it came.
 */
export function readWornXml(text: string): Result<XmlElement, BadValue> {
  const read = readXml(text);
  if (read.ok || read.error.reason !== 'not-xml') return read;
  const mended = mend(text);
  return mended === text ? read : readXml(mended);
}

/** Where a message begins. */
const START = /<(?:\?xml\s|(?:[\w.-]{1,40}:)?Envelope[\s>])/;
const CONTROL = /(?![\t\n\r])[\p{Cc}\ufffe\uffff]/gu;
const BARE_AND = /&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-f]{1,6});)/gi;

function mend(text: string): string {
  const from = text.search(START);
  const end = /<\/(?:[\w.-]{1,40}:)?Envelope\s{0,16}>/.exec(text);
  if (from === -1 || end === null) return text;
  const message = text.slice(from, end.index + end[0].length);
  return message.replace(CONTROL, '').replace(BARE_AND, '&amp;');
}

function parse(text: string): XmlElement {
  const tree = new Tree();
  const parser = new SaxesParser({ xmlns: false, position: false });
  let attributes = 0;
  parser.on('doctype', () => {
    throw new Refused(badValue('xml-dtd', 'body', '<!DOCTYPE', 'XML without a document type'));
  });
  parser.on('opentagstart', () => {
    attributes = 0;
  });
  parser.on('attribute', (_: SaxesAttributePlain) => {
    attributes += 1;
    if (attributes > ATTRIBUTES_MAX) throw tooLarge('attributes of one element', ATTRIBUTES_MAX);
  });
  parser.on('opentag', (tag) => tree.open(tag));
  parser.on('closetag', () => tree.close());
  parser.on('text', (piece) => tree.append(piece, false));
  parser.on('cdata', (piece) => tree.append(piece, true));
  parser.write(text).close();
  return tree.root();
}

const tooLarge = (what: string, most: number): Refused =>
  new Refused(badValue('too-large', 'body', what, `at most ${most} ${what}`));

class Tree {
  readonly #open: Growing[] = [];
  #root: XmlElement | undefined;
  #elements = 0;

  open(tag: SaxesTagPlain): void {
    this.#elements += 1;
    if (this.#elements > ELEMENTS_MAX) throw tooLarge('elements', ELEMENTS_MAX);
    if (this.#open.length >= DEPTH_MAX) throw tooLarge('levels', DEPTH_MAX);
    const parent = this.#open.at(-1);
    const element = growing(tag, parent?.scope);
    this.#root ??= element;
    parent?.children.push(element);
    this.#open.push(element);
  }

  close(): void {
    this.#open.pop();
  }

  append(piece: string, isCdata: boolean): void {
    const at = this.#open.at(-1);
    if (at === undefined) return;
    at.text += piece;
    at.hasCdata ||= isCdata;
  }

  root(): XmlElement {
    if (this.#root === undefined) throw new Refused(badValue('not-xml', 'body', '', 'an XML element'));
    return this.#root;
  }
}

function growing(tag: SaxesTagPlain, outer: Scope | undefined): Growing {
  const attributes = new Map(Object.entries(tag.attributes));
  const scope = scopeOf(attributes, outer);
  const [prefix, local] = splitName(tag.name);
  const namespace = namespaceOf(scope, prefix);
  return { name: tag.name, local, namespace, attributes, children: [], text: '', hasCdata: false, scope };
}

/** `tt:Message` is `['tt', 'Message']`; a name without a prefix has the empty one. */
export function splitName(name: string): readonly [prefix: string, local: string] {
  const colon = name.lastIndexOf(':');
  return [name.slice(0, Math.max(colon, 0)), name.slice(colon + 1)];
}

function scopeOf(attributes: ReadonlyMap<string, string>, outer: Scope | undefined): Scope | undefined {
  const declared = new Map<string, string>();
  for (const [name, value] of attributes) {
    if (name === 'xmlns') declared.set('', value);
    else if (name.startsWith('xmlns:')) declared.set(name.slice('xmlns:'.length), value);
  }
  return declared.size === 0 ? outer : { outer, declared };
}

/** The first child of this local name: cameras differ in prefixes and, some, in namespaces too. */
export const child = (element: XmlElement | undefined, local: string): XmlElement | undefined =>
  element?.children.find((inner) => inner.local === local);

/** All children of this local name. */
export const childrenOf = (element: XmlElement | undefined, local: string): readonly XmlElement[] =>
  element?.children.filter((inner) => inner.local === local) ?? [];

/** The trimmed text of the element at the end of a path of local names; undefined where there is none. */
export function textAt(element: XmlElement | undefined, ...path: readonly string[]): string | undefined {
  const text = path.reduce(child, element)?.text.trim();
  return text === '' ? undefined : text;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};
/** Text that may stand in an element or an attribute. */
export const escapeXml = (text: string): string => text.replace(/[&<>"']/g, (found) => ESCAPES[found] ?? found);

/** The element as XML that stands alone, with `extra` attributes on it: for what a camera wants back unread. */
export function writeXml(element: XmlElement, extra = ''): string {
  const own = [...element.attributes].filter(([name]) => name !== 'xmlns' && !name.startsWith('xmlns:'));
  const written = [...declarationsOf(element), ...own].map(([name, value]) => ` ${name}="${escapeXml(value)}"`);
  const inner = element.children.map((one) => writeXml(one)).join('');
  const text = inner === '' ? escapeXml(element.text) : '';
  return `<${element.name}${written.join('')}${extra}>${text}${inner}</${element.name}>`;
}

function declarationsOf({ name, attributes, scope }: XmlElement): readonly (readonly [string, string])[] {
  const prefixes = new Set(
    [name, ...[...attributes.keys()].filter((key) => key.includes(':'))].map((key) => splitName(key)[0]),
  );
  return [...prefixes].flatMap((prefix) => {
    const uri = namespaceOf(scope, prefix);
    if (uri === undefined || prefix === 'xmlns' || prefix === 'xml') return [];
    return [[prefix === '' ? 'xmlns' : `xmlns:${prefix}`, uri] as const];
  });
}
