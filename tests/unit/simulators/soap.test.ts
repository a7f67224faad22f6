import { expect, it } from 'vitest';
import { SoapFault } from '../../../simulators/camera/onvif/fault.ts';
import { readRequest, textAt } from '../../../simulators/camera/onvif/soap.ts';
import { parseDuration, parseMoment } from '../../../simulators/camera/onvif/time.ts';
import { xml } from '../../../simulators/camera/onvif/xml.ts';

const envelope = (body: string): string =>
  `<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body>${body}</e:Body></e:Envelope>`;

it('reads an operation with its namespace, whatever the prefix', () => {
  const { body } = readRequest(
    envelope('<q:Stop xmlns:q="http://www.onvif.org/ver20/ptz/wsdl"><q:Zoom> true </q:Zoom></q:Stop>'),
  );
  expect([body.name, body.uri, textAt(body, 'Zoom')]).toEqual(['Stop', 'http://www.onvif.org/ver20/ptz/wsdl', 'true']);
});

it.each([
  ['a document type', `<!DOCTYPE x [<!ENTITY a "b">]>${envelope('<a/>')}`],
  ['SOAP 1.1', '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><a/></e:Body></e:Envelope>'],
  ['an empty body', envelope('')],
  ['a cut text', envelope('<a/>').slice(0, -3)],
  ['a hundred levels', envelope('<a>'.repeat(100) + '</a>'.repeat(100))],
  ['an undeclared prefix', envelope('<q:a/>')],
])('refuses %s', (_, text) => {
  expect(() => readRequest(text)).toThrow(SoapFault);
});

it('reads lengths and moments of time', () => {
  expect([parseDuration('PT60S'), parseDuration('P1DT1H1M0.5S')]).toEqual([60_000, 90_060_500]);
  expect([parseMoment('PT1S', 5), parseMoment('2026-11-24T00:00:00Z', 5)]).toEqual([1005, Date.UTC(2026, 10, 24)]);
  expect(() => parseDuration('P1Y')).toThrow(SoapFault);
  expect(() => parseMoment('soon', 0)).toThrow(SoapFault);
});

it('escapes what it puts into XML', () => {
  expect(xml`<a b="${'"<&'}">${['x', 'y'].map((text) => xml`<c>${text}</c>`)}</a>`.text).toBe(
    '<a b="&quot;&lt;&amp;"><c>x</c><c>y</c></a>',
  );
});
