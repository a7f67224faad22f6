import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { freePort } from '../tests/parts/free-port.ts';
import { temporaryFolder } from '../tests/parts/temporary-folder.ts';
import type { Finishing } from './finishing.ts';
import { treeOf } from './process-load.ts';
import { startProgram } from './program.ts';

/** The cameras of a run: the same for both sides. */
export type CameraSet = Readonly<{ urls: readonly string[]; username: string; password: string }>;
/** Where a viewer goes, what it asks for, and what it says once it has been let in. */
export type ViewerAt = Readonly<{ port: number; request: string; says: readonly string[] }>;

/** One way to relay cameras. */
export type Side = Readonly<{
  /** What is counted: the processes that relay. */
  pids: () => readonly number[];
  /** Makes ready to relay camera `at`; false when this machine has no room for it. */
  relay: (at: number) => boolean;
  viewer: (at: number) => ViewerAt;
  /** Several cameras over one connection, where that is possible. */
  wall?: (cameras: readonly number[]) => ViewerAt;
}>;

/** Ours: the video plane, which opens a camera when somebody looks. Viewers by WS-FLV or by walls. */
export async function startPlane(cameras: CameraSet, finishing: Finishing): Promise<Side> {
  const front = startProgram('plane-front.ts', [], finishing);
  const port = z.int().parse(await front.said('ready'));
  const taken = front.said('cameras');
  front.child.send(['cameras', cameras]);
  await taken;
  const plane = treeOf(front.child.pid ?? 0).filter((pid) => pid !== front.child.pid);
  if (plane.length !== 1) throw new Error(`the plane has ${plane.length} processes, expected 1`);
  const lines = [
    ...['Host: 127.0.0.1', 'Connection: Upgrade', 'Upgrade: websocket'],
    ...['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='],
  ];
  return {
    pids: () => plane,
    relay: () => true,
    viewer: (at) => ({ port, request: [`GET /${at} HTTP/1.1`, ...lines, '', ''].join('\r\n'), says: [] }),
    wall: (tiles) => ({
      port,
      request: ['GET /wall HTTP/1.1', ...lines, '', ''].join('\r\n'),
      says: tiles.map((at, tile) => JSON.stringify({ subscribe: tile, grant: String(at) })),
    }),
  };
}

/** Memory that stays free for everything else, in MiB. */
const SPARE_MIB = 3_000;

/** The peer: an `ffmpeg -c copy` for each camera, into a node-media-server. Viewers by its HTTP-FLV. */
export async function startPeer(cameras: CameraSet, finishing: Finishing): Promise<Side> {
  const [rtmp, http, folder] = [await freePort(), await freePort(), await temporaryFolder(finishing.add)];
  const server = startProgram('node-media-server.ts', [String(rtmp), String(http), folder], finishing);
  await server.said('ready');
  const copies: ChildProcess[] = [];
  finishing.add(() => endAll(copies));
  return {
    pids: () => [server.child, ...copies].flatMap(({ pid }) => pid ?? []),
    relay: (at) => {
      if (availableMib() < SPARE_MIB) return false;
      copies.push(copy(cameras, at, `rtmp://127.0.0.1:${rtmp}/live/${at}`));
      return true;
    },
    viewer: (at) => ({ port: http, request: `GET /live/${at}.flv HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`, says: [] }),
  };
}

function copy({ urls, username, password }: CameraSet, at: number, to: string): ChildProcess {
  const from = new URL(urls[at] ?? '');
  Object.assign(from, { username, password });
  const args = ['-nostdin', '-v', 'error', '-rtsp_transport', 'tcp', '-i', from.href, '-c', 'copy', '-f', 'flv', to];
  return spawn('ffmpeg', args, { stdio: 'ignore' });
}

async function endAll(children: readonly ChildProcess[]): Promise<void> {
  const running = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
  await Promise.all(
    running.map((child) => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      return ended;
    }),
  );
}

const availableMib = (): number =>
  Number(/^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1] ?? 0) / 1024;
