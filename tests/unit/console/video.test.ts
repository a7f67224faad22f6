import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseSource, type Source } from '../../../console/src/video/choose-source.ts';
import { avcName, hevcName } from '../../../console/src/video/codec-name.ts';
import { OPENING_MAX_MS, STALLED_AFTER_MS, Watchdog, waitBeforeRetry } from '../../../console/src/video/watchdog.ts';

describe('the watch over a picture', () => {
  it('calls it stalled when no new picture came for three seconds', () => {
    const dog = new Watchdog(0);
    expect(dog.look(0, 1_000)).toBe('opening');
    expect(dog.look(5, 1_500)).toBe('playing');
    expect(dog.look(5, 1_500 + STALLED_AFTER_MS)).toBe('playing');
    expect(dog.look(5, 1_501 + STALLED_AFTER_MS)).toBe('stalled');
    expect(dog.movedAt).toBe(1_500);
  });

  it('gives the first picture longer, since the camera has to be asked for it', () => {
    const dog = new Watchdog(0);
    expect(dog.look(0, OPENING_MAX_MS)).toBe('opening');
    expect(dog.look(0, OPENING_MAX_MS + 1)).toBe('stalled');
  });

  it('tries again after half a second to ten, never at once', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (failures, random) => {
        const waitMs = waitBeforeRetry(failures, () => random);
        expect(waitMs).toBeGreaterThanOrEqual(500);
        expect(waitMs).toBeLessThanOrEqual(10_000);
      }),
    );
  });
});

describe('the choice of a stream', () => {
  const source = (protocol: Source['protocol'], quality: Source['quality'], codec: string, more = {}): Source => ({
    ...{ protocol, url: `/live/${protocol}/${quality}`, codec, quality },
    ...more,
  });
  const plays =
    (...ways: readonly string[]) =>
    async ({ protocol, codec }: Source) =>
      ways.includes(`${protocol} ${codec.toLowerCase()}`);

  it('takes the first wanted quality that this browser plays', async () => {
    const sources = [source('ws-flv', 'main', 'H264'), source('ws-flv', 'sub', 'h264')];
    expect(await chooseSource({ sources }, ['sub', 'main'], plays('ws-flv h264'))).toEqual({ source: sources[1] });
    const mixed = [source('ws-flv', 'main', 'h264'), source('ws-flv', 'sub', 'H265')];
    expect(await chooseSource({ sources: mixed }, ['sub', 'main'], plays('ws-flv h264'))).toEqual({ source: mixed[0] });
  });

  it('takes the wall’s connection where the browser decodes by itself, else WS-FLV', async () => {
    const sources = [source('ws-flv', 'sub', 'h264'), source('http-flv', 'sub', 'h264'), source('wall', 'sub', 'h264')];
    const both = plays('wall h264', 'ws-flv h264', 'http-flv h264');
    expect(await chooseSource({ sources }, ['sub'], both)).toEqual({ source: sources[2] });
    expect(await chooseSource({ sources }, ['sub'], plays('ws-flv h264'))).toEqual({ source: sources[0] });
  });

  it('takes H.265 as it is where it plays, and what the gateway encodes again only where nothing else does', async () => {
    const encoded = source('wall', 'sub', 'h264', { transcoded: true });
    const sources = [source('wall', 'main', 'h265'), source('wall', 'sub', 'h265'), encoded];
    const order = ['sub', 'main'] as const;
    expect(await chooseSource({ sources }, order, plays('wall h265', 'wall h264'))).toEqual({ source: sources[1] });
    expect(await chooseSource({ sources }, order, plays('wall h264'))).toEqual({ source: encoded });
  });

  it('says whether there is no stream or only ones that cannot be played', async () => {
    expect(await chooseSource({ sources: [] }, ['sub'], plays('ws-flv h264'))).toEqual({ refused: 'none' });
    const hevc = [source('ws-flv', 'sub', 'hevc')];
    expect(await chooseSource({ sources: hevc }, ['sub'], plays('ws-flv h264'))).toEqual({ refused: 'codec' });
  });
});

describe('the name of a codec', () => {
  it('is read off the decoder’s configuration', () => {
    expect(avcName(Uint8Array.of(1, 0x64, 0x00, 0x29, 0xff))).toBe('avc1.640029');
    // Main profile, level 4, compatible with Main and Main 10, constraints 90: as x265 writes them
    const record = Uint8Array.of(1, 0x01, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 120, 0xf0);
    expect(hevcName(record)).toBe('hvc1.1.6.L120.90');
  });
});
