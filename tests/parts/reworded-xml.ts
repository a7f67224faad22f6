import { escapeXml, namespaceOf, splitName, type XmlElement } from '../../adapters/onvif/xml.ts';

/** From 0 to below 1, repeatable by its seed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const PREFIXES = ['a', 'ns5', 'SOAP-ENV', 'tt', 'x_1', 'wsnt', 'tns1', 'e', 'Q', 'tev'];
const BLANKS = ['', '', '\n', '  ', '\r\n\t'];

type Wording = Readonly<{
  random: () => number;
  prefixes: Map<string, string>;
  /** The namespace that goes without a prefix. */
  plain: string;
  /** All declarations on the root, or each where it is needed. */
  isDeclaredAtRoot: boolean;
}>;

/**
 * The same message in other words: other prefixes, one namespace as the default, declarations elsewhere, attributes in
 * another order and in other quotes, comments, white space, CDATA and character references for texts, and other cases
 * of `PropertyOperation`. Says the same by XML's own rules, or by what cameras were seen to write.
 */
export function reword(root: XmlElement, random: () => number): string {
  const namespaces = [...namespacesBelow(root)];
  const names = [...PREFIXES].sort(() => random() - 0.5);
  const prefixes = new Map(
    namespaces.map((uri, at) => [uri, names[at % names.length] + (at < names.length ? '' : `${at}`)]),
  );
  const elements = [...new Set(elementNamespaces(root))];
  const plain = random() < 0.5 ? (elements[Math.floor(random() * elements.length)] ?? '') : '';
  const wording = { random, prefixes, plain, isDeclaredAtRoot: random() < 0.5 };
  const prolog = random() < 0.5 ? '' : '<?xml version="1.0" encoding="UTF-8"?>\n';
  const worn = random() < 0.1 ? '\u0000' : '';
  return `${prolog}${write(root, wording, true)}${worn}`;
}

function elementNamespaces(element: XmlElement): readonly string[] {
  const own = element.namespace === undefined ? [] : [element.namespace];
  return [...own, ...element.children.flatMap(elementNamespaces)];
}

function namespacesBelow(element: XmlElement): Set<string> {
  const found = new Set<string>();
  for (let at = element.scope; at !== undefined; at = at.outer) for (const uri of at.declared.values()) found.add(uri);
  for (const inner of element.children) for (const uri of namespacesBelow(inner)) found.add(uri);
  return found;
}

function write(element: XmlElement, wording: Wording, isRoot = false): string {
  const { random, prefixes, plain, isDeclaredAtRoot } = wording;
  const name = nameOf(element, wording);
  const text = element.local === 'Topic' ? topicText(element, wording) : element.text;
  const declared = isRoot && isDeclaredAtRoot ? [...prefixes] : neededBy(element, wording);
  const declarations = declared.filter(([uri]) => uri !== plain).map(([uri, prefix]) => `xmlns:${prefix}="${uri}"`);
  const isDefaulted = element.namespace === plain && plain !== '';
  if (isDefaulted) declarations.push(`xmlns="${plain}"`);
  else if (isRoot === false && splitName(name)[0] === '' && plain !== '') declarations.push('xmlns=""');
  const topics = element.local === 'Topic' && plain !== '' ? prefixes.get(plain) : undefined;
  if (topics !== undefined) declarations.push(`xmlns:${topics}="${plain}"`);
  const attributes = [...element.attributes]
    .filter(([key]) => !key.startsWith('xmlns'))
    .map(([key, value]) => attribute(renamed(element, key, wording), cased(key, value, random), random));
  const all = [...new Set([...declarations, ...attributes])].sort(() => random() - 0.5);
  const inner =
    element.children.length === 0
      ? textOf(text, random)
      : element.children.map((one) => blank(random) + write(one, wording)).join('') + blank(random);
  return `<${[name, ...all].join(random() < 0.2 ? '\n ' : ' ')}>${inner}</${name}>`;
}

const nameOf = (element: XmlElement, { prefixes, plain }: Wording): string => {
  if (element.namespace === undefined) return element.name;
  return element.namespace === plain ? element.local : `${prefixes.get(element.namespace)}:${element.local}`;
};

/** An attribute with a prefix always keeps one. */
function renamed(element: XmlElement, key: string, { prefixes, plain }: Wording): string {
  const [prefix, local] = splitName(key);
  const uri = prefix === '' ? undefined : namespaceOf(element.scope, prefix);
  if (uri === undefined || prefix === 'xml' || uri === plain) return prefix === 'xml' ? key : local;
  return `${prefixes.get(uri)}:${local}`;
}

function neededBy(
  element: XmlElement,
  { prefixes, isDeclaredAtRoot }: Wording,
): readonly (readonly [string, string])[] {
  if (isDeclaredAtRoot) return [];
  const keys = [
    element.name,
    ...element.attributes.keys(),
    ...(element.local === 'Topic' ? element.text.trim().split('/') : []),
  ];
  const uris = new Set(keys.flatMap((key) => namespaceOf(element.scope, splitName(key)[0]) ?? []));
  return [...uris].flatMap((uri) => {
    const prefix = prefixes.get(uri);
    return prefix === undefined ? [] : [[uri, prefix] as const];
  });
}

/** A topic's steps are names with prefixes, in a text. */
function topicText(element: XmlElement, { prefixes }: Wording): string {
  const steps = element.text
    .trim()
    .split('/')
    .map((step) => {
      const [prefix, local] = splitName(step);
      const uri = prefix === '' ? undefined : namespaceOf(element.scope, prefix);
      return uri === undefined ? step : `${prefixes.get(uri)}:${local}`;
    });
  return steps.join('/');
}

const cased = (key: string, value: string, random: () => number): string => {
  if (key !== 'PropertyOperation') return value;
  return random() < 0.7 ? value : random() < 0.5 ? value.toLowerCase() : value.toUpperCase();
};

const attribute = (name: string, value: string, random: () => number): string =>
  random() < 0.5 ? `${name}="${escapeXml(value)}"` : `${name} = '${escapeXml(value)}'`;

function textOf(text: string, random: () => number): string {
  if (text.trim() === '') return random() < 0.3 ? '<!-- nothing -->' : '';
  const way = random();
  if (way < 0.25 && !text.includes(']]>')) return `${blank(random)}<![CDATA[${text}]]>`;
  if (way < 0.4) return `<!-- a -->${escapeXml(text)}<!-- b -->`;
  if (way < 0.55) return [...text].map((char) => `&#x${char.codePointAt(0)?.toString(16)};`).join('');
  return blank(random) + escapeXml(text) + blank(random);
}

function blank(random: () => number): string {
  const space = BLANKS[Math.floor(random() * BLANKS.length)] ?? '';
  return random() < 0.1 ? `${space}<!-- x > y -->` : space;
}
