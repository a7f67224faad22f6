import type { BadValue } from '../../gateway/domain/bad-value.ts';
import { badValue } from '../../gateway/domain/bad-value.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import { readXml, type XmlElement } from '../onvif/xml.ts';
import { PAYLOAD_MAX_BYTES, tooLarge } from './payload.ts';

/** An element as a family's schema sees it: its text, or its children by local name; a name that comes twice is a list. */
export type XmlTree = string | { readonly [name: string]: XmlTree | readonly XmlTree[] };

/** GB2312 and GBK are parts of GB18030, and devices that say one of them send another. Source: GB 18030-2022. */
const CHINESE = /^(?:gb[-_]?2312|gbk|gb[-_]?18030|cp936)$/i;
/** The declaration stands at the very start, in letters of ASCII. */
const DECLARED = /^\s*<\?xml\s[^>]{0,100}encoding\s*=\s*["']([\w.-]{1,20})["']/;

/** The children of the root element: `xml-dtd`, `not-xml`, `not-utf8` or `too-large` otherwise. */
export function readXmlBody(payload: Uint8Array): Result<XmlTree, BadValue> {
  if (payload.length > PAYLOAD_MAX_BYTES) return failed(tooLarge(payload.length));
  const text = readDeclared(payload);
  if (text === undefined) {
    const start = Buffer.from(payload.subarray(0, 16)).toString('hex');
    return failed(badValue('not-utf8', '(payload)', `bytes ${start}`, 'text in UTF-8 or GB18030'));
  }
  const root = readXml(mended(text));
  return root.ok ? ok(treeOf(root.value)) : failed({ ...root.error, field: '(document)' });
}

function readDeclared(payload: Uint8Array): string | undefined {
  const start = Buffer.from(payload.subarray(0, 160)).toString('latin1').replace(/^ï»¿/, '');
  const isChinese = CHINESE.test(DECLARED.exec(start)?.[1] ?? '');
  const [first, second] = isChinese ? ['gb18030', 'utf-8'] : ['utf-8', 'gb18030'];
  return decoded(payload, first) ?? decoded(payload, second);
}

function decoded(payload: Uint8Array, encoding = 'utf-8'): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(payload);
  } catch {
    return undefined; // TypeError: bytes that are none of this encoding
  }
}

const BARE_AND = /&(?![a-z]{1,8};|#\d{1,7};|#x[\da-f]{1,6};)/gi;
/** Names that people typed in (`A&B 通道`) are often sent as they are, and texts of a fixed length end in NULs. */
const mended = (text: string): string => text.replaceAll('\0', '').replace(BARE_AND, '&amp;');

function treeOf({ children, text }: XmlElement): XmlTree {
  if (children.length === 0) return text.trim();
  const fields = new Map<string, XmlTree | readonly XmlTree[]>();
  for (const element of children) {
    const tree = treeOf(element);
    const known = fields.get(element.local);
    if (known === undefined) fields.set(element.local, tree);
    else fields.set(element.local, isList(known) ? [...known, tree] : [known, tree]);
  }
  return Object.fromEntries(fields);
}

const isList = (value: XmlTree | readonly XmlTree[]): value is readonly XmlTree[] => Array.isArray(value);
