import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DiskWatch, daysLeft } from '../../../gateway/disk-watch.ts';

const HOUR = 3_600_000;
const GIB = 1024 ** 3;

describe('days until the disk is full', () => {
  it('follow from how fast free space went', () => {
    const samples = [
      { at: 0, freeBytes: 100 * GIB },
      { at: 12 * HOUR, freeBytes: 90 * GIB },
    ];
    expect(daysLeft(samples)).toBeCloseTo(4.5);
  });

  it.each([
    ['nothing was seen', []],
    [
      'less than an hour was seen',
      [
        { at: 0, freeBytes: 9 },
        { at: HOUR - 1, freeBytes: 1 },
      ],
    ],
    [
      'free space grew',
      [
        { at: 0, freeBytes: 9 },
        { at: HOUR, freeBytes: 10 },
      ],
    ],
    [
      'nothing changed',
      [
        { at: 0, freeBytes: 9 },
        { at: HOUR, freeBytes: 9 },
      ],
    ],
  ])('are not told when %s', (_case, samples) => {
    expect(daysLeft(samples)).toBeUndefined();
  });

  it('are exact for a disk that fills evenly', () => {
    const [perHour, hours] = [fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 1, max: 24 })];
    fc.assert(
      fc.property(perHour, hours, fc.integer({ min: 1, max: 1e5 }), (bytes, seen, left) => {
        const at = (hour: number) => ({ at: hour * HOUR, freeBytes: bytes * (left + seen - hour) });
        expect(daysLeft([at(0), at(seen)])).toBeCloseTo(left / 24, 6);
      }),
    );
  });
});

it('reads what the disk says', async () => {
  const report = await new DiskWatch(tmpdir(), () => 0).report();
  expect(report.freeBytes).toBeGreaterThan(0);
  expect(report.totalBytes).toBeGreaterThanOrEqual(report.freeBytes);
});
