import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MultipartParser, type Part } from '../../../adapters/http/multipart.ts';

const BOUNDARY = 'myboundary';
const XML = '<?xml version="1.0"?>\n<a:Alert xmlns:a="x"><eventState>active</eventState></a:Alert>';
const JSON_TEXT = '{"a": "}\\"{", "b": [{"c": 1}]}';
const EVENT = 'Code=VideoMotion;action=Start;index=0;data={\n   "Name" : "a;b=} --my",\n   "Id" : [ 0 ]\n}';
const LINE = 'Code=VideoBlind;action=Start;index=0';

const Body = fc.constantFrom(XML, JSON_TEXT, EVENT, LINE, 'Heartbeat');
const Picture = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
type Sent = Readonly<{ type: string; body: Buffer; length: number; line: string }>;
const Sent: fc.Arbitrary<Sent> = fc.oneof(
  fc.record({
    type: fc.constant('text/plain'),
    body: Body.map((text) => Buffer.from(text)),
    length: fc.nat(1000),
    line: fc.constantFrom('\r\n', '\n'),
  }),
  fc.record({ type: fc.constant('image/jpeg'), body: Picture, length: fc.nat(1000), line: fc.constant('\r\n') }),
);

const written = ({ type, body, length, line }: Sent): Buffer =>
  Buffer.concat([
    Buffer.from(`--${BOUNDARY}${line}Content-Type: ${type}${line}Content-Length:${length}${line}${line}`),
    body,
    Buffer.from(`${line}${line}`),
  ]);

function chunks(stream: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (stream.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((from, index) => stream.subarray(from, places[index] ?? stream.length));
}

function parse(pieces: readonly Buffer[]): readonly Part[] {
  const parser = new MultipartParser(BOUNDARY);
  return [...pieces.flatMap((piece) => [...parser.push(piece)]), ...parser.end()];
}

describe('a multipart parser', () => {
  it('gives the same parts however the stream was cut, and whatever lengths it claims', () => {
    fc.assert(
      fc.property(fc.array(Sent, { maxLength: 6 }), fc.array(fc.nat(5000), { maxLength: 12 }), (sent, cuts) => {
        const parts = parse(chunks(Buffer.concat(sent.map(written)), cuts));
        expect(parts.map(({ contentType }) => contentType)).toEqual(sent.map(({ type }) => type));
        const expected = sent.map(({ type, body }) => (type === 'image/jpeg' ? '' : body.toString()));
        expect(parts.map(({ body }) => body.toString())).toEqual(expected);
      }),
    );
  });

  it('gives a part out as soon as its text is whole, without the next boundary', () => {
    for (const body of [XML, JSON_TEXT, EVENT]) {
      const parser = new MultipartParser(BOUNDARY);
      const parts = parser.push(Buffer.from(`--${BOUNDARY}\r\nContent-Type: text/plain\r\n\r\n${body}`));
      expect(parts.map((part) => part.body.toString())).toEqual([body]);
    }
  });

  it('takes any bytes and holds no more than its limits', () => {
    const limits = { headBytes: 64, bodyBytes: 128 };
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.constant(Buffer.from('--b\r\n\r\n')))),
        (all) => {
          const parser = new MultipartParser('b', limits);
          for (const part of all.flatMap((chunk) => [...parser.push(chunk)]))
            expect(part.body.length).toBeLessThanOrEqual(128);
        },
      ),
    );
  });
});
