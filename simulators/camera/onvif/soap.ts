import { SaxesParser } from 'saxes';
import { SoapFault } from './fault.ts';
import { NAMESPACES } from './namespaces.ts';

/** An element of a request. `uri` is its namespace. */
export type Element = Readonly<{
  uri: string;
  name: string;
  attributes: ReadonlyMap<string, string>;
  children: readonly Element[];
  text: string;
}>;
type Growing = Element & { children: Element[]; text: string };

/** Deeper than any request of ONVIF; what is deeper is an attack. */
const DEPTH_MAX = 64;

/** A SOAP 1.2 request: its header's elements and the one element of its body. Throws a SoapFault for anything else. */
export function readRequest(text: string): { header: readonly Element[]; body: Element } {
  const root = readXml(text);
  if (root.name !== 'Envelope' || root.uri !== NAMESPACES.env) {
    throw new SoapFault('Not a SOAP 1.2 envelope', ['ter:WellFormed']);
  }
  const body = child(root, 'Body')?.children[0];
  if (body === undefined) throw new SoapFault('The body is empty', ['ter:WellFormed']);
  return { header: child(root, 'Header')?.children ?? [], body };
}

/** The root of a document. Throws a SoapFault for what is not well-formed. */
export function readXml(text: string): Element {
  const parser = new SaxesParser({ xmlns: true });
  const open: Growing[] = [{ uri: '', name: '', attributes: new Map(), children: [], text: '' }];
  parser.on('doctype', () => {
    throw notWellFormed('a document type is refused');
  });
  parser.on('error', (error) => {
    throw notWellFormed(error.message);
  });
  parser.on('opentag', (tag) => {
    if (open.length > DEPTH_MAX) throw notWellFormed('nested too deep');
    const attributes = new Map(Object.values(tag.attributes).map(({ local, value }) => [local, value]));
    const element: Growing = { uri: tag.uri, name: tag.local, attributes, children: [], text: '' };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  const addText = (more: string): void => {
    const element = open.at(-1);
    if (element !== undefined) element.text += more;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => void open.pop());
  parser.write(text).close();
  const root = open[0]?.children[0];
  if (root === undefined) throw notWellFormed('no element');
  return root;
}

const notWellFormed = (why: string): SoapFault => new SoapFault(`Not well-formed: ${why}`, ['ter:WellFormed']);

/** The first child of that local name, in whatever namespace it stands: only the operation itself is told by namespace. */
export const child = (element: Element, name: string): Element | undefined =>
  element.children.find((found) => found.name === name);

/** The text at a path of local names, without the white space around it; undefined where there is none. */
export function textAt(element: Element, ...path: readonly string[]): string | undefined {
  let found: Element | undefined = element;
  for (const name of path) found = found && child(found, name);
  return found?.text.trim();
}
