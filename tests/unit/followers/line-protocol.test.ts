import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldText, formatLine, tagText } from '../../../gateway/followers/archive/line-protocol.ts';
import type { FieldValue, Point } from '../../../gateway/followers/archive/point.ts';
import { readLine, splitLines } from '../../parts/line-protocol-reader.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\\', ',', '=', ' ', '"', '\n', 'a', '\ud800', '字') }),
);
const anyField: fc.Arbitrary<FieldValue> = fc.oneof(
  anyText,
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.boolean(),
);
const anyPoint: fc.Arbitrary<Point> = fc.record({
  measurement: fc.constantFrom('alarm', 'telemetry', 'access', 'device_status'),
  tags: fc.dictionary(fc.constantFrom('region', 'type', 'severity', 'kind'), anyText),
  fields: fc.dictionary(fc.constantFrom('alarm', 'seq', 'value', 'text', 'km_value'), anyField, { minKeys: 1 }),
  atNs: fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }),
});

const asStored = ({ measurement, tags, fields, atNs }: Point) => ({
  measurement,
  tags: Object.fromEntries(
    Object.entries(tags)
      .filter(([, text]) => text !== '')
      .map(([key, text]) => [key, tagText(text)]),
  ),
  fields: Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      typeof value === 'string' ? fieldText(value) : value === 0 ? 0 : value,
    ]),
  ),
  atNs,
});

describe('line protocol', () => {
  it('reads back every point that it writes, whatever is in it', () => {
    fc.assert(
      fc.property(anyPoint, (point) => {
        expect(readLine(formatLine(point))).toEqual(asStored(point));
      }),
      { numRuns: 2000 },
    );
  });

  it('stays as many points as were put together', () => {
    fc.assert(
      fc.property(fc.array(anyPoint, { maxLength: 20 }), (points) => {
        expect(splitLines(points.map(formatLine).join('\n')).map(readLine)).toEqual(points.map(asStored));
      }),
    );
  });

  it('changes no text of the catalogues on its way into a tag', () => {
    for (const text of ['railway.perimeter.intrusion', '360902001000', '温度, 轨温 = °C', 'a b'])
      expect(tagText(text)).toBe(text);
  });

  it('replaces what a tag cannot hold', () => {
    expect(tagText('end\\')).toBe('end_');
    expect(tagText('two\nlines')).toBe('two_lines');
    expect(tagText('x'.repeat(1000))).toHaveLength(200);
    expect(formatLine({ measurement: 'access', tags: { direction: '' }, fields: { seq: 1n }, atNs: 5n })).toBe(
      'access seq=1i 5',
    );
  });
});
