import { timingSafeEqual } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import type AVPacket from 'node-media-server/src/core/avpacket.js';
import Rtmp from 'node-media-server/src/protocol/rtmp.js';
import type { Logger } from 'pino';
import type { AccessUnit } from '../access-unit.ts';
import { FLV_VIDEO } from '../flv.ts';
import type { SoundFrame } from '../sound/sound.ts';
import { FLV_SOUND, PushedSounds } from '../sound/sound-tag.ts';
import { PushUnits } from './push-units.ts';

/** Who may push: a camera, and the key that stands in its address. */
export type Pusher = Readonly<{ camera: string; key: string }>;
/** What a relay takes of a push. */
export type PushSink = Readonly<{
  onAccessUnit: (unit: AccessUnit) => void;
  onSound: (frame: SoundFrame) => void;
  onBytes: (bytes: number) => void;
  /** Pictures will come, or no more do. */
  onPushing: (isOn: boolean) => void;
}>;
export type RtmpDoorOptions = Readonly<{
  host: string;
  port: number;
  log: Pick<Logger, 'info' | 'warn'>;
  onPushing: (camera: string, isOn: boolean) => void;
}>;

/** Connections at once, those that have not said their key included. */
const CONNECTIONS_MAX = 256;
/** Who has not begun to push by then is no encoder. */
const BEGIN_MAX_MS = 10_000;
/** Without a picture for so long a push is over: its cable is out, and TCP would not say so for hours. */
const SILENCE_MS = 15_000;
/** Before the key is known more than this is nobody's. */
const STRANGER_MAX_BYTES = 64 * 1024;
const APP = 'push';

/**
 * Where encoders and drones push their pictures to (推流), by RTMP: `rtmp://host:port/push/CAMERA?key=…`. node-media-server
 * reads the protocol, of which a connection knows nothing before its key is right; playing is not offered. One push a
 * camera: a newer one takes the place of the older, for an encoder that lost its network comes back before we notice.
 */
export class RtmpDoor {
  readonly #options: RtmpDoorOptions;
  readonly #server: Server;
  readonly #connections = new Set<Socket>();
  readonly #pushes = new Map<string, Push>();
  readonly #sinks = new Map<string, Set<PushSink>>();
  #keys: ReadonlyMap<string, Buffer> = new Map();
  refused = 0;

  constructor(options: RtmpDoorOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#let(socket));
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  /** Answers the port. Rejects where it is taken. */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#options.port, this.#options.host, () => {
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : this.#options.port);
      });
    });
  }

  /** These and no others may push from now on; a push whose key is gone ends. */
  admit(pushers: readonly Pusher[]): void {
    const before = this.#keys;
    this.#keys = new Map(pushers.map(({ camera, key }) => [camera, Buffer.from(key)]));
    for (const [camera, push] of this.#pushes) {
      if (this.#keys.get(camera)?.equals(before.get(camera) ?? Buffer.alloc(0)) !== true) push.end();
    }
  }

  /** Pictures of this camera's push, now and of any later one. Answers the way to stop. */
  attach(camera: string, sink: PushSink): () => void {
    const sinks = this.#sinks.get(camera) ?? new Set();
    this.#sinks.set(camera, sinks.add(sink));
    if (this.#pushes.has(camera)) sink.onPushing(true);
    return () => {
      sinks.delete(sink);
      if (sinks.size === 0 && this.#sinks.get(camera) === sinks) this.#sinks.delete(camera);
    };
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#connections) socket.destroy();
  }

  #let(socket: Socket): void {
    this.#connections.add(socket);
    socket.once('close', () => this.#connections.delete(socket));
    new Push(socket, {
      mayPush: (camera, key) => this.#mayPush(camera, key),
      onBegin: (camera, push) => {
        this.#pushes.get(camera)?.end();
        this.#pushes.set(camera, push);
        this.#tell(camera, true);
      },
      onUnit: (camera, unit) => this.#each(camera, (sink) => sink.onAccessUnit(unit)),
      onSound: (camera, frame) => this.#each(camera, (sink) => sink.onSound(frame)),
      onBytes: (camera, bytes) => this.#each(camera, (sink) => sink.onBytes(bytes)),
      onEnd: (camera, push) => {
        if (this.#pushes.get(camera) !== push) return; // a newer one has its place
        this.#pushes.delete(camera);
        this.#tell(camera, false);
      },
    });
  }

  #mayPush(camera: string, key: string): boolean {
    const known = this.#keys.get(camera);
    const given = Buffer.from(key);
    const isRight = known !== undefined && known.length === given.length && timingSafeEqual(known, given);
    if (!isRight) {
      this.refused += 1;
      this.#options.log.warn(
        { camera: camera.slice(0, 64), refused: this.refused },
        'a push with a wrong key was refused',
      );
    }
    return isRight;
  }

  #tell(camera: string, isOn: boolean): void {
    this.#options.log.info({ camera, isOn }, 'push');
    this.#each(camera, (sink) => sink.onPushing(isOn));
    this.#options.onPushing(camera, isOn);
  }

  #each(camera: string, act: (sink: PushSink) => void): void {
    for (const sink of this.#sinks.get(camera) ?? []) act(sink);
  }
}

