import { Socket } from 'node:net';
import { pino } from 'pino';
import { deviceNetworks } from '../gateway/domain/device-networks.ts';
import { type PlaneSettings, type ToGateway, ToPlane } from './ipc.ts';
import { Relays } from './relays.ts';
import { SESSION_LIMITS } from './rtsp/session.ts';
import type { SourceStatus } from './source-status.ts';
import { WsViewers } from './ws-viewers.ts';

/**
 * The video plane's process. The gateway starts it, says what it needs over IPC and hands it viewers' sockets; it
 * listens on nothing and reads no settings of its own. It ends when told so or when the gateway is gone.
 */
type Plane = Readonly<{ relays: Relays; viewers: WsViewers }>;

/** After this the process ends whatever still holds it. */
const STOP_MAX_MS = 3000;
let plane: Plane | undefined;
let isStopping = false;

function open(settings: PlaneSettings): Plane {
  const log = pino({ name: 'streams', level: settings.logLevel });
  const relays = new Relays({
    networks: deviceNetworks(settings.deviceNetworks),
    allowBasic: settings.allowBasic,
    lingerMs: settings.lingerMs,
    limits: SESSION_LIMITS,
    now: Date.now,
    random: Math.random,
    onState: (status) => {
      logState(log, status);
      say({ kind: 'state', status });
    },
  });
  return { relays, viewers: new WsViewers(relays) };
}

/** Why each stream gives no picture, so that a camera that stays away is one line and not one a try. */
const reasons = new Map<string, string>();

function logState(log: pino.Logger, { camera, quality, state, fault }: SourceStatus): void {
  const key = `${camera}/${quality}`;
  log.debug({ camera, quality, state }, 'stream');
  if (state === 'playing' || state === 'closed') reasons.delete(key);
  if (fault === undefined || state !== 'waiting' || reasons.get(key) === fault.reason) return;
  reasons.set(key, fault.reason);
  log.info({ camera, quality, reason: fault.reason, detail: fault.text }, 'stream gives no picture');
}

function say(message: ToGateway): void {
  // Its failure means that the gateway is gone, and `disconnect` says that too.
  if (process.connected) process.send?.(message, undefined, {}, () => {});
}

async function onMessage(message: ToPlane, handle: unknown): Promise<void> {
  if (message.kind === 'settings') {
    plane ??= open(message.settings);
    say({ kind: 'ready' });
  } else if (message.kind === 'stop') await stop();
  else if (plane === undefined || isStopping) closeHandle(handle);
  else if (message.kind === 'view') {
    // No socket: the viewer left before its socket could be handed over.
    if (handle instanceof Socket) plane.viewers.accept(message.source, message.upgrade, handle);
  } else if (message.kind === 'status') say({ kind: 'status', id: message.id, sources: [...plane.relays.status()] });
  else say({ kind: 'snapshot', id: message.id, result: await plane.relays.snapshot(message.source) });
}

function closeHandle(handle: unknown): void {
  if (handle instanceof Socket) handle.destroy();
}

/** Ends viewers and cameras' sessions; with nothing left to wait for, the process ends by itself. */
async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  setTimeout(() => process.exit(1), STOP_MAX_MS).unref();
  const viewersGone = plane?.viewers.close();
  plane?.relays.close();
  await viewersGone;
  if (process.connected) process.disconnect();
}

process.on('message', (message, handle) => void onMessage(ToPlane.parse(message), handle));
process.on('disconnect', () => void stop());
process.on('SIGTERM', () => void stop());
process.on('SIGINT', () => {}); // Ctrl-C reaches the whole group: the gateway says when
