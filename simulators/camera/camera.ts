import { createServer } from 'node:net';
import { answerProbes } from './discovery.ts';
import { Listening } from './listening.ts';
import { EventBroker } from './onvif/broker.ts';
import type { Happening } from './onvif/notification.ts';
import { PictureSettings } from './onvif/picture-settings.ts';
import { createOnvifServer } from './onvif/server.ts';
import type { CameraQuality, OnvifSite } from './onvif/site.ts';
import { DeviceIo } from './onvif/terminals.ts';
import { encodeJpeg } from './picture/jpeg.ts';
import { DEFAULT_CACHE_DIR } from './picture/kept.ts';
import { loadLoop, type PictureSize } from './picture/loops.ts';
import { SCENES } from './picture/scenes.ts';
import { type Caption, PictureStream } from './picture/stream.ts';
import { drawName } from './picture/writing.ts';
import { captionOf, PtzHead, type PtzPosition } from './ptz.ts';
import type { Quirks } from './quirks.ts';
import { Broadcast } from './rtsp/broadcast.ts';
import { Replay } from './rtsp/replay.ts';
import { RtspConnection, type RtspSite } from './rtsp/session.ts';

export type { CameraQuality } from './onvif/site.ts';

export type CameraOptions = Readonly<{
  id: string;
  /** Burnt into the picture and told over ONVIF. */
  name: string;
  username: string;
  password: string;
  host?: string;
  /** 0 takes a free port. */
  onvifPort?: number;
  rtspPort?: number;
  /** Number in `SCENES`: 0 railway, 1 door, 2 street, 3 look-out. */
  scene?: number;
  /** Milliseconds since 1970; the clock that the picture and ONVIF show. */
  now?: () => number;
  /** No ONVIF at all, as with old and cheap cameras. */
  rtspOnly?: boolean;
  /** It hears a tone of 1,000 Hz and sends it by G.711 (A-law) to who asks for it. */
  hasMicrophone?: boolean;
  /** False for a camera that cannot move. */
  hasPtz?: boolean;
  /** Answers WS-Discovery on this UDP port (3702 by the standard, 0 a free one); left out, it keeps silent. */
  discoveryPort?: number;
  /** Height of the main stream: 720 (default) or 1080. */
  mainHeight?: 720 | 1080;
  /** Also speaks Media2 (Profile T) and names this codec there; the stream itself stays H.264. */
  media2?: 'H264' | 'H265';
  /** Where drawn scenes are kept; made where it is not there. */
  cacheDir?: string;
  quirks?: Quirks;
}>;

export type SimulatedCamera = Readonly<{
  id: string;
  /** The device service. Throws for a camera without ONVIF. */
  readonly onvifUrl: string;
  /** UDP port on which it answers WS-Discovery; 0 where it does not. */
  readonly discoveryPort: number;
  /** Without credentials. */
  rtspUrl(quality: CameraQuality): string;
  /**
   * Something happens in front of the camera: `raise('RuleEngine/LineDetector/Crossed', { data: { ObjectId: 7 } })`.
   * Answers how many subscribers are told.
   */
  raise(topic: string, happening: Happening): number;
  /** Sets a property, such as `VideoSource/MotionAlarm` `{ data: { State: true } }`; tells only of a change. */
  setProperty(topic: string, happening: Happening): number;
  /** Sessions that play now, both streams together. */
  viewers(): number;
  /** What was said to it last, a minute at most, in A-law (G.711). */
  heard(): Buffer;
  /** Clients that are sent what it hears. */
  listeners(): number;
  /** Recordings that are played now. */
  replays(): number;
  /** Pull-points that live now. */
  subscriptions(): number;
  ptzPosition(): PtzPosition;
  /** Loses its power: every connection and subscription ends, and it comes back on the same ports. */
  reboot(): Promise<void>;
  /** From now on it misbehaves like this, and in no other way. */
  misbehave(quirks: Quirks): void;
  /** Relay outputs by token. */
  relays(): ReadonlyMap<string, boolean>;
  stop(): Promise<void>;
}>;

const SUB: PictureSize = { width: 640, height: 360, kbits: 500 };
const MAIN: Readonly<Record<720 | 1080, PictureSize>> = {
  720: { width: 1280, height: 720, kbits: 3000 },
  1080: { width: 1920, height: 1080, kbits: 4000 },
};

