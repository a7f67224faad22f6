import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { DigestAnswers, readDigestChallenge } from '../../../gateway/domain/http-digest.ts';
import { tunnelled } from '../../../streams/rtsp/tunnel.ts';

const LOGIN = { username: 'admin', password: 'behind a proxy' };
const CHALLENGE = 'Digest realm="gate", nonce="n1", qop="auth", algorithm=MD5';
type Head = Readonly<{ method: string; headers: Readonly<Record<string, string>>; socket: Socket }>;

/** A server that takes each connection's head, and what follows it, as `answer` wants. */
async function proxy(answer: (head: Head) => void) {
  const sockets = new Set<Socket>();
  const posted: Buffer[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    let head: Head | undefined;
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      if (head !== undefined) return void posted.push(chunk);
      const [first = '', ...lines] = chunk.toString('latin1').split('\r\n');
      const headers = Object.fromEntries(lines.map((line) => line.split(/: (.*)/, 2).map((one) => one)));
      head = { method: first.split(' ')[0] ?? '', headers, socket };
      const rest = chunk.subarray(chunk.indexOf('\r\n\r\n') + 4);
      if (rest.length > 0) posted.push(rest);
      answer(head);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const way = { address: '127.0.0.1', port, host: 'gate', path: '/live', credentials: LOGIN, allowBasic: false };
  const open = () => tunnelled({ ...way, connectTimeoutMs: 1_000, answerTimeoutMs: 500 }, new AbortController().signal);
  return { open, posted, port };
}

it('signs in at the proxy, gives what came with the head, and sends in base64 under the same cookie', async () => {
  const cookies: (string | undefined)[] = [];
  const { open, posted } = await proxy(({ method, headers, socket }) => {
    cookies.push(headers['x-sessioncookie']);
    const asked = readDigestChallenge(CHALLENGE);
    const said = headers['Authorization'] ?? '';
    const cnonce = /cnonce="([^"]+)"/.exec(said)?.[1] ?? '';
    if (asked === undefined || said === '') {
      socket.end(`HTTP/1.0 401 Unauthorized\r\nWWW-Authenticate: ${CHALLENGE}\r\n\r\n`);
      return;
    }
    const answers = new DigestAnswers(LOGIN, asked, cnonce);
    const [first, second] = [answers.header('GET', '/live'), answers.header('POST', '/live')];
    if (method === 'GET') {
      expect(said).toBe(first);
      socket.write('HTTP/1.0 200 OK\r\nContent-Type: application/x-rtsp-tunnelled\r\n\r\nRTSP/1.0 ');
    } else expect(said).toBe(second);
  });
  const made = await open();
  if (!made.ok) return expect.fail(made.error.text);
  const heard: string[] = [];
  made.value.hear((chunk) => heard.push(chunk.toString()));
  made.value.socket.write('OPTIONS rtsp://gate/live RTSP/1.0\r\n\r\n');
  await expect.poll(() => heard.join('')).toBe('RTSP/1.0 ');
  await expect.poll(() => Buffer.from(Buffer.concat(posted).toString(), 'base64').toString()).toContain('OPTIONS');
  expect(new Set(cookies).size).toBe(1);
  expect(cookies).toHaveLength(3);
  made.value.socket.destroy();
});

it.each([
  ['HTTP/1.0 404 Not Found\r\n\r\n', 'not-found'],
  ['HTTP/1.1 302 Found\r\nLocation: http://203.0.113.9/\r\n\r\n', 'redirected'],
  ['HTTP/1.1 503 Busy\r\n\r\n', 'refused'],
  ['RTSP/1.0 200 OK\r\n\r\n', 'not-rtsp'],
  [`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(40_000)}`, 'too-large'],
  ['', 'timeout'],
  [`HTTP/1.0 401 Unauthorized\r\nWWW-Authenticate: ${CHALLENGE}\r\n\r\n`, 'unauthorised'],
  ['HTTP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic realm="gate"\r\n\r\n', 'basic-refused'],
])('gives %j up as %s', async (answer, reason) => {
  const { open } = await proxy(({ socket }) => void socket.write(answer));
  expect(await open()).toMatchObject({ ok: false, error: { reason } });
});

it('is over for both ways when either is', async () => {
  const ends: Socket[] = [];
  const { open } = await proxy(({ method, socket }) => {
    ends.push(socket);
    if (method === 'GET') socket.write('HTTP/1.0 200 OK\r\n\r\n');
  });
  const made = await open();
  if (!made.ok) return expect.fail(made.error.text);
  const closed = new Promise<void>((resolve) => made.value.socket.once('close', resolve));
  await expect.poll(() => ends.length).toBe(2);
  ends[1]?.destroy();
  await closed;
  await expect.poll(() => ends[0]?.destroyed).toBe(true);
});