type PushEvents = Readonly<{
  mayPush: (camera: string, key: string) => boolean;
  onBegin: (camera: string, push: Push) => void;
  onUnit: (camera: string, unit: AccessUnit) => void;
  onSound: (camera: string, frame: SoundFrame) => void;
  onBytes: (camera: string, bytes: number) => void;
  onEnd: (camera: string, push: Push) => void;
}>;

/** One connection, from its first byte to its end. */
class Push {
  readonly #socket: Socket;
  readonly #events: PushEvents;
  readonly #rtmp = new Rtmp();
  readonly #units = new PushUnits((unit) => this.#camera !== undefined && this.#events.onUnit(this.#camera, unit));
  readonly #sounds = new PushedSounds(
    (frame) => this.#camera !== undefined && this.#events.onSound(this.#camera, frame),
  );
  #camera: string | undefined;
  #strangeBytes = 0;
  #timer: NodeJS.Timeout;

  constructor(socket: Socket, events: PushEvents) {
    this.#socket = socket;
    this.#events = events;
    this.#timer = setTimeout(() => this.end(), BEGIN_MAX_MS);
    let wanted: Readonly<{ app: string; name: string; key: unknown }> | undefined;
    this.#rtmp.onOutputCallback = (bytes) => void socket.write(bytes);
    this.#rtmp.onConnectCallback = ({ app, name, query }) => {
      wanted = { app, name, key: query['key'] };
    };
    this.#rtmp.onPlayCallback = () => this.end();
    this.#rtmp.onPushCallback = () => this.#begin(wanted);
    this.#rtmp.onPacketCallback = (packet) => {
      if (this.#camera !== undefined) this.#media(packet);
    };
    socket.on('data', (bytes) => this.#take(bytes));
    socket.on('error', () => undefined); // `close` follows
    socket.once('close', () => {
      clearTimeout(this.#timer);
      const camera = this.#camera;
      this.#camera = undefined;
      if (camera !== undefined) events.onEnd(camera, this);
    });
  }

  end(): void {
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    if (this.#socket.destroyed) return;
    if (this.#camera === undefined) this.#strangeBytes += bytes.length;
    else this.#events.onBytes(this.#camera, bytes.length);
    try {
      if (this.#strangeBytes > STRANGER_MAX_BYTES || this.#rtmp.parserData(bytes) !== null) this.end();
    } catch {
      this.end(); // no RTMP, or made to break its reader: whoever sent it begins anew
    }
  }

  #begin(wanted: Readonly<{ app: string; name: string; key: unknown }> | undefined): void {
    const key = typeof wanted?.key === 'string' ? wanted.key : '';
    if (wanted?.app === APP && this.#events.mayPush(wanted.name, key)) {
      this.#camera = wanted.name;
      this.#strangeBytes = 0;
      this.#events.onBegin(wanted.name, this);
      this.#awaitPicture();
    } else this.end();
  }

  #media({ codec_type: type, dts, data, size }: AVPacket): void {
    if (type !== FLV_VIDEO && type !== FLV_SOUND) return;
    const body = Buffer.from(data.subarray(0, size)); // the reader writes the next one into the same bytes
    if (type === FLV_SOUND) this.#sounds.take(body, dts);
    else {
      this.#awaitPicture();
      this.#units.take(body, dts);
    }
  }

  #awaitPicture(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.end(), SILENCE_MS);
  }
}
