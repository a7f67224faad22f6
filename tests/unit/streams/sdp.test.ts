import { expect, it } from 'vitest';
import { chooseTrack } from '../../../streams/rtp/depacketiser.ts';
import { readSdp } from '../../../streams/rtsp/sdp.ts';

const SDP = [
  ...['v=0', 'o=- 1 1 IN IP4 0.0.0.0', 's=Media', 'a=control:rtsp://10.0.0.1/s1/', 't=0 0'],
  ...['m=application 0 RTP/AVP 107', 'a=control:track3', 'a=rtpmap:107 vnd.onvif.metadata/90000'],
  ...['m=video 0 RTP/AVP 96', 'b=AS:5000', 'a=control:track1', 'a=rtpmap:96 H264/90000'],
  ...[
    'a=fmtp:96 profile-level-id=420029; packetization-mode=1; sprop-parameter-sets=Z0IAKeKQFgJNgSUFBekSgA==,aM48gA==',
  ],
  ...['m=audio 0 RTP/AVP 8', 'a=control:track2'],
];

it('reads tracks, codecs and parameters, whatever ends the lines', () => {
  for (const end of ['\r\n', '\n']) {
    const sdp = readSdp(SDP.join(end));
    expect(sdp.control).toBe('rtsp://10.0.0.1/s1/');
    expect(sdp.media.map(({ kind, codec, control }) => [kind, codec, control])).toEqual([
      ['application', 'VND.ONVIF.METADATA', 'track3'],
      ['video', 'H264', 'track1'],
      ['audio', 'PCMA', 'track2'],
    ]);
    expect(sdp.media[1]?.fmtp.get('sprop-parameter-sets')).toBe('Z0IAKeKQFgJNgSUFBekSgA==,aM48gA==');
  }
});

it('takes the first video track that it can show, and names what it cannot', () => {
  const withFirst = (codec: string) =>
    SDP.join('\n').replace('m=application 0 RTP/AVP 107', `m=video 0 RTP/AVP 97\na=rtpmap:97 ${codec}/90000`);
  expect(chooseTrack(readSdp(withFirst('H265')))).toMatchObject({ ok: true, value: { media: { codec: 'H265' } } });
  expect(chooseTrack(readSdp(withFirst('AV1')))).toMatchObject({ ok: true, value: { media: { codec: 'H264' } } });
  const others = withFirst('AV1').replace('H264', 'JPEG');
  expect(chooseTrack(readSdp(others))).toMatchObject({
    ok: false,
    error: { text: 'the stream is AV1, JPEG; set the camera to H264, H265' },
  });
  expect(chooseTrack(readSdp('v=0'))).toMatchObject({ ok: false, error: { reason: 'no-video' } });
});
