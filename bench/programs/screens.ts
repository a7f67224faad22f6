import { setTimeout as sleep } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import { z } from 'zod';
import { clockMs, Hearing } from './hearing.ts';

/*
 * Screens of the gateway: Socket.IO clients in the official library. Told what to do by messages, each answered by one
 * of the same name:
 *   open {url, since, screens: [{group, token, wish}]} → {ms}: all are connected and subscribed
 *   cut {every} → {}: the sockets of every so many-th of them are destroyed
 *   back → {firstMs, lastMs}: those have connected again with their last seq and been told that they miss nothing
 *   heard {from, to, seq} → what was heard of events from one number on and below another, once all screens have been
 *     told that they have all up to `seq`, or some have not within a minute
 */
const Wish = z.object({
  regions: z.array(z.string()).optional(),
  types: z.array(z.string()).optional(),
  severities: z.array(z.number()).optional(),
  gathered: z.boolean(),
});
const Plan = z.object({
  url: z.string(),
  since: z.number(),
  screens: z.array(z.object({ group: z.int(), token: z.string(), wish: Wish })),
});
type Screen = z.infer<typeof Plan>['screens'][number] & {
  cursor: number;
  hearing: number;
  socket: Socket | undefined;
  /** Misses nothing: what it hears now is as late as the live feed is, and no later. */
  isLive: boolean;
};

/** Handshakes that one process has open at a time. */
const AT_ONCE = 100;
const WITHIN_MS = 60_000;
/** A browser tries again after about so long. */
const AGAIN_MS = 500;
const POLL_MS = 100;

const hearing = new Hearing();
let url = '';
let screens: Screen[] = [];
let refusals = 0;

function listen(screen: Screen, socket: Socket): void {
  const take = (change: unknown): void => {
    const { seq } = hearing.take(screen.hearing, change, screen.isLive);
    screen.cursor = Math.max(screen.cursor, seq);
  };
  socket.on('change', take);
  socket.on('changes', (changes: unknown[]) => changes.forEach(take));
  socket.on('tick', ({ seq }: { seq: number }) => {
    screen.isLive = true;
    screen.cursor = Math.max(screen.cursor, seq);
  });
  socket.on('reload', () => hearing.reloads++);
}

/** Connects, again if that fails, as a browser would; `refusals` counts the failures. */
async function connect(screen: Screen): Promise<Socket> {
  const options = { auth: { token: screen.token }, transports: ['websocket'], forceNew: true, reconnection: false };
  for (;;) {
    const socket = io(`${url}/live`, options);
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('connect_error', () => resolve(false));
    });
    if (isOpen) return socket;
    refusals += 1;
    socket.disconnect();
    await sleep(AGAIN_MS * (0.5 + Math.random()));
  }
}

/** Resolves when subscribed, or, with `untilCurrent`, when a tick says that nothing is missing. */
async function subscribe(screen: Screen, untilCurrent: boolean): Promise<void> {
  const socket = await connect(screen);
  screen.socket = socket;
  listen(screen, socket);
  const current = untilCurrent ? new Promise((resolve) => socket.once('tick', resolve)) : undefined;
  const answer: unknown = await socket.emitWithAck('subscribe', { ...screen.wish, since: screen.cursor });
  if (!z.object({ ok: z.literal(true) }).safeParse(answer).success) throw new Error(JSON.stringify(answer));
  await current;
}

async function connectAll(untilCurrent: boolean): Promise<{ firstMs: number; lastMs: number; refusals: number }> {
  refusals = 0;
  const startedAt = clockMs();
  const waiting = screens.filter(({ socket }) => socket === undefined);
  let firstMs = Number.POSITIVE_INFINITY;
  const lane = async (): Promise<void> => {
    for (let screen = waiting.pop(); screen !== undefined; screen = waiting.pop()) {
      await subscribe(screen, untilCurrent);
      firstMs = Math.min(firstMs, clockMs() - startedAt);
    }
  };
  await Promise.all(Array.from({ length: untilCurrent ? waiting.length : AT_ONCE }, lane));
  return { firstMs, lastMs: clockMs() - startedAt, refusals };
}

/** As when a cable is pulled: nothing is said, nothing that is on its way is taken. */
function cut(every: number): void {
  for (const screen of screens.filter((_, at) => at % every === 0)) {
    const socket = screen.socket;
    screen.socket = undefined;
    screen.isLive = false;
    if (socket === undefined) continue;
    socket.removeAllListeners();
    const { transport } = socket.io.engine;
    if (!isOnWire(transport)) throw new Error('a screen is not on a WebSocket');
    transport.ws.terminate();
    socket.disconnect();
  }
}

type OnWire = { ws: { terminate(): void } };
const isOnWire = (transport: object): transport is OnWire =>
  'ws' in transport && typeof transport.ws === 'object' && transport.ws !== null && 'terminate' in transport.ws;

async function within<T>(work: Promise<T>): Promise<T> {
  const timer = setTimeout(() => {
    throw new Error(`not all screens were connected within ${WITHIN_MS} ms`); // ends this program, and so the bench
  }, WITHIN_MS);
  return work.finally(() => clearTimeout(timer));
}

async function act(name: string, value: unknown): Promise<unknown> {
  switch (name) {
    case 'open': {
      const plan = Plan.parse(value);
      url = plan.url;
      screens = plan.screens.map((screen) => ({
        ...screen,
        cursor: plan.since,
        hearing: hearing.add(screen.group),
        socket: undefined,
        isLive: false,
      }));
      return { ms: (await within(connectAll(false))).lastMs };
    }
    case 'cut':
      return cut(z.object({ every: z.int() }).parse(value).every);
    case 'back':
      return within(connectAll(true));
    default: {
      const { from, to, seq } = z.object({ from: z.number(), to: z.number(), seq: z.number() }).parse(value);
      const until = clockMs() + WITHIN_MS;
      while (screens.some(({ cursor }) => cursor < seq) && clockMs() < until) await sleep(POLL_MS);
      return hearing.report(from, to);
    }
  }
}

process.on('message', (message: unknown) => {
  const [name, value] = z.tuple([z.string(), z.unknown()]).parse(message);
  void act(name, value).then((answer) => process.send?.([name, answer ?? {}]));
});
process.on('disconnect', () => process.exit(0));
