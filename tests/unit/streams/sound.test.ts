import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decoderFor, readSoundTags } from '../../../console/src/video/sound-tags.ts';
import { chooseSound } from '../../../streams/rtp/sound.ts';
import { readSdp } from '../../../streams/rtsp/sdp.ts';
import { readAacConfig } from '../../../streams/sound/aac-config.ts';
import type { SoundFormat, SoundFrame } from '../../../streams/sound/sound.ts';
import { SoundClock } from '../../../streams/sound/sound-clock.ts';
import { planSound } from '../../../streams/sound/sound-mp4.ts';
import { PushedSounds, soundBody, soundConfigBody } from '../../../streams/sound/sound-tag.ts';

/** AAC-LC, 16 kHz, one channel; the same at 44.1 kHz with two. */
const [MONO_16, STEREO_44] = [Buffer.from('1408', 'hex'), Buffer.from('1210', 'hex')];
const AAC: SoundFormat = { codec: 'aac', sampleRate: 16_000, channels: 1, config: MONO_16 };
const ALAW: SoundFormat = { codec: 'g711a', sampleRate: 8000, channels: 1, config: Buffer.alloc(0) };

describe('the configuration of AAC', () => {
  it.each([
    ['1408', { sampleRate: 16_000, channels: 1 }],
    ['1210', { sampleRate: 44_100, channels: 2 }],
    ['17801f4008', { sampleRate: 16_000, channels: 1 }], // the rate in 24 bits
  ])('%s is read', (hex, read) => expect(readAacConfig(Buffer.from(hex, 'hex'))).toEqual(read));

  it.each([
    ['another kind than AAC-LC', '2c08'],
    ['six channels', '1430'],
    ['frames of 960 samples', '140c'],
    ['one byte', '14'],
    ['65 bytes', '14'.repeat(65)],
  ])('%s is none that is passed on', (_what, hex) => expect(readAacConfig(Buffer.from(hex, 'hex'))).toBeUndefined());
});

const sdp = (...lines: string[]): string =>
  ['v=0', 'm=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/90000', 'a=control:track1', ...lines, ''].join('\r\n');
const AAC_MEDIA = [
  ...['m=audio 0 RTP/AVP 97', 'a=control:track2', 'a=rtpmap:97 MPEG4-GENERIC/16000/1'],
  'a=fmtp:97 streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=1408',
];
/** The frames that these payloads hold. */
function framesOf(media: readonly string[], ...packets: readonly (readonly [time: number, payload: Buffer])[]) {
  const frames: SoundFrame[] = [];
  const take = chooseSound(readSdp(sdp(...media)))?.open((frame) => frames.push(frame));
  const about = { marker: false, payloadType: 97, sequence: 0, source: 1 };
  for (const [timestamp, payload] of packets) take?.({ ...about, timestamp, payload });
  return frames.map(({ time, data }) => [time, data.toString('hex')]);
}
/** AU headers of 13 and 3 bits. Source: RFC 3640, 3.3.6. */
function aac(sizes: readonly number[], data: string): Buffer {
  const head = Buffer.alloc(2 + 2 * sizes.length);
  head.writeUInt16BE(16 * sizes.length);
  for (const [index, size] of sizes.entries()) head.writeUInt16BE(size << 3, 2 + 2 * index);
  return Buffer.concat([head, Buffer.from(data, 'hex')]);
}

describe('sound in RTP', () => {
  it('is chosen where it goes from the camera, in a codec that is passed on', () => {
    const talk = ['m=audio 0 RTP/AVP 8', 'a=control:talk', 'a=sendonly'];
    expect(chooseSound(readSdp(sdp(...talk)))).toBeUndefined();
    expect(chooseSound(readSdp(sdp(...talk, ...AAC_MEDIA)))?.media.control).toBe('track2');
    expect(chooseSound(readSdp(sdp('m=audio 0 RTP/AVP 0', 'a=control:t')))?.media.codec).toBe('PCMU');
    for (const other of [
      ['m=audio 0 RTP/AVP 97', 'a=rtpmap:97 G726-32/8000'],
      ['m=audio 0 RTP/AVP 97', 'a=rtpmap:97 PCMA/16000'],
      [...AAC_MEDIA.slice(0, 3), 'a=fmtp:97 config=1408'], // without the lengths of its heads
      AAC_MEDIA.map((line) => line.replace('MPEG4-GENERIC/16000', 'MPEG4-GENERIC/48000')),
    ])
      expect(chooseSound(readSdp(sdp(...other)))).toBeUndefined();
  });

  it('holds several frames in a packet, or a frame in several packets', () => {
    expect(framesOf(AAC_MEDIA, [5000, aac([2, 3], 'aabbccddee')])).toEqual([
      [5000, 'aabb'],
      [6024, 'ccddee'],
    ]);
    expect(framesOf(AAC_MEDIA, [7, aac([4], 'aabb')], [7, aac([4], 'ccdd')])).toEqual([[7, 'aabbccdd']]);
  });

  it('gives no frame that is not whole', () => {
    expect(framesOf(AAC_MEDIA, [7, aac([4], 'aabb')], [8, aac([2], 'ccdd')])).toEqual([[8, 'ccdd']]);
    expect(framesOf(AAC_MEDIA, [7, aac([4], 'aabb')], [7, aac([4], 'ccddee')])).toEqual([]);
    expect(framesOf(AAC_MEDIA, [7, aac([2, 9], 'aabbcc')])).toEqual([[7, 'aabb']]);
  });

  it('does no harm whatever the packet holds', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void framesOf(AAC_MEDIA, [0, Buffer.from(bytes)])));
  });
});

