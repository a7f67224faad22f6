import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { Finishing } from './finishing.ts';
import { loadOf, sharedMemoryMibOf } from './process-load.ts';
import { type Program, startProgram } from './program.ts';
import type { Row } from './table.ts';
import { type FirstPictures, goalRows, loadRows, type Measured, type Taken, waitRows } from './video-figures.ts';
import { type CameraSet, type Side, startPeer, startPlane, type ViewerAt } from './video-sides.ts';

const LOGIN = { username: 'operator', password: 'bench-camera' };
/** Cameras that are opened one after another, for the time to their first picture. */
const FIRSTS = 8;
/** Cameras that are opened at a time, until each shows its picture. */
const OPENED_AT_ONCE = 16;
const FIRST_WITHIN_MS = 30_000;
const WARM_MS = 3_000;
const MANY_VIEWERS = 16;
/** Viewers have left by then, and the plane holds their cameras yet: it takes 4096 viewers at a time. */
const LEAVE_MS = 1_000;
const TILES = 16;

const First = z.object({ firstMs: z.array(z.number().nullable()) });
const Counted = z.object({ bytes: z.array(z.number()) });

/**
 * Sub streams relayed in the plane's process, and by an ffmpeg each into node-media-server: the same cameras, one side
 * after the other. `--sizes 8,32,128,500 --peer-max 500 --viewers-max 512 --look 8` (seconds).
 */
export async function videoRelays(finishing: Finishing): Promise<readonly Row[]> {
  const options = relayOptions();
  const count = String(Math.max(FIRSTS, ...options.sizes));
  const program = startProgram('cameras-on-air.ts', [count, LOGIN.username, LOGIN.password], finishing);
  const cameras = { ...LOGIN, urls: z.array(z.string()).parse(await program.said('ready')) };
  const ours = await measureSide(startPlane, cameras, options);
  const peer = await measureSide(startPeer, cameras, { ...options, sizes: upTo(options.sizes, options.peerMax) });
  return [...loadRows(ours, peer), ...waitRows(ours.first, peer.first), ...goalRows(ours)];
}

type Options = Readonly<{ sizes: readonly number[]; peerMax: number; viewersMax: number; lookMs: number }>;

function relayOptions(): Options {
  const option = (value: string) => ({ type: 'string', default: value }) as const;
  const { values } = parseArgs({
    ...{ allowPositionals: true, strict: false },
    options: {
      sizes: option('8,32,128,500'),
      'peer-max': option('500'),
      'viewers-max': option('512'),
      look: option('8'),
    },
  });
  const Whole = z.coerce.number().int().min(0);
  const Options = z.object({
    sizes: z.string().transform((text) => z.array(Whole).parse(text.split(','))),
    'peer-max': Whole,
    'viewers-max': Whole,
    look: Whole,
  });
  const { sizes, 'peer-max': peerMax, 'viewers-max': viewersMax, look } = Options.parse(values);
  return { sizes: sizes.toSorted((a, b) => a - b), peerMax, viewersMax, lookMs: look * 1_000 };
}

const upTo = (sizes: readonly number[], max: number): readonly number[] => sizes.filter((size) => size <= max);

/** Ends the side again, so that the other one has the machine to itself. */
async function measureSide(
  start: (cameras: CameraSet, finishing: Finishing) => Promise<Side>,
  cameras: CameraSet,
  options: Options,
): Promise<Measured> {
  const finishing = new Finishing();
  try {
    if (options.sizes.length === 0) return { taken: [], first: { cold: [], warm: [] }, refused: undefined };
    const side = await start(cameras, finishing);
    const viewers = startProgram('picture-viewers.ts', [], finishing);
    await viewers.said('ready');
    return await new Measuring(side, viewers, options).run();
  } finally {
    await finishing.finish();
  }
}

/** One side, from its first camera to its last size. */
class Measuring {
  readonly #side: Side;
  readonly #viewers: Program;
  readonly #options: Options;
  #idleMib = 0;
  #relayed = 0;
  #refused: number | undefined;
  /** How many cameras each viewer looks at, in the order in which they were opened. */
  readonly #looks: number[] = [];

  constructor(side: Side, viewers: Program, options: Options) {
    this.#side = side;
    this.#viewers = viewers;
    this.#options = options;
  }

