import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Debian's own Python: GObject introspection is bound to it. */
export const PYTHON = '/usr/bin/python3';

/** Serves a file of a raw stream again and again at /main, to those who sign in by Digest (MD5). */
const SERVER = `
import sys, gi
gi.require_version('Gst', '1.0'); gi.require_version('GstRtsp', '1.0'); gi.require_version('GstRtspServer', '1.0')
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer
Gst.init(None)
path, codec, user, password, transport, sound = sys.argv[1:7]
server = GstRtspServer.RTSPServer()
server.set_address('127.0.0.1'); server.set_service('0')
auth = GstRtspServer.RTSPAuth(); auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
token = GstRtspServer.RTSPToken(); token.set_string('media.factory.role', 'viewer')
auth.add_digest(user, password, token); server.set_auth(auth)
may = GstRtspServer.RTSPPermissions()
may.add_permission_for_role('viewer', 'media.factory.access', True)
may.add_permission_for_role('viewer', 'media.factory.construct', True)
factory = GstRtspServer.RTSPMediaFactory()
tone = 'audiotestsrc is-live=true freq=440 ! audio/x-raw,rate='
sounds = {'aac': tone + '16000,channels=1 ! voaacenc ! rtpmp4gpay name=pay1 pt=97', 'alaw': tone + '8000,channels=1 ! alawenc ! rtppcmapay name=pay1 pt=8'}
factory.set_launch(f'( multifilesrc location={path} loop=true ! {codec}parse ! rtp{codec}pay name=pay0 pt=96 {sounds.get(sound, "")} )')
factory.set_permissions(may)
if transport == 'udp': factory.set_protocols(GstRtsp.RTSPLowerTrans.UDP)
server.get_mount_points().add_factory('/main', factory)
server.attach(None)
print(server.get_bound_port(), flush=True)
GLib.timeout_add(100, lambda: sys.stdin.read(0) is not None)
GLib.io_add_watch(0, GLib.IO_HUP, lambda *_: sys.exit(0))
GLib.MainLoop().run()
`;

/** Whether Debian's gst-rtsp-server and what it needs is on this machine. */
export function hasGstRtspServer(): boolean {
  const asked = `import gi
gi.require_version('Gst', '1.0'); gi.require_version('GstRtspServer', '1.0')
from gi.repository import Gst, GstRtspServer
Gst.init(None)
exit(0 if all(Gst.ElementFactory.find(n) for n in ('h264parse', 'h265parse', 'rtph265pay', 'multifilesrc', 'voaacenc', 'rtpmp4gpay', 'alawenc')) else 1)`;
  return spawnSync(PYTHON, ['-c', asked], { stdio: 'ignore' }).status === 0;
}

export type GstRtspServer = Readonly<{ url: string; stop(): Promise<void> }>;

/** An independent RTSP server (GStreamer's), with one stream for one user; with sound, a tone of 440 Hz. */
export async function startGstRtspServer(
  file: string,
  codec: 'h264' | 'h265',
  login: Readonly<{ username: string; password: string }>,
  transport: 'any' | 'udp' = 'any',
  sound: 'aac' | 'alaw' | 'none' = 'none',
): Promise<GstRtspServer> {
  const args = ['-c', SERVER, file, codec, login.username, login.password, transport, sound];
  const child = spawn(PYTHON, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [port] = await once(createInterface({ input: child.stdout }), 'line');
  return { url: `rtsp://127.0.0.1:${port}/main`, stop: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
