import { createHash, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Mouth } from './mouth.ts';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const ANSWER_WITHIN_MS = 5_000;
const MANSCDP = 'Content-Type: Application/MANSCDP+xml';

/**
 * A GB/T 28181 device on UDP: registers, with the password where it is asked for one, then tells by MESSAGE, and answers
 * 200 to what it is told. Source: GB/T 28181-2016, 9.1 and 9.4; RFC 3261; RFC 2617 for the digest without qop.
 */
export async function openSip(url: string, device: string, password = ''): Promise<Mouth<string>> {
  const { host, port } = serverOf(url);
  const socket = createSocket('udp4');
  socket.bind(0);
  await once(socket, 'listening');
  const call = randomBytes(8).toString('hex');
  const domain = device.slice(0, 10);
  const uri = `sip:${domain}2000000001@${domain}`;
  let sequence = 0;
  const send = (bytes: Buffer): void => socket.send(bytes, port, host);

  async function ask(method: string, headers: readonly string[], body = ''): Promise<string> {
    sequence += 1;
    const head = [
      ...[
        `${method} ${uri} SIP/2.0`,
        `Via: SIP/2.0/UDP ${socket.address().address}:${socket.address().port};rport;branch=z9hG4bK${call}${sequence}`,
      ],
      ...[
        `From: <sip:${device}@${domain}>;tag=${call}`,
        `To: <${uri}>`,
        `Call-ID: ${call}`,
        `CSeq: ${sequence} ${method}`,
      ],
      ...[...headers, `Content-Length: ${Buffer.byteLength(body)}`],
    ];
    const answered = once(socket, 'answer', { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    send(Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`));
    const [answer] = await answered;
    return String(answer);
  }
  socket.on('message', (bytes) => {
    const text = bytes.toString('latin1');
    if (text.startsWith('SIP/2.0')) socket.emit('answer', text);
    else send(okTo(text));
  });

  async function register(): Promise<void> {
    const first = await ask('REGISTER', ['Expires: 3600']);
    if (first.startsWith('SIP/2.0 200')) return;
    const said = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(first)?.[1] ?? '';
    const secret = md5(`${device}:${said('realm')}:${password}`);
    const response = md5(`${secret}:${said('nonce')}:${md5(`REGISTER:${uri}`)}`);
    const digest = `Digest username="${device}", realm="${said('realm')}", nonce="${said('nonce')}", uri="${uri}", response="${response}"`;
    const answer = await ask('REGISTER', ['Expires: 3600', `Authorization: ${digest}`]);
    if (!answer.startsWith('SIP/2.0 200')) throw new Error(`REGISTER was answered ${answer.split('\r\n', 1)[0]}`);
  }
  // before its first word, so that its record may be registered in between
  let registered: Promise<void> | undefined;
  return {
    say: async (body) => {
      registered ??= register();
      await registered;
      await ask('MESSAGE', [MANSCDP], body);
    },
    close: async () => void socket.close(),
  };
}

/** `sip:host:port`, which is no address to the URL of the browsers. */
function serverOf(url: string): Readonly<{ host: string; port: number }> {
  const [, host, port = '5060'] = /^(?:sip|udp):(?:\/\/)?([^:/]+)(?::(\d+))?/.exec(url) ?? [];
  if (host === undefined) throw new Error(`--to is '${url}', expected sip:127.0.0.1:5060`);
  return { host, port: Number(port) };
}

/** Copies the headers by which an answer is known. */
function okTo(request: string): Buffer {
  const kept = request.split('\r\n').filter((line) => /^(via|from|to|call-id|cseq)\s*:/i.test(line));
  return Buffer.from(`${['SIP/2.0 200 OK', ...kept, 'Content-Length: 0'].join('\r\n')}\r\n\r\n`);
}