  async run(): Promise<Measured> {
    await sleep(WARM_MS);
    this.#idleMib = sharedMemoryMibOf(this.#side.pids());
    const first = await this.#firstPictures();
    const taken: Taken[] = [];
    for (const size of this.#options.sizes) {
      await this.#growTo(size);
      if (this.#relayed < size) break;
      taken.push(await this.#take(1, 'flv'));
      if (size * MANY_VIEWERS > this.#options.viewersMax) continue;
      taken.push(await this.#takeWithMany());
      if (this.#side.wall !== undefined) taken.push(await this.#takeByWalls(this.#side.wall));
    }
    return { taken, first, refused: this.#refused };
  }

  /** The first cameras one after another, each opened for its first viewer and then looked at by a second. */
  async #firstPictures(): Promise<FirstPictures> {
    const cold: number[] = [];
    for (let at = 0; at < FIRSTS; at += 1) cold.push(...(await this.#openNext(1)));
    const warm = await this.#open(upToCamera(FIRSTS));
    await this.#closeFrom(FIRSTS);
    return { cold, warm };
  }

  async #growTo(size: number): Promise<void> {
    while (this.#relayed < size && this.#refused === undefined)
      await this.#openNext(Math.min(OPENED_AT_ONCE, size - this.#relayed));
  }

  /** Relays so many more cameras and waits for their pictures. */
  async #openNext(count: number): Promise<readonly number[]> {
    const next = Array.from({ length: count }, (_, i) => this.#relayed + i);
    const opened = next.filter((at) => this.#side.relay(at));
    if (opened.length < count) this.#refused = this.#relayed + opened.length;
    this.#relayed += opened.length;
    return this.#open(opened);
  }

  async #takeWithMany(): Promise<Taken> {
    for (let more = 1; more < MANY_VIEWERS; more += 1) await this.#open(upToCamera(this.#relayed));
    const taken = await this.#take(MANY_VIEWERS, 'flv');
    await this.#closeFrom(this.#relayed);
    return taken;
  }

  /** Sixteen people with walls of sixteen tiles; afterwards each camera has its one viewer again. */
  async #takeByWalls(wall: (cameras: readonly number[]) => ViewerAt): Promise<Taken> {
    await this.#closeFrom(0);
    await sleep(LEAVE_MS);
    const all = upToCamera(this.#relayed);
    const walls = all.filter((at) => at % TILES === 0).map((at) => all.slice(at, at + TILES));
    const viewers = Array.from({ length: MANY_VIEWERS }, () => walls).flat();
    this.#looks.push(...viewers.map(({ length }) => length));
    await this.#ask('open', { viewers: viewers.map(wall), withinMs: 0 });
    const taken = await this.#take(MANY_VIEWERS, 'wall');
    await this.#closeFrom(0);
    await this.#open(all);
    return taken;
  }

  async #take(viewersEach: number, by: Taken['by']): Promise<Taken> {
    await sleep(WARM_MS);
    const before = await this.#counted();
    const { cpuPercent } = await loadOf(this.#side.pids(), this.#options.lookMs);
    const got = (await this.#counted()).map((bytes, at) => bytes - (before[at] ?? 0));
    const enough = SENT_BYTES_PER_S * (this.#options.lookMs / 1_000) * 0.8;
    const isBehind = (bytes: number, at: number): boolean => bytes < enough * (this.#looks[at] ?? 0);
    const memoryMib = sharedMemoryMibOf(this.#side.pids()) - this.#idleMib;
    return { relays: this.#relayed, viewersEach, by, cpuPercent, memoryMib, behind: got.filter(isBehind).length };
  }

  /** Viewers of these cameras; answers how long those waited that got a picture. */
  async #open(at: readonly number[]): Promise<readonly number[]> {
    this.#looks.push(...at.map(() => 1));
    const wish = { viewers: at.map(this.#side.viewer), withinMs: FIRST_WITHIN_MS };
    const { firstMs } = First.parse(await this.#ask('open', wish));
    return firstMs.filter((ms) => ms !== null);
  }

  #closeFrom(from: number): Promise<unknown> {
    this.#looks.splice(from);
    return this.#ask('close', { from });
  }

  #counted = async (): Promise<readonly number[]> => Counted.parse(await this.#ask('count')).bytes;

  #ask(name: string, value?: unknown): Promise<unknown> {
    const said = this.#viewers.said(name);
    this.#viewers.child.send(value === undefined ? [name] : [name, value]);
    return said;
  }
}

const upToCamera = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);

/** Half a megabit. */
const SENT_BYTES_PER_S = 500_000 / 8;
