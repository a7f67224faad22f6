import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { Bulletin, frameOf, pack } from '../../../gateway/followers/live/packed.ts';

/** Two ends of a connection: what the server writes past its library, and what the client's library reads of it. */
async function connection() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const raw = new Promise<{ write(bytes: Buffer): void }>((resolve) =>
    server.on('connection', (_, { socket }) => resolve(socket)),
  );
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => client.terminate());
  await once(client, 'open');
  return { client, socket: await raw };
}

it('writes frames that a WebSocket library reads back, of any length and in any number', async () => {
  const { client, socket } = await connection();
  const got: string[] = [];
  client.on('message', (data) => got.push(String(data)));
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.constantFrom(125, 126, 127, 65_535, 65_536, 70_000).map((length) => '烽'.padEnd(length - 2, 'x')),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 5 }), async (texts) => {
      got.length = 0;
      const whole = new Promise((resolve) => client.once('ping', resolve));
      socket.write(Buffer.concat([...texts.map(frameOf), Buffer.of(0x89, 0)])); // a ping behind them
      await whole;
      expect(got).toEqual(texts.map((one) => Buffer.from(one).toString())); // a lone surrogate has no UTF-8
    }),
    { numRuns: 60 },
  );
});

const change = (seq: number): Bulletin => {
  const where = { region: '360902001000', type: 'camera.motion', severity: 4 };
  const written = { seq, at: '2026-01-01T00:00:00.000Z', kind: 'raised', alarm: {} as never };
  return new Bulletin({ kind: 'change', seq, where, change: () => written });
};
const device = (seq: number): Bulletin => {
  const told = { seq, id: 'd', at: '2026-01-01T00:00:00.000Z' };
  return new Bulletin({ kind: 'device', seq, where: [], device: told });
};

/** Names and seqs of the events in a piece of bytes, all of whose messages are shorter than 64 KiB. */
function eventsIn({ wsPreEncodedFrame: [bytes] }: ReturnType<typeof pack>): unknown[] {
  const events: unknown[] = [];
  for (let at = 0; at < bytes.length; ) {
    const isShort = (bytes[at + 1] ?? 0) < 126;
    const [head, length] = isShort ? [2, bytes[at + 1] ?? 0] : [4, bytes.readUInt16BE(at + 2)];
    const [name, value] = JSON.parse(bytes.toString('utf8', at + head + '42/live,'.length, at + head + length));
    events.push([name, Array.isArray(value) ? value.map(({ seq }) => seq) : value.seq]);
    at += head + length;
  }
  return events;
}

it('gives entries one by one as the contract has it, or as arrays, and never a seq after a higher one', () => {
  const bulletins = [change(1), change(2), device(3), change(5)];
  expect(eventsIn(pack(bulletins, false))).toEqual([
    ['change', 1],
    ['change', 2],
    ['device', 3],
    ['change', 5],
  ]);
  expect(eventsIn(pack(bulletins, true))).toEqual([
    ['changes', [1, 2]],
    ['device', 3],
    ['changes', [5]],
  ]);
});

it('writes an entry out once, for clients of both kinds and however many pieces it is in', () => {
  let written = 0;
  const where = { region: '360902001000', type: 'camera.motion', severity: 4 };
  const once = new Bulletin({
    kind: 'change',
    seq: 1,
    where,
    change: () => {
      written += 1;
      return { seq: 1, at: '', kind: 'raised', alarm: {} as never };
    },
  });
  for (const isGathered of [true, false, true]) pack([once, change(2)], isGathered);
  expect(written).toBe(1);
});
