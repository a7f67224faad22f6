import Context from 'node-media-server/src/core/context.js';
import Flv from 'node-media-server/src/protocol/flv.js';
import Rtmp from 'node-media-server/src/protocol/rtmp.js';
import BroadcastServer, { type Session } from 'node-media-server/src/server/broadcast_server.js';
import type { AccessUnit, ParameterSets } from './access-unit.ts';
import { decoderConfig } from './decoder-config.ts';
import { clockBody, configBody, FLV_SCRIPT, FLV_VIDEO, pictureBody } from './flv.ts';
import type { FlvViewer } from './flv-viewer.ts';
import type { SoundFormat, SoundFrame } from './sound/sound.ts';
import { SoundClock } from './sound/sound-clock.ts';
import { FLV_SOUND, soundBody, soundConfigBody } from './sound/sound-tag.ts';
import { Timeline } from './timeline.ts';

/** A picture group beyond this is not kept for newcomers: they wait for the next key frame instead. */
const GROUP_MAX_BYTES = 8 * 1024 * 1024;
/** node-media-server empties a group of over 4096 tags and goes on in its middle: we are before it. */
const GROUP_MAX_PICTURES = 4000;

/** The hub wraps each picture for players of RTMP too, and there are none here: a seventh of a relay's time (measured). */
const NOTHING = Buffer.alloc(0);
Rtmp.createMessage = () => NOTHING;

/**
 * One stream inside node-media-server's hub: we publish, it keeps the picture group and fans out to the viewers.
 * Only this file knows node-media-server, and of it only what lies in memory: its servers, its RTSP pull, its task
 * store are not started, so nothing here listens on a port or writes a file.
 */
export class Broadcast {
  readonly #broadcast: BroadcastServer;
  readonly #publisher: Session;
  readonly #timeline = new Timeline();
  readonly #soundClock = new SoundClock();
  /** Who hears: apart from the hub, which would give sound to all, and keep it in its picture groups. */
  readonly #hearers = new Set<FlvViewer>();
  #sound: SoundFormat | undefined;
  #sets: ParameterSets | undefined;
  #groupBytes = 0;
  #groupPictures = 0;

  /** Throws when the path has a publisher: two relays of one stream are a mistake of ours. */
  constructor(path: string) {
    if (Context.broadcasts.has(path)) throw new Error(`already published: ${path}`);
    this.#broadcast = new BroadcastServer(path);
    this.#broadcast.publishGraceMs = 0;
    this.#publisher = publisher(path);
    Context.broadcasts.set(path, this.#broadcast);
    const refusal = this.#broadcast.postPublish(this.#publisher);
    if (refusal !== null) throw new Error(refusal);
  }

  get clockJumps(): number {
    return this.#timeline.jumps;
  }

  /**
   * Gives the picture to all viewers; answers its tag's body, which the snapshot is made of. `at` is when it came, in
   * milliseconds since 1970; `takenAt`, where it is a recorder's, when it was taken.
   */
  publish(unit: AccessUnit, at: number, takenAt = at): Buffer {
    const { dtsMs, compositionMs } = this.#timeline.next(unit.rtpTime, at);
    if (unit.parameterSets !== undefined && unit.parameterSets !== this.#sets) {
      this.#sets = unit.parameterSets;
      this.#send(FLV_VIDEO, dtsMs, configBody(unit.codec, decoderConfig(unit.codec, unit.parameterSets)));
    }
    if (unit.isKey) this.#send(FLV_SCRIPT, 0, clockBody(takenAt, dtsMs)); // the hub keeps the latest for newcomers
    const body = pictureBody(unit, compositionMs);
    this.#send(FLV_VIDEO, dtsMs, body);
    this.#boundGroup(unit.isKey, body.length);
    return body;
  }

  /** Gives the sound to those who hear; before the first picture there is no time to put it at. */
  publishSound(frame: SoundFrame, at: number): void {
    const picturesMs = this.#timeline.msAt(at);
    if (picturesMs === undefined) return;
    const timeMs = this.#soundClock.next(frame, picturesMs);
    const isNew = frame.format !== this.#sound;
    this.#sound = frame.format;
    if (this.#hearers.size === 0) return;
    const config = isNew ? soundConfigBody(frame.format) : undefined;
    if (config !== undefined) this.#sendSound(config, timeMs);
    this.#sendSound(soundBody(frame), timeMs);
  }

  /** The source is gone for now: a newcomer must not take its last pictures for the present. */
  interrupt(): void {
    this.#timeline.restart();
    this.#soundClock.restart();
    this.#sets = undefined;
    this.#broadcast.flvGopCache = null;
    this.#broadcast.flvMetaData = null;
  }

  join(viewer: FlvViewer): void {
    viewer.hold();
    if (viewer.tracks === 'sound') viewer.sendBuffer(Flv.createHeader(true, false));
    else {
      // What is in it: with sound announced that never comes, mpegts.js waits for ever.
      this.#broadcast.flvHeader = Flv.createHeader(viewer.tracks === 'both', true);
      this.#broadcast.postPlay(viewer);
    }
    if (viewer.tracks !== 'pictures') this.#hear(viewer);
    if (viewer.tracks !== 'sound' && this.#broadcast.flvGopCache === null) viewer.awaitKey();
    viewer.release();
  }

  leave(viewer: FlvViewer): void {
    this.#hearers.delete(viewer);
    if (viewer.tracks !== 'sound') this.#broadcast.donePlay(viewer);
  }

  close(): void {
    this.#broadcast.donePublish(this.#publisher);
    Context.broadcasts.delete(this.#publisher.streamPath);
  }

  #hear(viewer: FlvViewer): void {
    this.#hearers.add(viewer);
    const config = this.#sound === undefined ? undefined : soundConfigBody(this.#sound);
    if (config !== undefined) viewer.sendBuffer(tagOf(FLV_SOUND, 0, config));
  }

  #sendSound(body: Buffer, timeMs: number): void {
    const tag = tagOf(FLV_SOUND, timeMs, body);
    for (const viewer of this.#hearers) viewer.sendBuffer(tag);
  }

  #send(type: number, dtsMs: number, body: Buffer): void {
    this.#broadcast.broadcastMessage(Flv.parserTag(type, dtsMs, body.length, body));
  }

  #boundGroup(isKey: boolean, bytes: number): void {
    this.#groupBytes = isKey ? bytes : this.#groupBytes + bytes;
    this.#groupPictures = isKey ? 1 : this.#groupPictures + 1;
    this.#broadcast.rtmpGopCache = null; // nobody plays RTMP here; it would double the memory
    const isTooLong = this.#groupBytes > GROUP_MAX_BYTES || this.#groupPictures > GROUP_MAX_PICTURES;
    if (isTooLong) this.#broadcast.flvGopCache = null;
  }
}

const tagOf = (type: number, timeMs: number, body: Buffer): Buffer =>
  Flv.createMessage(Flv.parserTag(type, timeMs, body.length, body));

const publisher = (path: string): Session => ({
  id: path,
  ip: '',
  protocol: 'rtsp',
  streamPath: path,
  endTime: 0,
  playCount: 0,
  sendBuffer: () => {},
  close: () => {},
});
