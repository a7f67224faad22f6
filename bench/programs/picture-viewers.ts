import { connect, type Socket } from 'node:net';
import { z } from 'zod';

/*
 * Viewers that take what comes and only count it, over HTTP-FLV, WS-FLV and walls alike: a request in text, what is
 * said over the WebSocket then, and bytes. Messages, each answered by one of its name:
 *   open {viewers: [{port, request, says}], withinMs} → {firstMs: (number | null)[]}: from the request to the whole
 *     first picture of each in FLV; null for one that had none in time. They stay.
 *   count → {bytes: number[]}: of each so far, in the order in which they were opened
 *   close {from} → {}: those from this number on
 */
const Viewer = z.object({ port: z.int(), request: z.string(), says: z.array(z.string()) });
const Message = z.union([
  z.tuple([z.literal('open'), z.object({ viewers: z.array(Viewer), withinMs: z.number() })]),
  z.tuple([z.literal('count')]),
  z.tuple([z.literal('close'), z.object({ from: z.int() })]),
]);

/** A key picture in AVC, shown when it is decoded. Source: Adobe Flash Video File Format 10.1, E.4.3.1. */
const KEY_PICTURE = Buffer.from([0x17, 1, 0, 0, 0]);
/** Where the size of a tag's body stands before the body. */
const SIZE_BEFORE_BODY = 10;
/** An answer to no question, which keeps a WebSocket open (RFC 6455, 5.5.3); to HTTP it is never sent. */
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);
const PONG_MS = 10_000;

type Open = { socket: Socket; bytes: number };
const viewers: Open[] = [];

/** Resolves with the milliseconds to the first whole picture. */
function open({ port, request, says }: z.infer<typeof Viewer>, withinMs: number): Promise<number | null> {
  const startedAt = performance.now();
  const socket = connect(port, '127.0.0.1', () => socket.write(request));
  const viewer = { socket, bytes: 0 };
  viewers.push(viewer);
  let early: Buffer | undefined = Buffer.alloc(0);
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), withinMs);
    const settle = (ms: number | null): void => {
      early = undefined;
      clearTimeout(timer);
      resolve(ms);
    };
    socket.once('data', () => socket.write(Buffer.concat(says.map(textFrame)))); // the handshake is answered
    socket.on('data', (chunk: Buffer) => {
      viewer.bytes += chunk.length;
      if (early === undefined) return;
      early = Buffer.concat([early, chunk]);
      if (hasPicture(early)) settle(performance.now() - startedAt);
    });
    const pongs = setInterval(() => {
      if (request.includes('Upgrade: websocket')) socket.write(PONG);
    }, PONG_MS);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearInterval(pongs);
      settle(null);
    });
  });
}

/** A short text, masked by nothing but zeros. Source: RFC 6455, 5.2. */
function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  if (length > 125) throw new RangeError('a text of over 125 bytes');
  return Buffer.concat([Buffer.from([0x81, 0x80 | length, 0, 0, 0, 0]), Buffer.from(text)]);
}

function hasPicture(flv: Buffer): boolean {
  const at = flv.indexOf(KEY_PICTURE);
  return at > SIZE_BEFORE_BODY && flv.length >= at + flv.readUIntBE(at - SIZE_BEFORE_BODY, 3);
}

process.on('message', async (message) => {
  const [name, value] = Message.parse(message);
  if (name === 'open') {
    const firstMs = await Promise.all(value.viewers.map((viewer) => open(viewer, value.withinMs)));
    process.send?.([name, { firstMs }]);
  } else if (name === 'count') process.send?.([name, { bytes: viewers.map(({ bytes }) => bytes) }]);
  else {
    for (const { socket } of viewers.splice(value.from)) socket.destroy();
    process.send?.([name, {}]);
  }
});
process.send?.(['ready', {}]);
