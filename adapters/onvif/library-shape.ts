import type { XmlElement } from './xml.ts';

/** The form in which the library knows an element: text, or attributes in `$`, text in `_`, children as lists by name. */
export type LibraryNode = string | LibraryObject;
type LibraryObject = { [name: string]: LibraryNode[] | string | Record<string, string> };

/**
 * An element as `onvif` 0.8.3 has it from xml2js with its own options: no prefixes, first letter lower unless the
 * second is upper too (`PTZConfiguration` stays), white space dropped beside children, namespace declarations gone.
 */
export function toLibraryShape(element: XmlElement): LibraryNode {
  const attributes = attributesOf(element);
  if (attributes === undefined && element.children.length === 0) return element.text;
  const node: LibraryObject = Object.create(null);
  if (attributes !== undefined) node['$'] = attributes;
  if (/\S/.test(element.text) || element.hasCdata) node['_'] = element.text;
  for (const inner of element.children) {
    const name = libraryName(inner.local);
    const list = node[name];
    if (Array.isArray(list)) list.push(toLibraryShape(inner));
    else node[name] = [toLibraryShape(inner)];
  }
  return node;
}

function attributesOf({ attributes }: XmlElement): Record<string, string> | undefined {
  const own = [...attributes].filter(([name]) => !name.startsWith('xmlns'));
  return own.length === 0 ? undefined : Object.fromEntries(own);
}

function libraryName(local: string): string {
  const second = local.charAt(1);
  return second !== '' && second.toUpperCase() !== second ? local.charAt(0).toLowerCase() + local.slice(1) : local;
}
