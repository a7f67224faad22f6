import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseSource, type Source } from '../../../console/src/video/choose-source.ts';
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
  const source = (quality: Source['quality'], codec: string): Source => ({
    protocol: 'ws-flv',
    url: `/live/flv/c/${quality}`,
    codec,
    quality,
  });
  const onlyH264 = (mime: string) => mime.includes('avc1');

  it('takes the first wanted quality that this browser plays', () => {
    const sources = [source('main', 'H264'), source('sub', 'h264')];
    expect(chooseSource({ sources }, ['sub', 'main'], onlyH264)).toEqual({ source: sources[1] });
    const mixed = [source('main', 'h264'), source('sub', 'H265')];
    expect(chooseSource({ sources: mixed }, ['sub', 'main'], onlyH264)).toEqual({ source: mixed[0] });
  });

  it('says whether there is no stream or only ones that cannot be played', () => {
    expect(chooseSource({ sources: [] }, ['sub'], onlyH264)).toEqual({ refused: 'none' });
    expect(chooseSource({ sources: [source('sub', 'hevc')] }, ['sub'], onlyH264)).toEqual({ refused: 'codec' });
  });
});
