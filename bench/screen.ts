import { type City, cityOf, type Group, sees } from './city.ts';
import type { Finishing } from './finishing.ts';
import { loadOf, treeOf } from './process-load.ts';
import { startProgram } from './program.ts';
import { ask, type Faults, type Heard, ScreenProcesses, Span, screensOf } from './screen-audience.ts';
import {
  type Back,
  CityOnGateway,
  type HalfBack,
  type Joining,
  type Living,
  type Load,
  MEASURE_MS,
  PACE,
  WARM_UP_MS,
} from './screen-gateway.ts';
import type { Bench, Row } from './table.ts';

const SCREENS = 2_000;
/** What the contract of the live feed promises at this load (P2). */
const P99_MAX_MS = 150;

type Floor = Readonly<{ heard: Heard; load: Load }>;

/**
 * From a sensor's word to 2,000 screens of mixed scope, at 1,000 signals a second of which 100 appear on the feed, beside
 * a bare broadcast that sends as many bytes to the same screens. Then half of the screens are cut off and come back
 * while the others listen; then all are, and the gateway is killed and started meanwhile.
 */
export const screen: Bench = async (finishing) => {
  const city = cityOf(SCREENS);
  const ours = await CityOnGateway.open(city, finishing);
  const joining = await ours.joinScreens();
  const living = await ours.live();
  const half = await ours.halfComesBack();
  const back = await ours.allComeBack();
  await ours.end();
  const floor = await onBare(city, living.heard.bytes, finishing);
  return [...liveRows(living, floor), ...joiningRows(joining), ...backRows(half, back)];
};

async function onBare(city: City, bytes: number, finishing: Finishing): Promise<Floor> {
  const bare = startProgram('bare-broadcast.ts', [], finishing);
  const url = `ws://127.0.0.1:${await bare.said('ready')}`;
  const screens = new ScreenProcesses('bare-screens.ts', finishing);
  await screens.open(
    { url },
    screensOf(city.groups, (_: Group, group) => ({ group })),
  );
  const sensors = startProgram('sensors.ts', [], finishing);
  const channelsOf = (sensor: City['sensors'][number]): number[] =>
    city.groups.flatMap((group, at) => (sees(group, sensor) ? [at] : []));
  const told = city.sensors.map((sensor) => ({ ...sensor, channels: channelsOf(sensor) }));
  await ask(sensors, 'bare', { url, bytes, sensors: told });
  await ask(sensors, 'say', { ...PACE, ms: WARM_UP_MS });
  const saying = ask(sensors, 'say', { ...PACE, ms: MEASURE_MS });
  const load = await loadOf(treeOf(bare.child.pid ?? -1), MEASURE_MS);
  return { heard: await screens.heard(Span.parse(await saying)), load };
}

function liveRows(ours: Living, floor: Floor): readonly Row[] {
  const delay = (name: string, part: number): Row => {
    const [our, bare] = [ours.heard.delayMs(part), floor.heard.delayMs(part)];
    const what = `传感器 → ${SCREENS} 屏 screens ${name}`;
    return { what, ours: ms(our), floor: ms(bare), ratio: (our / bare).toFixed(2) };
  };
  const p99 = delay('p99', 0.99);
  const isKept = ours.heard.delayMs(0.99) <= P99_MAX_MS;
  return [
    delay('p50', 0.5),
    { ...p99, what: `${p99.what} (≤ ${P99_MAX_MS} ms: ${isKept ? '是 yes' : '否 no'})` },
    row(`送达 deliveries (${ours.heard.bytes} B)`, String(ours.heard.count), String(floor.heard.count)),
    row(FAULTS, told(ours.faults)),
    row('处理器、内存 CPU of one core, RSS', toldLoad(ours.load), toldLoad(floor.load)),
    row('循环一圈 p99 a turn of the loop', ms(ours.turnP99Ms)),
  ];
}

const joiningRows = ({ ms: joinedMs, alone, all }: Joining): readonly Row[] => [
  row(`${SCREENS} 屏连接订阅 connect and subscribe`, ms(joinedMs)),
  row('空闲 idle: 0 屏 screens', toldLoad(alone)),
  row(`空闲 idle: ${SCREENS} 屏 screens`, toldLoad(all)),
  row('每屏内存 memory a screen', `${(((all.memoryMib - alone.memoryMib) * 1024) / SCREENS).toFixed(0)} KiB`),
];

const backRows = (half: HalfBack, back: Back): readonly Row[] => [
  row('半数断线归来 half comes back', ms(half.lastMs)),
  row('其间其余屏 p99 the others meanwhile', ms(half.othersP99Ms)),
  row(`断线重启后追上 ${back.entries} 条 caught up: first, all`, `${ms(back.firstMs)}, ${ms(back.lastMs)}`),
  row(FAULTS, told(back.faults)),
  row('须再连接 connected at a second try', String(back.refusals)),
  row('被令重载 told to reload', String(back.reloads)),
  row('其间处理器 CPU meanwhile', `${(back.cpuMs / 1000).toFixed(1)} s`),
  row('内存峰值、循环最久 peak RSS, longest turn', `${back.peakMib.toFixed(0)} MiB, ${ms(back.longestTurnMs)}`),
];

const FAULTS = '丢·重·乱·越权 lost, doubled, disordered, foreign';
const ms = (value: number): string => `${value.toFixed(1)} ms`;
const row = (what: string, ours: string, floor = ''): Row => ({ what, ours, floor, ratio: '' });
const told = ({ lost, doubled, disordered, foreign }: Faults): string =>
  [lost, doubled, disordered, foreign].join(', ');
const toldLoad = ({ cpuPercent, memoryMib }: Load): string => `${cpuPercent.toFixed(1)} %, ${memoryMib.toFixed(0)} MiB`;
