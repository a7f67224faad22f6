import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type SimulatedCamera, startCamera } from '../../../simulators/camera/camera.ts';

let camera: SimulatedCamera;
beforeAll(async () => {
  camera = await startCamera({ id: 'cam', name: 'CAM 1', username: 'operator', password: 'p', rtspOnly: true });
});
afterAll(() => camera.stop());

type Answer = Readonly<{ status: number; text: string }>;
type Packet = Readonly<{ channel: number; bytes: Buffer }>;
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** A client that says exactly what a test wants said, and keeps the packets that come between the answers. */
class Conversation {
  readonly packets: Packet[] = [];
  readonly url = camera.rtspUrl('sub');
  readonly #socket: Socket = connect(Number(new URL(this.url).port), '127.0.0.1');
  readonly #answers: Answer[] = [];
  #rest: Buffer = Buffer.alloc(0);
  #sent = 0;
  #authorization: (method: string, uri: string) => string = () => '';

  constructor() {
    this.#socket.on('data', (chunk) => {
      this.#rest = Buffer.concat([this.#rest, chunk]);
      while (this.#take());
    });
  }

  async ask(method: string, uri: string, headers: readonly string[] = []): Promise<Answer> {
    const signed = this.#authorization(method, uri);
    this.#sent += 1;
    const lines = [`${method} ${uri} RTSP/1.0`, `CSeq: ${this.#sent}`, ...(signed === '' ? [] : [signed]), ...headers];
    this.#socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    return vi.waitUntil(() => this.#answers.shift(), { timeout: 5000, interval: 5 });
  }

  /** DESCRIBE, refused and then signed. */
  async signIn(): Promise<Answer> {
    const { text } = await this.ask('DESCRIBE', this.url);
    const [realm, nonce] = ['realm', 'nonce'].map((name) => new RegExp(`${name}="([^"]*)"`).exec(text)?.[1]);
    this.#authorization = (method, uri) => {
      const response = md5(`${md5(`operator:${realm}:p`)}:${nonce}:00000001:c:auth:${md5(`${method}:${uri}`)}`);
      return `Authorization: Digest username="operator", realm="${realm}", nonce="${nonce}", uri="${uri}", qop=auth, nc=00000001, cnonce="c", response="${response}"`;
    };
    return this.ask('DESCRIBE', this.url);
  }

  /** Sets up the track on these channels and answers the header that names the session. */
  async setUp(channels: string): Promise<string> {
    const transport = `Transport: RTP/AVP/TCP;unicast;interleaved=${channels}`;
    const { text } = await this.ask('SETUP', `${this.url}/track1`, [transport]);
    return `Session: ${/Session: ([0-9a-f]+)/.exec(text)?.[1]}`;
  }

  async hangUp(): Promise<void> {
    this.#socket.destroy();
    await once(this.#socket, 'close');
  }

  #take(): boolean {
    if (this.#rest[0] === 0x24) {
      const end = this.#rest.length < 4 ? Number.POSITIVE_INFINITY : 4 + this.#rest.readUInt16BE(2);
      if (this.#rest.length < end) return false;
      this.packets.push({ channel: this.#rest[1] ?? -1, bytes: this.#rest.subarray(4, end) });
      this.#rest = this.#rest.subarray(end);
      return true;
    }
    const head = this.#rest.indexOf('\r\n\r\n');
    if (head < 0) return false;
    const length = Number(/Content-Length: (\d+)/.exec(this.#rest.toString('utf8', 0, head))?.[1] ?? 0);
    if (this.#rest.length < head + 4 + length) return false;
    const text = this.#rest.toString('utf8', 0, head + 4 + length);
    this.#answers.push({ status: Number(text.slice(9, 12)), text });
    this.#rest = this.#rest.subarray(head + 4 + length);
    return true;
  }
}

it('plays on the channels that were asked for, a key picture first, and stops at TEARDOWN', async ({
  onTestFinished,
}) => {
  const talk = new Conversation();
  onTestFinished(() => talk.hangUp());
  expect((await talk.signIn()).text).toMatch(/a=rtpmap:96 H264\/90000[\s\S]*sprop-parameter-sets=Z[\w+/=]+,a[\w+/=]+/);
  const session = await talk.setUp('6-7');
  expect((await talk.ask('PLAY', talk.url, [session])).text).toMatch(/RTP-Info: url=.*;seq=\d+;rtptime=\d+/);
  await vi.waitFor(() => expect(talk.packets.length).toBeGreaterThan(60), 5000);
  const rtp = talk.packets.filter(({ channel }) => channel === 6).map(({ bytes }) => bytes);
  expect(rtp.slice(0, 2).map((packet) => (packet[12] ?? 0) & 0x1f)).toEqual([7, 8]);
  expect(rtp.some((packet) => ((packet[12] ?? 0) & 0x1f) === 28)).toBe(true); // FU-A
  const sequence = rtp.map((packet) => packet.readUInt16BE(2));
  expect(sequence).toEqual(sequence.map((_, i) => ((sequence[0] ?? 0) + i) % 65_536));
  expect(talk.packets.find(({ channel }) => channel === 7)?.bytes[1]).toBe(200); // a sender report
  expect((await talk.ask('GET_PARAMETER', talk.url, [session])).status).toBe(200);
  expect((await talk.ask('TEARDOWN', talk.url, [session])).status).toBe(200);
  expect(camera.viewers()).toBe(0);
  expect((await talk.ask('PLAY', talk.url, [session])).status).toBe(454);
});

it('names what it does not do', async ({ onTestFinished }) => {
  const talk = new Conversation();
  onTestFinished(() => talk.hangUp());
  expect((await talk.ask('OPTIONS', talk.url)).text).toContain('Public: OPTIONS, DESCRIBE');
  expect((await talk.ask('PLAY', talk.url)).status).toBe(401);
  await talk.signIn();
  expect((await talk.ask('PLAY', talk.url)).status).toBe(455);
  const udp = 'Transport: RTP/AVP;unicast;client_port=5000-5001';
  expect((await talk.ask('SETUP', `${talk.url}/track1`, [udp])).status).toBe(461);
  expect((await talk.ask('DESCRIBE', `${talk.url}x`)).status).toBe(404);
  expect((await talk.ask('RECORD', talk.url)).status).toBe(501);
});

it('gives two viewers the same pictures, and forgets one that hangs up', async ({ onTestFinished }) => {
  const [first, second] = [new Conversation(), new Conversation()];
  onTestFinished(() => second.hangUp());
  for (const talk of [first, second]) {
    await talk.signIn();
    await talk.ask('PLAY', talk.url, [await talk.setUp('0-1')]);
  }
  const seen = await vi.waitUntil(() => second.packets[0], 5000);
  expect(first.packets.some(({ bytes }) => bytes.equals(seen.bytes))).toBe(true);
  expect(camera.viewers()).toBe(2);
  await first.hangUp();
  await vi.waitFor(() => expect(camera.viewers()).toBe(1));
});
