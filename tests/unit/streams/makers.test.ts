import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { AccessUnit } from '../../../streams/access-unit.ts';
import { pictureSize } from '../../../streams/decoder-config.ts';
import { chooseTrack } from '../../../streams/rtp/depacketiser.ts';
import { chooseSound } from '../../../streams/rtp/sound.ts';
import { RtspReader, type RtspResponse } from '../../../streams/rtsp/message.ts';
import { readSdp } from '../../../streams/rtsp/sdp.ts';
import { controlPath, pathOf } from '../../../streams/rtsp/target.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/rtsp');
/** The path that was entered: what a description without a base counts from. */
const ENTERED = '/live';
/** Of H.264 and H.265, a packet that is a key picture by itself. */
const KEY = { H264: Buffer.from([0x65, 0x88]), H265: Buffer.from([0x26, 0x01, 0x80]) };

/** What stands in a recorded answer: its description, and the path from which its controls count. */
function described(file: string): Readonly<{ body: string; base: string }> {
  const text = readFileSync(join(FOLDER, file), 'utf8').replaceAll('\n', '\r\n');
  if (file.endsWith('.sdp')) return { body: text, base: ENTERED };
  const answers: RtspResponse[] = [];
  const reader = new RtspReader((message) => message.kind === 'response' && answers.push(message));
  expect(reader.push(Buffer.from(text))).toBeUndefined();
  const [answer] = answers;
  const base = answer?.headers.get('content-base')?.[0];
  return { body: answer?.body ?? '', base: (base === undefined ? undefined : pathOf(base)) ?? ENTERED };
}

const DAHUA = '/cam/realmonitor?channel=1&subtype=1&unicast=true&proto=Onvif';
const HIKVISION = '/Streaming/Channels/101';
const ONE = '?transportmode=unicast&profile=Profile_1';
const GW = '/H264?channel=1&subtype=0&unicast=true&proto=Onvif';
/** Where pictures are set up, what they are (ffprobe reads the same sizes where it reads any), and the sound that can be heard. */
const MAKERS: Readonly<Record<string, readonly [setup: string, play: string, picture: string, sound: string]>> = {
  'anjvision.txt': ['/live/trackID=1', '/live', 'H265 1280x704', '-'],
  'anpviz.sdp': ['/live/trackID=1', '/live', 'H264 704x576', '-'], // AAC without the lengths of its heads
  'dahua-h264-aac.txt': [`${DAHUA}/trackID=0`, `${DAHUA}/`, 'H264 704x480', 'MPEG4-GENERIC'],
  'dahua-h265-pcma.txt': [
    ...(['/cam/realmonitor?channel=1&subtype=2/trackID=0', '/cam/realmonitor?channel=1&subtype=2/'] as const),
    ...(['H265 704x480', 'PCMA'] as const),
  ],
  'foscam.txt': ['/videoMain/track1', '/videoMain/', 'H264 1280x720', 'PCMU'],
  'geovision.sdp': ['/media/video1/video', '/live', 'H264 2688x1520', '-'],
  'gw-main.txt': [`${GW}/video`, GW, 'H264 1920x1080', 'PCMU'], // sets with a start code behind them
  'h264dvr.txt': ['/camera/trackID=3', '/camera', 'H264 1920x1080', 'PCMA'],
  'hikvision.txt': [`${HIKVISION}/trackID=1${ONE}`, `${HIKVISION}/${ONE}`, 'H264 1920x1080', '-'],
  'ipcam.sdp': ['/live/trackID=1', '/live', 'H264 1280x960', '-'],
  'macrovideo.sdp': ['/live/track1', '/live', 'H264 1280x720', '-'],
  'no-content-type.txt': ['/live/streamid=0', '/live', 'H264 320x180', 'MPEG4-GENERIC'],
  'reolink.txt': ['/h264Preview_01_main/trackID=1', '/h264Preview_01_main/', 'H264 2560x1440', 'MPEG4-GENERIC'],
  'tp-link.sdp': ['/live/track1', '/live', 'H265 2560x1440', 'PCMA'],
  'ubiquiti.sdp': ['/live/trackID=2', '/live', 'H264 1920x1080', 'MPEG4-GENERIC'],
  'vitek.txt': ['/chID=2&streamType=sub/trackID=0', '/chID=2&streamType=sub/', 'H265 in band', 'PCMU'],
  'vstarcam.txt': ['/live/track0', '/live', 'H264 1920x1080', 'PCMA'],
};

it('knows every recorded camera', () => {
  expect(readdirSync(FOLDER).filter((file) => /\.(txt|sdp)$/.test(file) && !file.startsWith('LICENSE'))).toEqual(
    Object.keys(MAKERS).sort(),
  );
});

it.each(Object.entries(MAKERS))('reads what %s describes', (file, [setup, play, picture, sound]) => {
  const { body, base } = described(file);
  const sdp = readSdp(body);
  const track = chooseTrack(sdp);
  if (!track.ok) return expect.fail(track.error.text);
  const { media, open } = track.value;
  const units: AccessUnit[] = [];
  const key = media.codec === 'H265' ? KEY.H265 : KEY.H264;
  const head = { payloadType: media.payloadType, marker: true };
  open((unit) => units.push(unit)).push({ ...head, sequence: 1, timestamp: 1, payload: key });
  const sets = units[0]?.parameterSets;
  const size = sets === undefined ? undefined : pictureSize(units[0]?.codec ?? 'h264', sets);
  const seen = `${media.codec} ${size === undefined ? 'in band' : `${size.width}x${size.height}`}`;
  const heard = chooseSound(sdp)?.media.codec ?? '-';
  expect([controlPath(base, media.control), controlPath(base, sdp.control), seen, heard]).toEqual([
    ...[setup, play, picture, sound],
  ]);
  for (const set of [...(sets?.sps ?? []), ...(sets?.pps ?? [])])
    expect(set.subarray(-3)).not.toEqual(Buffer.from([0, 0, 1]));
});
