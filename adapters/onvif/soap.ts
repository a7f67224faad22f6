import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import { type CameraFault, cameraFault } from './camera-fault.ts';
import { child, readWornXml, textAt, type XmlElement } from './xml.ts';

const SOAP = 'http://www.w3.org/2003/05/soap-envelope';
const ADDRESSING = 'http://www.w3.org/2005/08/addressing';

/** A SOAP 1.2 message of header parts and an operation, both XML already. */
export const envelope = (headers: readonly string[], operation: string): string =>
  `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="${SOAP}" xmlns:wsa="${ADDRESSING}">` +
  `<s:Header>${headers.join('')}</s:Header><s:Body>${operation}</s:Body></s:Envelope>`;

/**
 * The Body of a camera's answer. A SOAP fault, of version 1.1 or 1.2, becomes the fault that it means; so does what is
 * no SOAP at all, such as an HTML page.
 */
export function readEnvelope(text: string, status: number): Result<XmlElement, CameraFault> {
  const read = readWornXml(text);
  const body = read.ok && read.value.local === 'Envelope' ? child(read.value, 'Body') : undefined;
  if (body === undefined) return failed(notSoap(status, read.ok ? 'no SOAP envelope' : read.error.reason));
  const fault = child(body, 'Fault');
  if (fault !== undefined) return failed(faultOf(fault, status));
  if (status >= 400) return failed(notSoap(status, 'an answer without a fault'));
  return ok(body);
}

function notSoap(status: number, found: string): CameraFault {
  const text = `HTTP ${status}, ${found}`;
  if (status === 401 || status === 403) return cameraFault('not-authorized', text);
  if (status === 404 || status === 405 || status === 501) return cameraFault('not-supported', text, `http:${status}`);
  return cameraFault('bad-answer', text);
}

/** Source: SOAP 1.2 part 1, 5.4; SOAP 1.1, 4.4; fault codes: ONVIF Core, 5.8.2. */
function faultOf(fault: XmlElement, status: number): CameraFault {
  const codes = [textAt(fault, 'faultcode'), ...codesOf(child(fault, 'Code'))].filter((code) => code !== undefined);
  const words = textAt(fault, 'Reason', 'Text') ?? textAt(fault, 'faultstring') ?? '';
  const said = `${codes.join(' ')} ${words}`;
  const code = codes.at(-1) ?? 'fault';
  const text = `${code} ${words}`.trim();
  if (status === 401 || NOT_AUTHORIZED.test(said)) return cameraFault('not-authorized', text, code);
  if (NOT_SUPPORTED.test(said)) return cameraFault('not-supported', text, code);
  return cameraFault('bad-answer', text, code);
}

const NOT_AUTHORIZED = /not ?authorized|unauthorized|authority failure|failedauthentication|invalidsecurity/i;
const NOT_SUPPORTED = /actionnotsupported|not ?implemented|not supported|noptzprofile|optional action/i;

function codesOf(code: XmlElement | undefined): readonly (string | undefined)[] {
  return code === undefined ? [] : [textAt(code, 'Value'), ...codesOf(child(code, 'Subcode'))];
}
