import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { toLibraryShape } from '../../../adapters/onvif/library-shape.ts';
import { readEnvelope } from '../../../adapters/onvif/soap.ts';
import { child, escapeXml, readXml, textAt, writeXml } from '../../../adapters/onvif/xml.ts';
import { readRecording } from '../../parts/recorded-camera.ts';

const soap = (body: string) =>
  `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>${body}</s:Body></s:Envelope>`;
const reasonOf = (text: string) => {
  const read = readXml(text);
  return read.ok ? undefined : read.error.reason;
};

it.each([
  ['a document type', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'xml-dtd'],
  ['a document type of an HTML page', '<!DOCTYPE html><html></html>', 'xml-dtd'],
  ['a depth of 65', `${'<a>'.repeat(65)}${'</a>'.repeat(65)}`, 'too-large'],
  ['more than 100,000 elements', `<a>${'<b/>'.repeat(100_000)}</a>`, 'too-large'],
  ['more than 256 attributes', `<a ${Array.from({ length: 257 }, (_, at) => `a${at}=""`).join(' ')}/>`, 'too-large'],
  ['an entity that nobody declared', '<a>&b;</a>', 'not-xml'],
  ['an element that is never closed', '<a><b></a>', 'not-xml'],
  ['nothing', '', 'not-xml'],
])('refuses %s', (_, text, reason) => {
  expect(reasonOf(text)).toBe(reason);
});

it('takes a depth of 64, and a prefix that was never declared', () => {
  expect(reasonOf(`${'<a>'.repeat(64)}${'</a>'.repeat(64)}`)).toBeUndefined();
  const read = readXml('\n<tt:a tt:b="1"><x:c>d</x:c></tt:a>');
  expect(read.ok && textAt(read.value, 'c')).toBe('d');
});

it('answers any text whatever with a result, and throws nothing', () => {
  const pieces = fc.constantFrom(
    '<',
    '>',
    '/',
    'a',
    '&',
    ';',
    '"',
    '=',
    ' ',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<?',
    '?>',
    '\u0000',
  );
  fc.assert(fc.property(fc.array(pieces, { maxLength: 40 }), (some) => typeof readXml(some.join('')).ok === 'boolean'));
});

it('reads back what it escaped, in text and in attributes', () => {
  const printable = fc.string({ unit: 'grapheme' }).filter((text) => !/[\r\n\t]/.test(text));
  fc.assert(
    fc.property(printable, (text) => {
      const read = readXml(`<a b="${escapeXml(text)}">${escapeXml(text)}</a>`);
      expect(read.ok && [read.value.attributes.get('b'), read.value.text]).toEqual([text, text]);
    }),
  );
});

it('writes an element so that it stands alone, with the namespaces that it needs', () => {
  const read = readXml('<o:a xmlns:o="urn:o" xmlns="urn:d"><Id o:k="&lt;1&gt;">x&amp;y</Id></o:a>');
  const id = read.ok ? child(read.value, 'Id') : undefined;
  if (id === undefined) throw new Error('no Id');
  const again = readXml(writeXml(id));
  expect(again.ok && again.value).toMatchObject({ local: 'Id', namespace: 'urn:d', text: 'x&y' });
  expect(again.ok && again.value.attributes.get('o:k')).toBe('<1>');
});

it.each([
  [
    'ter:NotAuthorized in a fault',
    soap(
      '<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:NotAuthorized</s:Value></s:Subcode></s:Code></s:Fault>',
    ),
    400,
    'not-authorized',
    'ter:NotAuthorized',
  ],
  [
    'a nested code',
    soap(
      '<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>ter:Action</s:Value><s:Subcode><s:Value>ter:NoEntity</s:Value></s:Subcode></s:Subcode></s:Code></s:Fault>',
    ),
    500,
    'bad-answer',
    'ter:NoEntity',
  ],
  [
    'a fault of SOAP 1.1',
    soap('<s:Fault><faultcode>s:Client</faultcode><faultstring>Sender not Authorized</faultstring></s:Fault>'),
    500,
    'not-authorized',
    's:Client',
  ],
  [
    'an action that is not there',
    soap(
      '<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>ter:ActionNotSupported</s:Value></s:Subcode></s:Code></s:Fault>',
    ),
    500,
    'not-supported',
    'ter:ActionNotSupported',
  ],
  ['an HTML page in place of SOAP', '<HTML><BODY>404 Not Found</BODY></HTML>', 404, 'not-supported', 'http:404'],
  ['a refusal without SOAP', '', 401, 'not-authorized', undefined],
  ['an error without a fault', soap('<x/>'), 500, 'bad-answer', undefined],
])('understands %s', (_, text, status, reason, code) => {
  expect(readEnvelope(text, status)).toMatchObject({
    ok: false,
    error: code === undefined ? { reason } : { reason, code },
  });
});

/** The library's own parse, the one thing that ours must equal. */
const Parser = z.object({ parseSOAPString: z.function({ input: [z.string(), z.unknown()], output: z.unknown() }) });
const { parseSOAPString } = Parser.parse(createRequire(import.meta.url)('onvif/lib/utils'));

it('hands the library exactly what its own parser would, on every recorded answer', () => {
  const answers = ['cell_motion_camera_20260321', 'hikvision_compatible_20260219'].flatMap(readRecording);
  expect(answers).toHaveLength(1_424);
  for (const { response } of answers) {
    let theirs: unknown;
    parseSOAPString(response, (_: unknown, body: unknown) => {
      theirs = body;
    });
    const body = readEnvelope(response, 200);
    // JSON drops the difference between a plain object and one without a prototype, and nothing else here
    expect(JSON.parse(JSON.stringify([body.ok && toLibraryShape(body.value)]))).toEqual(
      JSON.parse(JSON.stringify(theirs)),
    );
  }
});