it('is read by the console and from a push as it was written', () => {
  const tags = [AAC, ALAW].map((format) => ({ format, data: Buffer.from('0102030405', 'hex'), time: 0, samples: 5 }));
  for (const frame of tags) {
    const heard: SoundFrame[] = [];
    const pushed = new PushedSounds((one) => heard.push(one));
    const bodies = [soundConfigBody(frame.format), soundBody(frame)].filter((body) => body !== undefined);
    for (const body of bodies) pushed.take(body, 2000);
    expect(heard).toMatchObject([{ data: frame.data, format: { codec: frame.format.codec } }]);
    expect(heard[0]?.time).toBe(2 * frame.format.sampleRate);
    const flv = Buffer.concat(bodies.map((body) => tag(8, body)));
    const read = readSoundTags(new Uint8Array(flv).buffer);
    expect(read.map(({ kind }) => kind)).toEqual(frame.format.codec === 'aac' ? ['config', 'aac'] : ['alaw']);
    expect(Buffer.from(read.at(-1)?.content ?? [])).toEqual(frame.data);
    const [first] = read;
    if (first === undefined) return expect.fail();
    expect(decoderFor(first)).toMatchObject({ sampleRate: frame.format.sampleRate, numberOfChannels: 1 });
  }
});
function tag(type: number, body: Buffer): Buffer {
  const head = Buffer.alloc(11);
  head.writeUInt32BE(body.length);
  head[0] = type;
  return Buffer.concat([head, body, Buffer.alloc(4)]);
}

it('knows AAC of two channels by its configuration', () => {
  const content = new Uint8Array(STEREO_44);
  expect(decoderFor({ kind: 'config', timeMs: 0, content })).toMatchObject({ sampleRate: 44_100, numberOfChannels: 2 });
  expect(decoderFor({ kind: 'aac', timeMs: 0, content })).toBeUndefined();
});

describe('the clock of sound', () => {
  it('plays evenly what comes in bursts', () => {
    const clock = new SoundClock();
    const comes = [0, 0, 0, 120, 120, 120];
    const times = comes.map((at, index) => clock.next({ time: index * 320, format: ALAW }, at));
    expect(times).toEqual([0, 40, 80, 120, 160, 200]);
  });

  it('never goes back, and is never far from the pictures, whatever the camera’s clock does', () => {
    const step = fc.record({ time: fc.nat({ max: 2 ** 32 - 1 }), laterMs: fc.nat({ max: 500 }) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const clock = new SoundClock();
        let [at, last] = [0, 0];
        for (const { time, laterMs } of steps) {
          at += laterMs;
          const ms = clock.next({ time, format: ALAW }, at);
          expect(ms).toBeGreaterThanOrEqual(last);
          expect(ms - at).toBeLessThanOrEqual(401);
          last = ms;
        }
      }),
    );
  });
});

describe('sound in a clip', () => {
  const piece = (dtsMs: number, format: SoundFormat = ALAW, bytes = 320) => ({
    ...{ format, data: Buffer.alloc(bytes, 1), at: dtsMs, dtsMs },
  });

  it('begins as much later as it came, and fills a gap with silence', () => {
    const plan = planSound([piece(60), piece(140), piece(180), piece(1220)], 100);
    expect(plan?.laterMs).toBe(40);
    expect(plan?.pieces.map(({ ticks }) => ticks)).toEqual([320, 320, 8000, 320]);
    expect(plan?.pieces[2]?.data.every((byte) => byte === 0xd5)).toBe(true);
  });

  it('holds AAC’s last frame over a gap', () => {
    const plan = planSound([piece(0, AAC), piece(64, AAC), piece(1064, AAC)], 0);
    expect(plan?.pieces.map(({ ticks }) => ticks)).toEqual([1024, 16_000, 1024]);
  });

  it('has one format, that of its beginning', () => {
    expect(planSound([piece(0), piece(40, AAC), piece(80)], 0)?.pieces).toHaveLength(2);
    expect(planSound([], 0)).toBeUndefined();
  });
});