/** Starts a camera. Rejects where ffmpeg is missing or a port is taken. The first one of a scene draws it: seconds. */
export async function startCamera(options: CameraOptions): Promise<SimulatedCamera> {
  const host = options.host ?? '127.0.0.1';
  let quirks = options.quirks ?? {};
  let replays = 0;
  let listeners = 0;
  let heard: Buffer = Buffer.alloc(0);
  const now = () => (options.now ?? Date.now)() + (quirks.clockOffsetMs ?? 0);
  const head = options.hasPtz === false ? undefined : new PtzHead(now);
  const broker = new EventBroker(now);
  const streams = await openStreams(options, now, head);
  const io = new DeviceIo(broker);
  const site = siteOf(options, () => quirks, {
    now,
    head,
    broker,
    io,
    streams,
    baseUrl,
    rtspUrl,
    reboot,
    replay,
    hear,
    listening: (by) => {
      listeners += by;
    },
  });
  const rtsp = new Listening(
    createServer((socket) => new RtspConnection(site, socket)),
    host,
    options.rtspPort ?? 0,
  );
  const onvif = options.rtspOnly ? undefined : new Listening(createOnvifServer(site), host, options.onvifPort ?? 0);
  await open();
  const discovery = await answering(options, host, () => `${site.baseUrl()}/onvif/device_service`);

  function baseUrl(): string {
    if (onvif === undefined) throw new Error(`camera ${options.id} has no ONVIF`);
    return `http://${host}:${onvif.port}`;
  }
  function rtspUrl(quality: CameraQuality): string {
    return `rtsp://${host}:${rtsp.port}/${quality}`;
  }
  function hear(payload: Buffer): void {
    heard = Buffer.concat([heard, payload]).subarray(-HEARD_MAX_BYTES);
  }
  function replay(): Replay {
    const { loop } = streams.main.stream;
    const caption = (at: number): Caption => ({ clock: clockText(at), position: '' });
    return new Replay({
      ...{ loop, caption },
      onPlaying: (by) => {
        replays += by;
      },
    });
  }
  async function open(): Promise<void> {
    await Promise.all([rtsp.open(), onvif?.open()]);
  }
  async function close(): Promise<void> {
    broker.endAll();
    await Promise.all([rtsp.close(), onvif?.close()]);
  }
  async function reboot(): Promise<void> {
    await close();
    await open();
  }
  return {
    id: options.id,
    get onvifUrl() {
      return `${baseUrl()}/onvif/device_service`;
    },
    discoveryPort: discovery?.port ?? 0,
    rtspUrl,
    raise: (topic, happening) => broker.raise(topic, happening),
    setProperty: (topic, happening) => broker.setProperty(topic, happening),
    viewers: () => streams.main.viewers + streams.sub.viewers,
    heard: () => heard,
    listeners: () => listeners,
    replays: () => replays,
    subscriptions: () => broker.subscriptions,
    ptzPosition: () => head?.position() ?? STILL,
    reboot,
    misbehave: (wanted) => {
      quirks = wanted;
    },
    relays: () => io.relays,
    stop: async () => {
      discovery?.stop();
      await close();
    },
  };
}

const answering = async ({ id, name, discoveryPort: port }: CameraOptions, host: string, xaddr: () => string) =>
  port === undefined ? undefined : await answerProbes({ host, port, id, name, xaddr });

/** A minute. */
const HEARD_MAX_BYTES = 480_000;
const STILL: PtzPosition = { pan: 0, tilt: 0, zoom: 0 };

type Streams = Readonly<Record<CameraQuality, Broadcast>>;

/** The two streams, off air until somebody watches. */
async function openStreams(
  { id, name, scene = 0, mainHeight = 720, cacheDir = DEFAULT_CACHE_DIR }: CameraOptions,
  now: () => number,
  head: PtzHead | undefined,
): Promise<Streams> {
  const seen = SCENES[scene];
  if (seen === undefined) throw new RangeError(`scene ${scene} is not one of 0 to ${SCENES.length - 1}`);
  const position = (): string => (head === undefined ? '' : captionOf(head.position()));
  const caption = (): Caption => ({ clock: clockText(now()), position: position() });
  const open = async (size: PictureSize): Promise<Broadcast> => {
    const stream = new PictureStream(await loadLoop(seen, size, cacheDir));
    stream.showName(await drawName(name, id, stream.scale, cacheDir));
    return new Broadcast({ stream, name, now, caption });
  };
  const [main, sub] = await Promise.all([open(MAIN[mainHeight]), open(SUB)]);
  return { main, sub };
}

type Parts = Pick<OnvifSite, 'now' | 'head' | 'broker' | 'io' | 'baseUrl' | 'rtspUrl' | 'reboot'> &
  Readonly<{
    streams: Streams;
    replay: () => Replay;
    hear: (payload: Buffer) => void;
    listening: (by: number) => void;
  }>;

/** What the two servers know of the camera. */
function siteOf(
  options: CameraOptions,
  quirks: () => Quirks,
  { streams, baseUrl, rtspUrl, replay, hear, ...parts }: Parts,
): OnvifSite & RtspSite {
  const { id, name, username, password, media2 } = options;
  const credentials = { username, password };
  const foreign = (url: string): string => {
    const { foreignHost } = quirks();
    return foreignHost === undefined ? url : url.replace(/\/\/[^/:]+/, `//${foreignHost}`);
  };
  return {
    ...parts,
    id,
    name,
    get quirks() {
      return quirks();
    },
    picture: new PictureSettings(),
    hasMedia2: media2 !== undefined,
    encodingTold: media2 ?? 'H264',
    baseUrl: () => foreign(baseUrl()),
    rtspUrl: (quality) => foreign(rtspUrl(quality)),
    credentials,
    setPassword: (next) => {
      credentials.password = next;
    },
    sizes: { main: streams.main.stream.loop.size, sub: streams.sub.stream.loop.size },
    snapshot: (quality) => encodeJpeg(streams[quality].still()),
    startWithKey: (quality) => streams[quality].stream.startWithKey(),
    hasMicrophone: options.hasMicrophone,
    get hear() {
      return quirks().isMute ? undefined : hear;
    },
    find: (path) => {
      if (path === '/replay') return replay();
      return path === '/main' || path === '/sub' ? streams[path === '/main' ? 'main' : 'sub'] : undefined;
    },
  };
}

/** The time in the zone of the machine, as an operator's own clock shows it. */
function clockText(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19).replace('T', ' ');
}
