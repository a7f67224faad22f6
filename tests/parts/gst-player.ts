import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Credentials } from '../../simulators/camera/digest.ts';
import { PYTHON } from './gst-rtsp-server.ts';

/** Decodes so many pictures of a stream with GStreamer's own RTSP client, parser and decoder. */
const PLAYER = `
import sys, gi
gi.require_version('Gst', '1.0')
from gi.repository import Gst
Gst.init(None)
url, codec, decoder, user, password, pictures = sys.argv[1:7]
player = Gst.parse_launch(f'rtspsrc name=from protocols=tcp latency=0 ! rtp{codec}depay ! {codec}parse ! video/x-{codec},stream-format=byte-stream,alignment=au ! {decoder} ! fakesink num-buffers={pictures}')
source = player.get_by_name('from')
source.set_property('location', url); source.set_property('user-id', user); source.set_property('user-pw', password)
player.set_state(Gst.State.PLAYING)
wanted = Gst.MessageType.ERROR | Gst.MessageType.WARNING | Gst.MessageType.EOS
message = player.get_bus().timed_pop_filtered(20 * Gst.SECOND, wanted)
player.set_state(Gst.State.NULL)
if message is None: sys.exit('not within 20 s')
if message.type == Gst.MessageType.ERROR: sys.exit(str(message.parse_error()))
if message.type == Gst.MessageType.WARNING: sys.exit(str(message.parse_warning()))
`;
const DECODERS = { h264: 'openh264dec', h265: 'libde265dec' } as const;

/** Rejects with GStreamer's words when it warns, fails, or has not seen so many pictures after 20 s. */
export async function playWithGst(
  url: string,
  codec: keyof typeof DECODERS,
  { username, password }: Credentials,
  pictures: number,
): Promise<void> {
  const args = ['-c', PLAYER, url, codec, DECODERS[codec], username, password, String(pictures)];
  await promisify(execFile)(PYTHON, args);
}
