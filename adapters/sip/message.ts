/** A SIP request (RFC 3261, 7). Header names are in small letters; compact ones are written out. */
export type SipRequest = Readonly<{
  method: string;
  uri: string;
  headers: ReadonlyMap<string, readonly string[]>;
  body: Buffer;
}>;

/** Largest message; an alarm has about one kilobyte. */
export const SIP_MAX_BYTES = 16 * 1024;
const HEADERS_MAX = 64;
const BREAK = Buffer.from('\r\n\r\n');
const COMPACT: Readonly<Record<string, string>> = {
  v: 'via',
  f: 'from',
  t: 'to',
  i: 'call-id',
  m: 'contact',
  c: 'content-type',
  l: 'content-length',
};

/** Undefined for what is no request, such as the answer to one of ours or a keep-alive of the connection. */
export function readRequest(bytes: Uint8Array): SipRequest | undefined {
  const whole = Buffer.from(bytes);
  const end = whole.indexOf(BREAK);
  const [start = '', ...lines] = whole
    .subarray(0, end === -1 ? whole.length : end)
    .toString('latin1')
    .split('\r\n');
  const [, method, uri] = /^([A-Z]{1,16}) (\S{1,300}) SIP\/2\.0$/.exec(start) ?? [];
  if (method === undefined || uri === undefined || lines.length > HEADERS_MAX) return undefined;
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const [, name = '', value = ''] = /^([\w-]{1,40})\s*:\s*(.*)$/.exec(line) ?? [];
    const full = COMPACT[name.toLowerCase()] ?? name.toLowerCase();
    headers.set(full, [...(headers.get(full) ?? []), value]);
  }
  const body = end === -1 ? Buffer.alloc(0) : whole.subarray(end + BREAK.length);
  const length = Number(headers.get('content-length')?.[0] ?? body.length);
  return { method, uri, headers, body: Number.isInteger(length) ? body.subarray(0, length) : body };
}

/** How a connection's bytes fall into messages: by Content-Length, as SIP over TCP must have it (RFC 3261, 18.3). */
export function cutSip(held: Buffer): Readonly<{ frame: Buffer | undefined; used: number }> | undefined {
  const end = held.indexOf(BREAK);
  if (end === -1) return undefined;
  if (end === 0) return { frame: undefined, used: BREAK.length }; // a keep-alive
  const head = held.subarray(0, end).toString('latin1');
  const length = Number(/^(?:content-length|l)\s*:\s*(\d{1,5})\s*$/im.exec(head)?.[1] ?? 0);
  const size = end + BREAK.length + length;
  return held.length < size ? undefined : { frame: held.subarray(0, size), used: size };
}

/** The 20 digits in `<sip:36090200001320000101@3609020000>;tag=…`. */
export const userOf = (address: string | undefined): string =>
  /sips?:([^@;>\s]{1,64})@/i.exec(address ?? '')?.[1] ?? '';

const COPIED = ['via', 'from', 'to', 'call-id', 'cseq'];
/** Letters that could begin another header. */
const safe = (value: string): string => value.replaceAll(/[\r\n]/g, ' ');

export function writeResponse(
  request: SipRequest,
  status: string,
  more: Readonly<Record<string, string>> = {},
): Buffer {
  const copied = COPIED.flatMap((name) => (request.headers.get(name) ?? []).map((value) => [name, value] as const));
  const tagged = copied.map(([name, value]) => [
    name,
    name === 'to' && !/;tag=/i.test(value) ? `${value};tag=fengsui` : value,
  ]);
  return writeMessage(`SIP/2.0 ${status}`, [...tagged, ...Object.entries(more)], Buffer.alloc(0));
}

export function writeMessage(start: string, headers: readonly (readonly string[])[], body: Uint8Array): Buffer {
  const lines = headers.map(([name = '', value = '']) => `${name}: ${safe(value)}`);
  const head = [start, ...lines, `content-length: ${body.length}`].join('\r\n');
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`, 'latin1'), body]);
}
