import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StreamSource } from '../../../gateway/domain/camera.ts';
import { type ManyCameras, type OneOfMany, startCameras } from '../../../simulators/cameras/cameras.ts';
import type { Troubles } from '../../../simulators/cameras/troubles.ts';
import { readTag, tagBytes } from '../../../streams/flv.ts';
import type { FlvSink } from '../../../streams/flv-viewer.ts';
import type { Relays } from '../../../streams/relays.ts';
import { SESSION_LIMITS } from '../../../streams/rtsp/session.ts';
import type { SourceStatus } from '../../../streams/source-status.ts';
import { openTestRelays } from '../../parts/relays.ts';

const LOGIN = { username: 'operator', password: 'hostile cameras' };
/** Cameras that are well, in H.264 and in H.265: what the others do must not be seen on them. */
const WELL = 2;
/** A second without a picture would be seen on a wall, also on a machine that has much else to do. */
const GAP_MAX_MS = 1000;

/** One viewer: when each picture came, and its time in the stream. */
class Watching implements FlvSink {
  readonly pictures: { at: number; timeMs: number }[] = [];

  send(bytes: Buffer, sent: () => void): void {
    setImmediate(sent);
    for (let flv = bytes.subarray(bytes.indexOf('FLV') === 0 ? 13 : 0); tagBytes(flv) !== undefined; ) {
      const { kind, timeMs, bytes: length } = readTag(flv);
      if (kind === 'key' || kind === 'picture') this.pictures.push({ at: performance.now(), timeMs });
      flv = flv.subarray(length);
    }
  }
  close(): void {}

  async more(count: number): Promise<void> {
    const goal = this.pictures.length + count;
    await expect.poll(() => this.pictures.length, { timeout: 20_000, interval: 20 }).toBeGreaterThanOrEqual(goal);
  }
  longestGapMs = (): number => Math.max(...stepsOf(this.pictures.map(({ at }) => at)));
  steps = (): readonly number[] => stepsOf(this.pictures.map(({ timeMs }) => timeMs));
}
const stepsOf = (times: readonly number[]): readonly number[] =>
  times.slice(1).map((time, i) => time - (times[i] ?? time));

/** Cameras that do each what is listed, and cameras that are well, all on one plane; each is watched. */
class Site {
  readonly states: SourceStatus[] = [];
  readonly #cleaning: (() => Promise<void>)[] = [];
  readonly #many: ManyCameras;
  readonly #watched: readonly Watching[];
  readonly #relays: Relays;

  private constructor(many: ManyCameras, silenceMs: number) {
    this.#many = many;
    const limits = { ...SESSION_LIMITS, silenceMs };
    const onState = (status: SourceStatus): void => void this.states.push(status);
    this.#relays = openTestRelays((cleanUp) => void this.#cleaning.push(cleanUp), { limits, random: () => 0, onState });
    this.#watched = many.cameras.map((camera) => watch(this.#relays, camera));
  }

  static async open(troubles: readonly Troubles[], silenceMs: number): Promise<Site> {
    const count = troubles.length + WELL;
    const many = await startCameras({ ...LOGIN, count, h265: 0.5, awayMs: 1000, troubles: (at) => troubles[at] ?? {} });
    return new Site(many, silenceMs);
  }

