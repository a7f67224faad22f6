import { NAMESPACES } from './namespaces.ts';

/** A piece of XML that is right as it stands; whatever else is put into one is escaped. */
export class Xml {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Xml | readonly Xml[] | string | number | boolean;

/** XML as a template: texts that are put in are escaped, pieces are not. */
export function xml(strings: TemplateStringsArray, ...parts: readonly Part[]): Xml {
  const written = parts.map((part) => {
    if (part instanceof Xml) return part.text;
    return Array.isArray(part) ? part.map(({ text }: Xml) => text).join('') : escaped(String(part));
  });
  return new Xml(String.raw({ raw: strings.map((text) => text.replaceAll(/\s*\n\s*/g, '')) }, ...written));
}

export const NOTHING = new Xml('');

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (found) => ESCAPES[found] ?? found);

const DECLARATIONS = Object.entries(NAMESPACES)
  .map(([prefix, uri]) => ` xmlns:${prefix}="${uri}"`)
  .join('');

/** A SOAP 1.2 message. */
export const envelope = (body: Xml, header = NOTHING): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<env:Envelope${DECLARATIONS}><env:Header>${header.text}</env:Header>` +
  `<env:Body>${body.text}</env:Body></env:Envelope>`;

/** A moment as xs:dateTime, to the millisecond. */
export const dateTime = (at: number): string => new Date(at).toISOString();

/** An element whose name is known only now; `name` and the attributes' names are ours, never a client's. */
export function tag(name: string, attributes: Readonly<Record<string, string | number | boolean>>, inside: Xml): Xml {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  return new Xml(`<${name}${written.join('')}>${inside.text}</${name}>`);
}
