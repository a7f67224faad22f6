import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AccessUnit } from '../../../streams/access-unit.ts';
import { decoderConfig } from '../../../streams/decoder-config.ts';
import { configBody, pictureBody } from '../../../streams/flv.ts';
import { PushUnits } from '../../../streams/push/push-units.ts';

const H264 = { sps: [Buffer.from([0x67, 0x42, 0x00, 0x1e, 1, 2])], pps: [Buffer.from([0x68, 9, 9])] };
const H265 = {
  vps: [Buffer.from([0x40, 1, 12])],
  sps: [
    Buffer.from([0x42, 1, 1, 1, 0x60, 0, 0, 3, 0, 0x90, 0, 0, 3, 0, 0, 3, 0, 0x5d, 0xa0, 2, 0x80, 0x80, 0x2d, 0x16]),
  ],
  pps: [Buffer.from([0x44, 1, 0xc1])],
};
const nal = (first: number) =>
  fc.uint8Array({ minLength: 2, maxLength: 40 }).map((bytes) => Buffer.from([first, ...bytes]));

/** What a push of these bodies becomes. */
function read(bodies: readonly (readonly [body: Buffer, timeMs: number])[]) {
  const units: AccessUnit[] = [];
  const reader = new PushUnits((unit) => units.push(unit));
  for (const [body, timeMs] of bodies) reader.take(body, timeMs);
  return { units, unreadable: reader.unreadable };
}

it.each([
  ['h264', H264, 0x65, 0x41],
  ['h265', H265, 0x26, 0x02],
] as const)(
  'gives the pictures of %s that were pushed, with their sets at each key frame',
  (codec, sets, key, inter) => {
    const picture = (isKey: boolean, nals: readonly Buffer[]): AccessUnit => ({ codec, nals, isKey, rtpTime: 0 });
    fc.assert(
      fc.property(
        fc.array(nal(key), { minLength: 1, maxLength: 3 }),
        fc.array(nal(inter), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: -200, max: 200 }),
        (keyNals, interNals, compositionMs) => {
          const { units, unreadable } = read([
            [pictureBody(picture(false, interNals), 0), 0], // before its configuration it is nothing
            [configBody(codec, decoderConfig(codec, sets)), 0],
            [pictureBody(picture(true, keyNals), compositionMs), 1_000],
            [pictureBody(picture(false, interNals), 0), 1_040],
          ]);
          expect(unreadable).toBe(0);
          expect(units).toEqual([
            {
              codec,
              isKey: true,
              nals: keyNals,
              rtpTime: ((1_000 + compositionMs) * 90) >>> 0,
              parameterSets: sets.sps === undefined ? sets : expect.objectContaining({ sps: sets.sps, pps: sets.pps }),
            },
            { codec, isKey: false, nals: interNals, rtpTime: 1_040 * 90 },
          ]);
        },
      ),
    );
  },
);

it('reads H.265 under the number that encoders used before it had a name', () => {
  const config = Buffer.concat([Buffer.from([0x1c, 0, 0, 0, 0]), decoderConfig('h265', H265)]);
  const slice = Buffer.from([0x26, 1, 7, 7]);
  const body = Buffer.concat([Buffer.from([0x1c, 1, 0, 0, 40, 0, 0, 0, slice.length]), slice]);
  expect(
    read([
      [config, 0],
      [body, 100],
    ]).units,
  ).toMatchObject([{ codec: 'h265', isKey: true, nals: [slice], rtpTime: 140 * 90 }]);
});

it('throws at nothing that is pushed, and counts what it cannot read', () => {
  const good = configBody('h264', decoderConfig('h264', H264));
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 20 }), (bodies) => {
      read([[good, 0], ...bodies.map((bytes): [Buffer, number] => [Buffer.from(bytes), 0])]);
    }),
  );
  const vp9 = Buffer.from([0x12, 0, 0, 0, 0]);
  const cut = Buffer.concat([Buffer.from([0x17, 1, 0, 0, 0, 0, 0, 0, 99]), Buffer.from([0x65])]);
  expect(
    read([
      [good, 0],
      [vp9, 0],
      [cut, 0],
      [Buffer.alloc(0), 0],
    ]).unreadable,
  ).toBe(3);
});
