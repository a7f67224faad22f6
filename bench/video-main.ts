import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { LiveSources } from '../gateway/http/contract/video.ts';
import { type SimulatedCamera, startCamera } from '../simulators/camera/camera.ts';
import type { RunningGateway } from '../tests/parts/gateway.ts';
import type { Finishing } from './finishing.ts';
import { gatewayForBench } from './gateway.ts';
import { type Load, loadOf, treeOf } from './process-load.ts';
import type { Row } from './table.ts';

const CAMERAS = 8;
const WARM_MS = 3_000;
const LOOK_MS = 10_000;
const CREDENTIALS = { username: 'operator', password: 'bench-camera' };

/** 8 main streams (720p, 3 Mb/s), one viewer each: the whole gateway, and `ffmpeg -c copy` from the same cameras. */
export async function videoMain(finishing: Finishing): Promise<readonly Row[]> {
  const cameras = await startCameras(finishing);
  const gateway = await gatewayForBench(finishing);
  const idle = await loadOf(treeOf(gateway.pid), WARM_MS);
  const sockets: WebSocket[] = [];
  finishing.add(() => {
    for (const socket of sockets) socket.terminate();
  });
  const received = await watchAll(gateway, cameras, sockets);
  const ours = await watched(treeOf(gateway.pid), received);
  for (const socket of sockets.splice(0)) socket.terminate();
  await gateway.stop();
  const copies = cameras.map((camera) => copy(camera, finishing));
  await sleep(WARM_MS);
  const floor = await loadOf(
    copies.flatMap(({ pid }) => pid ?? []),
    LOOK_MS,
  );
  return [cpuRow(ours, floor, idle), memoryRow(ours, floor, idle)];
}

async function startCameras(finishing: Finishing): Promise<readonly SimulatedCamera[]> {
  const cameras: SimulatedCamera[] = [];
  for (let at = 0; at < CAMERAS; at += 1) {
    const camera = await startCamera({
      id: `bench-cam-${at}`,
      name: `cam ${at}`,
      ...CREDENTIALS,
      scene: at % 4,
      rtspOnly: true,
    });
    finishing.add(() => camera.stop());
    cameras.push(camera);
  }
  return cameras;
}

/** Opens a viewer for each camera; answers how many bytes have come for each so far. */
async function watchAll(
  gateway: RunningGateway,
  cameras: readonly SimulatedCamera[],
  sockets: WebSocket[],
): Promise<() => readonly number[]> {
  const bytes = cameras.map(() => 0);
  for (const [at, camera] of cameras.entries()) {
    const connection = { url: camera.rtspUrl('main'), ...CREDENTIALS };
    const body = { kind: 'camera', profile: 'rtsp', name: camera.id, region: '360902001000', connection };
    await gateway.call('PUT', `/api/v1/devices/${camera.id}`, body);
    const live = await gateway.call('GET', `/api/v1/cameras/${camera.id}/live?quality=main`);
    const source = LiveSources.parse(live).sources.find(({ protocol }) => protocol === 'ws-flv');
    if (source === undefined) throw new Error(`${camera.id} has no live picture`);
    const url = new URL(source.url, gateway.url);
    url.protocol = 'ws:';
    const socket = new WebSocket(url, { perMessageDeflate: false });
    sockets.push(socket);
    socket.on('message', (data: Buffer) => {
      bytes[at] = (bytes[at] ?? 0) + data.length;
    });
    await once(socket, 'open');
  }
  return () => [...bytes];
}

async function watched(pids: readonly number[], received: () => readonly number[]): Promise<Load> {
  await sleep(WARM_MS);
  const before = received();
  const load = await loadOf(pids, LOOK_MS);
  const still = received().filter((bytes, at) => bytes <= (before[at] ?? 0)).length;
  if (still > 0) throw new Error(`${still} of ${CAMERAS} pictures stood still while they were measured`);
  return load;
}

function copy(camera: SimulatedCamera, finishing: Finishing): ChildProcess {
  const url = new URL(camera.rtspUrl('main'));
  Object.assign(url, CREDENTIALS);
  const args = [
    '-nostdin',
    '-v',
    'error',
    '-rtsp_transport',
    'tcp',
    '-i',
    url.href,
    '-c',
    'copy',
    '-f',
    'flv',
    '-y',
    '/dev/null',
  ];
  const ffmpeg = spawn('ffmpeg', args, { stdio: 'ignore' });
  finishing.add(async () => {
    if (ffmpeg.exitCode !== null || ffmpeg.signalCode !== null) return;
    ffmpeg.kill('SIGKILL');
    await once(ffmpeg, 'exit');
  });
  return ffmpeg;
}

const percent = ({ cpuPercent }: Load): string => `${cpuPercent.toFixed(1)} %`;
const mib = ({ memoryMib }: Load): string => `${Math.round(memoryMib)} MiB`;

const cpuRow = (ours: Load, floor: Load, idle: Load): Row => ({
  what: `${CAMERAS} 路转发 relayed: CPU (空载 idle ${percent(idle)})`,
  ours: percent(ours),
  floor: `${percent(floor)} (ffmpeg × ${floor.processes})`,
  ratio: (ours.cpuPercent / floor.cpuPercent).toFixed(2),
});

const memoryRow = (ours: Load, floor: Load, idle: Load): Row => ({
  what: `${CAMERAS} 路转发 relayed: 内存 RSS (空载 idle ${mib(idle)})`,
  ours: mib(ours),
  floor: mib(floor),
  ratio: (ours.memoryMib / floor.memoryMib).toFixed(2),
});
