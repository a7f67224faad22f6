import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import WebSocket from 'ws';
import { LiveSources } from '../gateway/http/contract/video.ts';
import { startBrowser } from '../tests/parts/browser.ts';
import buildConsole from '../tests/parts/console-build.ts';
import { openWallSite, type WallSite } from '../tests/parts/wall-site.ts';
import type { Finishing } from './finishing.ts';
import { gatewayForBench } from './gateway.ts';
import { lookAt, openWallPage, type Seen } from './glass.ts';
import { type Load, loadOf, treeOf } from './process-load.ts';
import type { Row } from './table.ts';

const TILES = 16;
const LOOK_S = 8;
const SETTLE_MS = 3_000;

type Measured = Readonly<{ seen: Seen; browser: Load; server: Load }>;

/**
 * A wall of 16 sub streams in Chromium: pictures a second and glass to glass, by WebCodecs over the wall's one
 * connection, beside WS-FLV with mpegts.js; what one stalled wall costs the others; with `--minutes 10` what the
 * browser's memory does over that time.
 */
export async function videoWall(finishing: Finishing): Promise<readonly Row[]> {
  await buildConsole();
  const site = await openWallSite(finishing.add, await gatewayForBench(finishing), TILES);
  await site.lay(
    TILES,
    site.cameras.map(({ id }) => id),
    { popUps: { severity: 0, place: 'corner' } },
  );
  const browser = await startBrowser(finishing.add);
  const flv = await measure(browser, site, 'VideoDecoder');
  const wall = await measure(browser, site);
  const stalled = await stalledWall(site, finishing);
  const beside = await measure(browser, site);
  stalled.terminate();
  return [...glassRows(wall, flv), ...stalledRows(beside, wall), ...(await memoryRows(browser, site))];
}

async function measure(browser: Browser, site: WallSite, missing?: string): Promise<Measured> {
  const page = await openWallPage(browser, site.gateway.url, TILES, missing);
  await sleep(SETTLE_MS);
  const loads = Promise.all([loadOf(browserPids(), LOOK_S * 1000), loadOf(treeOf(site.gateway.pid), LOOK_S * 1000)]);
  const seen = await lookAt(page, LOOK_S);
  const [browserLoad, server] = await loads;
  await page.context().close();
  return { seen, browser: browserLoad, server };
}

/** The browser's processes, by name among all that run below this one. */
const browserPids = (): readonly number[] =>
  treeOf(process.pid).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('chrom');
    } catch {
      return false; // it has ended meanwhile
    }
  });

/** A wall that subscribes to everything and takes nothing. */
async function stalledWall({ gateway, cameras }: WallSite, finishing: Finishing): Promise<WebSocket> {
  const addresses: string[] = [];
  for (const { id } of cameras) {
    const { sources } = LiveSources.parse(await gateway.call('GET', `/api/v1/cameras/${id}/live?quality=sub`));
    addresses.push(sources.find(({ protocol }) => protocol === 'wall')?.url ?? '');
  }
  const socket = new WebSocket(new URL(addresses[0] ?? '', gateway.url.replace('http', 'ws')));
  finishing.add(() => socket.terminate());
  await once(socket, 'open');
  for (const [subscribe, grant] of addresses.entries()) socket.send(JSON.stringify({ subscribe, grant }));
  socket.pause();
  return socket;
}

const ms = (value: number): string => `${Math.round(value)} ms`;
const ratio = (ours: number, floor: number): string => (ours / floor).toFixed(2);
const row =
  (what: string, of: (measured: Measured) => number, text: (value: number) => string) =>
  (ours: Measured, floor: Measured): Row => ({
    what,
    ours: text(of(ours)),
    floor: text(of(floor)),
    ratio: ratio(of(ours), of(floor)),
  });

const FRAMES = row(
  `${TILES} 画面 tiles: 帧/秒 frames/s`,
  ({ seen }) => seen.framesPerSecond,
  (value) => value.toFixed(1),
);
const P50 = row('落后摄像机 behind the camera: p50', ({ seen }) => seen.p50Ms, ms);
const P95 = row('落后摄像机 behind the camera: p95', ({ seen }) => seen.p95Ms, ms);
const FIRST = row('首帧 first picture (中位 median)', ({ seen }) => seen.firstMs, ms);
const BROWSER = row(
  '浏览器 browser: CPU',
  ({ browser }) => browser.cpuPercent,
  (value) => `${value.toFixed(0)} %`,
);
const SERVER = row(
  '网关与视频面 gateway and plane: CPU',
  ({ server }) => server.cpuPercent,
  (value) => `${value.toFixed(1)} %`,
);

/** `ours` is WebCodecs on one connection, `floor` WS-FLV with mpegts.js. */
const glassRows = (wall: Measured, flv: Measured): readonly Row[] =>
  [FRAMES, P50, P95, FIRST, BROWSER, SERVER].map((of) => ({
    ...of(wall, flv),
    what: `${of(wall, flv).what} (WebCodecs : WS-FLV)`,
  }));

const stalledRows = (beside: Measured, wall: Measured): readonly Row[] =>
  [FRAMES, P95, SERVER].map((of) => ({
    ...of(beside, wall),
    what: `${of(beside, wall).what} (有停滞大屏 beside a stalled wall : 无 without)`,
  }));

const LOOK_MS = 1000;

/** Browser memory at the end of each minute that was asked for, against that of the second; none unless asked. */
async function memoryRows(browser: Browser, site: WallSite): Promise<readonly Row[]> {
  const { values } = parseArgs({
    args: process.argv.slice(2),
    options: { minutes: { type: 'string' } },
    strict: false,
  });
  const minutes = Number(values.minutes ?? 0);
  if (!(minutes > 0)) return [];
  const page = await openWallPage(browser, site.gateway.url, TILES);
  const looks: Load[] = [];
  for (let minute = 1; minute <= minutes; minute += 1) {
    await sleep(60_000 - LOOK_MS);
    looks.push(await loadOf(browserPids(), LOOK_MS));
  }
  const seen = await lookAt(page, 2);
  const [settled, last] = [looks[1] ?? looks[0], looks.at(-1)];
  if (settled === undefined || last === undefined) return [];
  const mib = ({ memoryMib }: Load): string => `${Math.round(memoryMib)}`;
  return [
    {
      what: `浏览器内存，每分钟 browser memory by the minute, MiB (${seen.framesPerSecond.toFixed(1)} f/s)`,
      ours: looks.map(mib).join(' '),
      floor: mib(settled),
      ratio: ratio(last.memoryMib, settled.memoryMib),
    },
  ];
}
