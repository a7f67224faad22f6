import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StreamSource } from '../../../gateway/domain/camera.ts';
import { toAnnexB } from '../../../streams/h264/nal.ts';
import { readJpegSize } from '../../../streams/jpeg.ts';
import type { SourceStatus } from '../../../streams/source-status.ts';
import { hasGstRtspServer, startGstRtspServer } from '../../parts/gst-rtsp-server.ts';
import { makeH264Loop } from '../../parts/h264-loop.ts';
import { makeH265Loop } from '../../parts/h265-loop.ts';
import { openTestRelays } from '../../parts/relays.ts';
import { type OnFinished, temporaryFolder } from '../../parts/temporary-folder.ts';

const LOGIN = { username: 'admin', password: '12345' };
const MAKE = { h264: () => makeH264Loop(640, 368), h265: () => makeH265Loop(640, 368) };

describe.skipIf(!hasGstRtspServer())('a stream of GStreamer’s RTSP server', () => {
  it.each([
    ['h264', 'any'],
    ['h265', 'any'],
    ['h265', 'udp'],
    ['h264', 'tunnel'],
  ] as const)('in %s over %s transport, with Digest, is played and gives its picture', async (codec, transport) => {
    const cleaning: (() => Promise<void>)[] = [];
    try {
      const folder = await temporaryFolder((cleanUp) => void cleaning.push(cleanUp));
      const file = join(folder, `loop.${codec}`);
      await writeFile(file, toAnnexB((await MAKE[codec]()).pictures.flat()));
      const server = await startGstRtspServer(file, codec, LOGIN, transport === 'udp' ? 'udp' : 'any');
      const url = transport === 'tunnel' ? server.url.replace('rtsp:', 'http:') : server.url;
      cleaning.push(server.stop);
      const states: SourceStatus[] = [];
      const onFinished: OnFinished = (cleanUp) => void cleaning.push(cleanUp);
      const relays = openTestRelays(onFinished, { onState: (status) => states.push(status) });
      const source: StreamSource = { camera: 'gst', quality: 'main', connection: { url, ...LOGIN } };
      const picture = await relays.snapshot(source);
      if (!picture.ok) return expect.fail(`${picture.error.reason}: ${picture.error.text}`);
      expect(readJpegSize(Buffer.from(picture.value.jpeg))).toEqual({ width: 640, height: 368 });
      expect(states).toContainEqual(expect.objectContaining({ state: 'playing', codec, width: 640, height: 368 }));
      const wrong = { ...source, camera: 'wrong', connection: { ...source.connection, password: 'no' } };
      expect(await relays.snapshot(wrong)).toMatchObject({ ok: false, error: { reason: 'unauthorised' } });
    } finally {
      for (const cleanUp of cleaning.reverse()) await cleanUp();
    }
  });
});
