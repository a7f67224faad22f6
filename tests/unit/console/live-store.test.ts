import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPinia, setActivePinia } from 'pinia';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { FeedSocket } from '../../../console/src/live/feed.ts';
import { Gathering } from '../../../console/src/live/gathering.ts';
import { useLive } from '../../../console/src/live/live-store.ts';
import { freshness } from '../../../console/src/live/staleness.ts';

describe('how old the picture of the world is', () => {
  it.each([
    [0, 'live'],
    [5_000, 'live'],
    [5_001, 'slow'],
    [15_000, 'slow'],
    [15_001, 'lost'],
  ] as const)('%i ms of silence are %s', (silenceMs, state) => {
    expect(freshness(silenceMs)).toBe(state);
  });
});

describe('changes', () => {
  it('are handed over in order, in one batch each quarter of a second', () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const batches: (readonly number[])[] = [];
    const gathering = new Gathering<number>((items) => batches.push(items));
    for (let item = 0; item < 1_000; item++) gathering.add(item);
    vi.advanceTimersByTime(249);
    expect(batches).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(batches).toEqual([Array.from({ length: 1_000 }, (_, index) => index)]);
  });

  it('that wait are forgotten when everything is loaded anew', () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const handOver = vi.fn();
    const gathering = new Gathering<number>(handOver);
    gathering.add(1);
    gathering.clear();
    vi.advanceTimersByTime(1_000);
    expect(handOver).not.toHaveBeenCalled();
  });
});

const AT = '2026-11-24T12:40:00.000Z';

/** A gateway's end of the feed: at seq 7, says what it was asked, and may lose its clients. */
async function startFeed() {
  const http = createServer();
  const server = new Server(http);
  const wishes: unknown[] = [];
  let breakConnection = (): void => {};
  server.of('/live').on('connection', (socket) => {
    breakConnection = () => socket.conn.close();
    socket.on('subscribe', (wish, done) => {
      wishes.push(wish);
      done({ ok: true, seq: 7, at: AT });
    });
  });
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  onTestFinished(() => server.close());
  const { port } = http.address() as AddressInfo; // a listening TCP server has one
  const connect = (): FeedSocket =>
    io(`http://127.0.0.1:${port}/live`, { transports: ['websocket'], reconnectionDelay: 10 });
  return { send: server.of('/live'), wishes, connect, breakConnection: () => breakConnection() };
}

describe('the live store', () => {
  beforeEach(() => setActivePinia(createPinia()));

  it('starts from the seq that was loaded, takes the gateway’s time, and hands changes on', async () => {
    const { send, wishes, connect } = await startFeed();
    const live = useLive();
    onTestFinished(() => live.stop());
    const changes = vi.fn();
    live.follow({ changes, load: async () => 5 });
    await live.start('token', () => {}, connect);
    await vi.waitFor(() => expect(wishes).toEqual([{ gathered: true, since: 5 }]));
    await vi.waitFor(() => expect(Math.abs(live.now - Date.parse(AT))).toBeLessThan(2_000));
    send.emit('changes', [{ seq: 8 }, { seq: 9 }]);
    await vi.waitFor(() => expect(changes).toHaveBeenCalledWith([{ seq: 8 }, { seq: 9 }]));
    expect(live.seq).toBe(9);
  });

  it('says after a break how many changes were caught up', async () => {
    const { send, wishes, connect, breakConnection } = await startFeed();
    const live = useLive();
    onTestFinished(() => live.stop());
    live.follow({ load: async () => 5 });
    await live.start('token', () => {}, connect);
    await vi.waitFor(() => expect(wishes).toHaveLength(1));
    breakConnection();
    await vi.waitFor(() => expect(wishes).toHaveLength(2));
    send.emit('changes', [{ seq: 8 }, { seq: 9 }, { seq: 10 }]);
    await vi.waitFor(() => expect(live.caughtUp?.count).toBe(3), 3_000);
    expect(live.isBack).toBe(true);
  });

  it('loads again once connected what could not be loaded at first, and only then subscribes', async () => {
    const { wishes, connect } = await startFeed();
    const live = useLive();
    onTestFinished(() => live.stop());
    const answers = [undefined, 6];
    live.follow({ load: async () => answers.shift() });
    await live.start('token', () => {}, connect);
    await vi.waitFor(() => expect(wishes).toEqual([{ gathered: true, since: 6 }]));
  });
});