  camera = (at: number): OneOfMany => given(this.#many.cameras[at]);
  watching = (at: number): Watching => given(this.#watched[at]);
  well = (): readonly Watching[] => this.#watched.slice(-WELL);
  now = (at: number): SourceStatus | undefined =>
    this.#relays.status().find(({ camera }) => camera === this.camera(at).id);
  faults = (at: number): readonly string[] =>
    this.states
      .filter(({ camera }) => camera === this.camera(at).id)
      .flatMap(({ fault }) => (fault === undefined ? [] : [`${fault.reason}: ${fault.text}`]));

  async close(): Promise<void> {
    for (const cleanUp of this.#cleaning) await cleanUp();
    await this.#many.stop();
  }
}

function given<T>(found: T | undefined): T {
  if (found === undefined) throw new RangeError('no camera of that number');
  return found;
}

function watch(relays: Relays, { id, url }: OneOfMany): Watching {
  const source: StreamSource = { camera: id, quality: 'sub', connection: { url, ...LOGIN } };
  const sink = new Watching();
  const watching = relays.watch(source, sink);
  if (!watching.ok) throw new Error(watching.error.text);
  return sink;
}

describe('a camera that gives no picture any more', () => {
  const CASES: readonly (readonly [how: string, troubles: Troubles, named: RegExp])[] = [
    ['drops the connection', { dropAfterMs: 400 }, /^ended: the camera/],
    ['falls silent', { silentAfterMs: 400 }, /^silent: no picture for 1000 ms$/],
    ['sends nothing after PLAY', { silentAfterMs: 0 }, /^silent: no picture for 1000 ms$/],
    ['reboots and is away', { rebootAfterMs: 400 }, /^unreachable: /],
    ['sends RTP of another version', { wrong: 'version' }, /^silent: .*; \d\d+ packets came that are no RTP/],
    ['sends bytes between the frames', { wrong: 'unframed' }, /^not-rtsp: /],
    ['loses nearly all packets', { loss: 0.95 }, /^silent: no picture for 3000 ms; packets came, \d+ are missing/],
    ['describes no video', { missing: ['media'] }, /^no-video: /],
    ['says nothing of its codec', { missing: ['rtpmap', 'fmtp'] }, /^codec: .*H264/],
  ];
  let site: Site;
  beforeAll(async () => {
    site = await Site.open(
      CASES.map(([, troubles]) => troubles),
      1000,
    );
  });
  afterAll(() => site.close());

  it.each(CASES.map(([how, , named], at) => ({ how, named, at })))(
    'because it $how is told by that, and comes back when it is well',
    async ({ named, at }) => {
      const naming = expect.stringMatching(named);
      await expect.poll(() => site.faults(at), { timeout: 20_000, interval: 20 }).toContainEqual(naming);
      site.camera(at).misbehave({});
      await site.watching(at).more(30);
      expect(site.now(at)).toMatchObject({ state: 'playing' });
      expect(Math.min(...site.watching(at).steps())).toBeGreaterThan(0);
    },
  );

  it('is not noticed on the others', () => {
    for (const one of site.well()) {
      expect(one.pictures.length).toBeGreaterThan(50);
      expect(one.longestGapMs()).toBeLessThan(GAP_MAX_MS);
    }
  });
});

describe('a camera that does it wrong and goes on', () => {
  /** Each twice: in H.264 and in H.265. */
  const CASES: readonly (readonly [how: string, troubles: Troubles])[] = [
    ['marks every packet', { wrong: 'marked' }],
    ['marks none', { wrong: 'unmarked' }],
    ['sends frames of noise between its own', { wrong: 'garbage' }],
    ['leaves its codec out of the description', { missing: ['rtpmap'] }],
    ['describes no parameters', { missing: ['fmtp'] }],
    ['describes no parameter sets', { missing: ['sets'] }],
    ['names no track', { missing: ['control'] }],
    ['leaps by an hour in its clock', { clockJumpMs: 3_600_000 }],
    ['loses a tenth of its packets', { loss: 0.1 }],
  ];
  const LEAPS = 7;
  const LOSES = 8;
  let site: Site;
  beforeAll(async () => {
    site = await Site.open(
      CASES.flatMap(([, troubles]) => [troubles, troubles]),
      SESSION_LIMITS.silenceMs,
    );
  });
  afterAll(() => site.close());

  it('is watched for five seconds', async () => {
    await Promise.all(site.well().map((one) => one.more(125)));
    for (const one of site.well()) expect(one.longestGapMs()).toBeLessThan(GAP_MAX_MS);
  });

  it.each(CASES.slice(0, LOSES).map(([how], at) => ({ how, at })))(
    'as it $how is shown without a break, in both codecs',
    ({ at }) => {
      for (const each of [2 * at, 2 * at + 1]) {
        expect(site.watching(each).pictures.length).toBeGreaterThan(100);
        expect(site.watching(each).longestGapMs()).toBeLessThan(GAP_MAX_MS);
        expect(Math.min(...site.watching(each).steps())).toBeGreaterThan(0);
        expect(Math.max(...site.watching(each).steps())).toBeLessThan(GAP_MAX_MS);
        expect(site.faults(each)).toEqual([]);
      }
    },
  );

  it('is told of, where its clock leaps or its packets are lost', () => {
    expect(site.now(2 * LEAPS)?.clockJumps).toBeGreaterThanOrEqual(2);
    expect(site.now(2 * LOSES)?.lostPackets).toBeGreaterThan(20);
    expect(site.now(0)).not.toMatchObject({ lostPackets: expect.anything(), clockJumps: expect.anything() });
  });

  it('is whole again once its packets arrive', async () => {
    for (const at of [2 * LOSES, 2 * LOSES + 1]) site.camera(at).misbehave({});
    await Promise.all([2 * LOSES, 2 * LOSES + 1].map((at) => site.watching(at).more(60)));
    expect(site.now(2 * LOSES)).toMatchObject({ state: 'playing' });
  });
});
