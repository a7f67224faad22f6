import { envelope, Xml, xml } from './xml.ts';

/** A request that is answered with a SOAP fault. Source: ONVIF Core, "Fault messages"; status as in SOAP 1.2's HTTP binding. */
export class SoapFault extends Error {
  readonly status: 400 | 500;
  readonly subcodes: readonly string[];

  /** `subcodes` from the general to the special, with their prefixes: `ter:InvalidArgVal`, `ter:NoProfile`. */
  constructor(reason: string, subcodes: readonly string[], status: 400 | 500 = 400) {
    super(reason);
    this.subcodes = subcodes;
    this.status = status;
  }

  toEnvelope(): string {
    const code = this.status === 400 ? 'env:Sender' : 'env:Receiver';
    return envelope(xml`<env:Fault>
      <env:Code><env:Value>${code}</env:Value>${nested(this.subcodes)}</env:Code>
      <env:Reason><env:Text xml:lang="en">${this.message}</env:Text></env:Reason>
    </env:Fault>`);
  }
}

const nested = ([first, ...rest]: readonly string[]): Xml =>
  first === undefined ? new Xml('') : xml`<env:Subcode><env:Value>${first}</env:Value>${nested(rest)}</env:Subcode>`;

export const notAuthorized = (): SoapFault => new SoapFault('Sender not authorized', ['ter:NotAuthorized']);
export const unknownOperation = (): SoapFault =>
  new SoapFault('Optional action not implemented', ['ter:ActionNotSupported'], 500);
export const badArgument = (reason: string, special: string): SoapFault =>
  new SoapFault(reason, ['ter:InvalidArgVal', special]);
