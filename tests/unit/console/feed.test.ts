import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type FeedListener, type FeedSocket, LOAD_SPREAD_MS, openFeed } from '../../../console/src/live/feed.ts';
import type { SubscribeAnswer } from '../../../gateway/http/contract/live.ts';

const AT = '2026-11-24T12:40:00.000Z';

/** A Socket.IO server that answers `subscribe` with what is next in line, and a client's feed to it. */
async function connect(
  answers: SubscribeAnswer[],
  since: () => number | undefined,
  load = async () => true,
  random = () => 0,
) {
  const http = createServer();
  const server = new Server(http);
  const wishes: unknown[] = [];
  let breakConnections = (): void => {};
  server.of('/live').on('connection', (socket) => {
    breakConnections = () => socket.conn.close();
    socket.on('subscribe', (wish, done) => {
      wishes.push(wish);
      done(answers.shift() ?? { ok: true, seq: 99, at: AT });
    });
  });
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  const { port } = http.address() as AddressInfo; // a listening TCP server has one
  const socket: FeedSocket = io(`http://127.0.0.1:${port}/live`, { transports: ['websocket'], reconnectionDelay: 10 });
  const listener = {
    changes: vi.fn(),
    device: vi.fn(),
    tick: vi.fn(),
    wall: vi.fn(),
    subscribed: vi.fn(),
    load: vi.fn(load),
    attempt: vi.fn(),
    refused: vi.fn(),
  } satisfies FeedListener;
  const feed = openFeed(socket, since, listener, random);
  onTestFinished(async () => {
    feed.close();
    await server.close();
  });
  return { server, wishes, listener, breakConnections: () => breakConnections() };
}
const subscribedTimes = (listener: { subscribed: unknown }, times: number) =>
  vi.waitFor(() => expect(listener.subscribed).toHaveBeenCalledTimes(times), 5_000);

it('subscribes from the seq that the page reflects, and takes entries one by one or gathered', async () => {
  const { server, wishes, listener } = await connect([], () => 12);
  await subscribedTimes(listener, 1);
  expect(wishes).toEqual([{ gathered: true, since: 12 }]);
  expect(listener.subscribed).toHaveBeenCalledWith(99, AT, false);
  server.of('/live').emit('change', { seq: 13 });
  server.of('/live').emit('changes', [{ seq: 14 }, { seq: 15 }]);
  await vi.waitFor(() => expect(listener.changes).toHaveBeenCalledTimes(2));
  expect(listener.changes.mock.calls).toEqual([[[{ seq: 13 }]], [[{ seq: 14 }, { seq: 15 }]]]);
});

it('goes on from its last seq after the connection broke', async () => {
  let seq = 12;
  const { breakConnections, wishes, listener } = await connect([], () => seq);
  await subscribedTimes(listener, 1);
  seq = 40;
  breakConnections();
  await subscribedTimes(listener, 2);
  expect(wishes[1]).toEqual({ gathered: true, since: 40 });
  expect(listener.subscribed).toHaveBeenLastCalledWith(99, AT, true);
  expect(listener.load).not.toHaveBeenCalled();
});

it('loads everything again when what it missed is no longer held, then subscribes from there', async () => {
  let seq = 3;
  const expired: SubscribeAnswer = { ok: false, error: 'cursor-expired' };
  const { wishes, listener } = await connect(
    [expired],
    () => seq,
    async () => {
      seq = 70;
      return true;
    },
  );
  await subscribedTimes(listener, 1);
  expect(listener.load).toHaveBeenCalledOnce();
  expect(wishes).toEqual([
    { gathered: true, since: 3 },
    { gathered: true, since: 70 },
  ]);
});

it('loads again when told that it was too slow, but not when the gateway merely stops', async () => {
  const { server, listener } = await connect([], () => 5);
  await subscribedTimes(listener, 1);
  const tell = (reason: string) => {
    server.of('/live').emit('reload', { reason });
    server.of('/live').disconnectSockets();
  };
  tell('stopping');
  await subscribedTimes(listener, 2);
  expect(listener.load).not.toHaveBeenCalled();
  tell('too-slow');
  await subscribedTimes(listener, 3);
  expect(listener.load).toHaveBeenCalledOnce();
});

it('waits its own while before it loads, since every page is told at the same moment', async () => {
  const asked = vi.fn(() => 200 / LOAD_SPREAD_MS);
  const { server, listener } = await connect([], () => 5, undefined, asked);
  await subscribedTimes(listener, 1);
  expect(asked).not.toHaveBeenCalled();
  server.of('/live').emit('reload', { reason: 'too-slow' });
  server.of('/live').disconnectSockets();
  await vi.waitFor(() => expect(asked).toHaveBeenCalledOnce(), 5_000);
  const toldAt = performance.now();
  await subscribedTimes(listener, 2);
  expect(listener.load).toHaveBeenCalledOnce();
  expect(performance.now() - toldAt).toBeGreaterThan(100);
});

it('says so when the gateway does not take the session any more', async () => {
  const { server, listener } = await connect([], () => 1);
  await subscribedTimes(listener, 1);
  server.of('/live').use((_socket, next) => next(new Error('unauthorized')));
  server.of('/live').disconnectSockets();
  await vi.waitFor(() => expect(listener.refused).toHaveBeenCalled(), 5_000);
});
