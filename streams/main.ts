import { Socket } from 'node:net';
import { pino } from 'pino';
import type { StreamSource } from '../gateway/domain/camera.ts';
import { deviceNetworks } from '../gateway/domain/device-networks.ts';
import { Encodings } from './encodings.ts';
import { type PlaneSettings, type ToGateway, ToPlane } from './ipc.ts';
import { RtmpDoor } from './push/rtmp-door.ts';
import { Relays } from './relays.ts';
import { SESSION_LIMITS } from './rtsp/session.ts';
import type { SourceStatus } from './source-status.ts';
import { Talks } from './talk/talks.ts';
import { Transcodes } from './transcodes.ts';
import { Viewings, type Watch } from './viewings.ts';

/**
 * The video plane's process. The gateway starts it, says what it needs over IPC and hands it viewers' sockets; it
 * listens for pushed streams, where the settings say so, and on nothing else, and reads no settings of its own. It ends when told so or when the gateway is gone.
 */
type Plane = Readonly<{
  pushes: RtmpDoor | undefined;
  relays: Relays;
  transcodes: Transcodes;
  viewings: Viewings;
  talks: Talks;
  log: pino.Logger;
}>;

const TRACKS = { sent: 'pictures', sound: 'sound', 'with-sound': 'both' } as const;

/** After this the process ends whatever still holds it. */
const STOP_MAX_MS = 3000;
let plane: Plane | undefined;
let isStopping = false;

function open(settings: PlaneSettings): Plane {
  const log = pino({ name: 'streams', level: settings.logLevel });
  const pushes = settings.rtmp === undefined ? undefined : openDoor(settings.rtmp, log);
  const relays = new Relays({
    pushes,
    networks: deviceNetworks(settings.deviceNetworks),
    allowBasic: settings.allowBasic,
    lingerMs: settings.lingerMs,
    ringMs: settings.ringMs,
    ringMaxBytes: settings.ringMaxBytes,
    limits: SESSION_LIMITS,
    now: Date.now,
    random: Math.random,
    onState: (status) => {
      logState(log, status);
      say({ kind: 'state', status });
    },
  });
  const transcodes = new Transcodes({
    watch: (source, sink) => relays.watch(source, sink),
    encodings: new Encodings(settings.hardware),
    now: Date.now,
  });
  const watch: Watch = ({ source, format }, sink, bounds) => {
    if (format === 'h264') return transcodes.watch(source, sink, bounds);
    return relays.watch(source, sink, bounds, TRACKS[format]);
  };
  const viewings = new Viewings(watch, say, settings.webrtc);
  const talks = new Talks({ networks: deviceNetworks(settings.deviceNetworks), allowBasic: settings.allowBasic }, say);
  return { pushes, relays, transcodes, viewings, talks, log };
}

/** A port that is taken is told and not died of: all that is asked of cameras goes on. */
function openDoor({ host, port }: Readonly<{ host: string; port: number }>, log: pino.Logger): RtmpDoor {
  const door = new RtmpDoor({ host, port, log, onPushing: (camera, isOn) => say({ kind: 'pushing', camera, isOn }) });
  door.listen().then(
    (open) => log.info({ port: open }, 'cameras may push'),
    (error: unknown) => log.error({ err: error, port }, 'no camera can push: the port is not to be had'),
  );
  return door;
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
  else if (message.kind === 'tile') plane.viewings.answerTile(message);
  else if (message.kind === 'end') {
    plane.viewings.end(message.viewing, message.tile, message.reason);
    plane.talks.end(message.viewing, message.reason);
  } else if (
    message.kind === 'view' ||
    message.kind === 'view-bare' ||
    message.kind === 'view-wall' ||
    message.kind === 'view-talk'
  ) {
    if (handle instanceof Socket) view(plane, message, handle);
    else say({ kind: 'ended', viewing: message.viewing }); // it left before its socket could be handed over
  } else if (message.kind === 'announce') {
    const result = await plane.talks.announce(message.source, Buffer.from(message.pcm));
    say({ kind: 'announced', id: message.id, result: result.ok ? { ok: true, value: undefined } : result });
  } else if (message.kind === 'view-webrtc') {
    const result = await plane.viewings.overWebRtc(message.viewing, message.wish, message.offer);
    say({ kind: 'webrtc', id: message.id, result });
  } else if (message.kind === 'status') say({ kind: 'status', id: message.id, sources: [...plane.relays.status()] });
  else if (message.kind === 'arm') arm(plane, message.sources);
  else if (message.kind === 'pushers') plane.pushes?.admit(message.pushers);
  else if (message.kind === 'end-clips') plane.relays.endClips();
  else if (message.kind === 'clip')
    say({ kind: 'clip', id: message.id, result: await plane.relays.clip(message.source, message.wish) });
  else say({ kind: 'snapshot', id: message.id, result: await plane.relays.snapshot(message.source, message.moment) });
}

function view(
  { viewings, talks }: Plane,
  message: Extract<ToPlane, { kind: 'view' | 'view-bare' | 'view-wall' | 'view-talk' }>,
  socket: Socket,
): void {
  if (message.kind === 'view') viewings.overWebSocket(message.viewing, message.wish, message.upgrade, socket);
  else if (message.kind === 'view-bare') viewings.overSocket(message.viewing, message.wish, socket);
  else if (message.kind === 'view-talk') talks.live(message.viewing, message.source, message.upgrade, socket);
  else viewings.wall(message.viewing, message.upgrade, socket);
}

function arm({ relays, log }: Plane, sources: readonly StreamSource[]): void {
  const refused = relays.arm(sources);
  if (refused > 0) log.warn({ armed: sources.length - refused, refused }, 'not all armed cameras can be kept open');
}

function closeHandle(handle: unknown): void {
  if (handle instanceof Socket) handle.destroy();
}

/** Ends viewers and cameras' sessions; with nothing left to wait for, the process ends by itself. */
async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  setTimeout(() => process.exit(1), STOP_MAX_MS).unref();
  const viewersGone = Promise.all([plane?.viewings.close(), plane?.talks.close()]);
  plane?.transcodes.close();
  plane?.relays.close();
  plane?.pushes?.close();
  await viewersGone;
  if (process.connected) process.disconnect();
}

process.on('message', (message, handle) => void onMessage(ToPlane.parse(message), handle));
process.on('disconnect', () => void stop());
process.on('SIGTERM', () => void stop());
process.on('SIGINT', () => {}); // Ctrl-C reaches the whole group: the gateway says when
