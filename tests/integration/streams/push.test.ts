import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { readJpegSize } from '../../../streams/jpeg.ts';
import { RtmpDoor } from '../../../streams/push/rtmp-door.ts';
import type { SourceStatus } from '../../../streams/source-status.ts';
import { freePort } from '../../parts/free-port.ts';
import { startGateway } from '../../parts/gateway.ts';
import { Gathering } from '../../parts/gathering-sink.ts';
import { openTestRelays } from '../../parts/relays.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';
import { secret } from '../../parts/told.ts';
import { shareOf, soundIn } from '../../parts/tone.ts';

const KEY = secret('key-of-a-drone');
const PushAddress = z.object({ server: z.string(), streamKey: z.string() });
const Online = z.object({ online: z.boolean() });
const NO_LOG = { info: () => undefined, warn: () => undefined };

/** A door with one camera that may push, and relays that take from it. */
async function site() {
  const pushing: string[] = [];
  const onPushing = (camera: string, isOn: boolean): unknown => pushing.push(`${camera} ${isOn}`);
  const door = new RtmpDoor({ host: '127.0.0.1', port: 0, log: NO_LOG, onPushing });
  const port = await door.listen();
  door.admit([{ camera: 'drone-1', key: KEY }]);
  onTestFinished(() => door.close());
  const states: SourceStatus[] = [];
  const relays = openTestRelays(onTestFinished, { pushes: door, onState: (status) => states.push(status) });
  const source = { camera: 'drone-1', quality: 'main', connection: { url: 'push:drone-1' } } as const;
  return { door, port, pushing, states, relays, source };
}

/** A real encoder: ffmpeg, at 25 pictures a second. */
function encoder(port: number, streamKey: string, more: readonly string[] = []): ChildProcess {
  const input = ['-re', '-f', 'lavfi', '-i', 'testsrc2=s=640x368:r=25', '-f', 'lavfi', '-i', 'sine=f=440'];
  const video = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', '-pix_fmt', 'yuv420p', ...more];
  const output = ['-c:a', 'aac', '-f', 'flv', `rtmp://127.0.0.1:${port}/push/${streamKey}`];
  const child = spawn('ffmpeg', ['-v', 'error', ...input, ...video, ...output], { stdio: 'ignore' });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  return child;
}

it('takes what an encoder pushes for a camera’s stream, B frames and sound beside it, and says when it ends', async () => {
  const { port, pushing, states, relays, source } = await site();
  const child = encoder(port, `drone-1?key=${KEY}`, ['-bf', '2']);
  await expect.poll(() => pushing, { timeout: 15_000 }).toEqual(['drone-1 true']);
  const picture = await relays.snapshot(source);
  if (!picture.ok) return expect.fail(picture.error.text);
  expect(readJpegSize(Buffer.from(picture.value.jpeg))).toEqual({ width: 640, height: 368 });
  expect(states).toContainEqual(expect.objectContaining({ state: 'playing', codec: 'h264', width: 640, height: 368 }));
  child.kill('SIGKILL');
  await expect.poll(() => pushing, { timeout: 5_000 }).toEqual(['drone-1 true', 'drone-1 false']);
  await expect.poll(() => relays.status()[0]?.fault?.reason ?? 'closed').toMatch(/not-pushed|closed/);
});

it('lets the sound beside the pushed pictures be heard where the record allows it', async () => {
  const { port, pushing, relays, source } = await site();
  encoder(port, `drone-1?key=${KEY}`);
  await expect.poll(() => pushing, { timeout: 15_000 }).toEqual(['drone-1 true']);
  const sink = new Gathering();
  const listening = relays.watch({ ...source, sound: true }, sink, undefined, 'sound');
  if (!listening.ok) return expect.fail(listening.error.text);
  await sink.more(80);
  const file = join(await temporaryFolder(onTestFinished), 'heard.flv');
  await writeFile(file, Buffer.concat(sink.chunks));
  expect(shareOf((await soundIn(file)).subarray(4_000, 20_000), 440)).toBeGreaterThan(0.9);
});

it('lets nobody in without the key, ends a push whose key is gone, and gives the newer push the place', async () => {
  const { door, port, pushing } = await site();
  for (const wrong of ['drone-1', 'drone-1?key=guess', `other?key=${KEY}`]) {
    const stranger = encoder(port, wrong);
    await once(stranger, 'exit');
  }
  expect([door.refused, pushing]).toEqual([3, []]);
  const first = encoder(port, `drone-1?key=${KEY}`);
  await expect.poll(() => pushing.length, { timeout: 15_000 }).toBe(1);
  encoder(port, `drone-1?key=${KEY}`);
  await once(first, 'exit');
  await expect.poll(() => pushing.at(-1)).toBe('drone-1 true');
  door.admit([{ camera: 'drone-1', key: 'another' }]);
  await expect.poll(() => pushing.at(-1)).toBe('drone-1 false');
});

it('ends who plays, who says nothing of RTMP, and who sends too much before a key', async () => {
  const { port, pushing } = await site();
  const player = spawn('ffprobe', ['-v', 'error', `rtmp://127.0.0.1:${port}/push/drone-1?key=${KEY}`]);
  await once(player, 'exit');
  for (const bytes of [Buffer.alloc(100_000, 3), Buffer.from('GET / HTTP/1.1\r\n\r\n'.repeat(5_000))]) {
    const socket = createConnection(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.resume();
    socket.write(bytes);
    await once(socket, 'close');
  }
  expect(pushing).toEqual([]);
});

it('is a camera like any other: an address for its encoder, presence, and a picture by HTTP', async () => {
  const port = await freePort();
  const env = { FENGSUI_RTMP_PORT: String(port) };
  const gateway = await startGateway({ dataDir: await temporaryFolder(onTestFinished), env }, onTestFinished);
  const { token } = await gateway.signIn();
  const record = { kind: 'camera', profile: 'rtmp-push', region: '360902001001', name: '无人机 1' };
  await gateway.call('PUT', '/api/v1/devices/drone-1', record);
  const address = PushAddress.parse(await gateway.call('GET', '/api/v1/cameras/drone-1/push-address'));
  expect(address.server).toBe(`rtmp://127.0.0.1:${port}/push`);
  secret(address.streamKey.replace(/^.*key=/, ''));
  encoder(port, address.streamKey);
  const isOnline = async () => Online.parse(await gateway.call('GET', '/api/v1/devices/drone-1')).online;
  await expect.poll(isOnline, { timeout: 15_000 }).toBe(true);
  const headers = { authorization: `Bearer ${token}` };
  const picture = await fetch(`${gateway.url}/api/v1/cameras/drone-1/snapshot`, { headers });
  expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
});
