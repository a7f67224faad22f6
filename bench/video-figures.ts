import type { Row } from './table.ts';

/** What a side took at one size. */
export type Taken = Readonly<{
  relays: number;
  viewersEach: number;
  /** One connection a camera, or one a wall of sixteen. */
  by: 'flv' | 'wall';
  cpuPercent: number;
  /** Beyond what it holds before the first camera. */
  memoryMib: number;
  /** Viewers that got less than four fifths of what the cameras sent. */
  behind: number;
}>;
/** Milliseconds to the first picture: of a camera that nobody looked at, and of one that is relayed already. */
export type FirstPictures = Readonly<{ cold: readonly number[]; warm: readonly number[] }>;
export type Measured = Readonly<{ taken: readonly Taken[]; first: FirstPictures; refused: number | undefined }>;

/** The goals (P3): all relays of a box with two cores, a relay's memory besides its picture group, the first picture. */
const GOAL = { relays: 500, cpuPercent: 200, relayMib: 1, firstMs: 1_000 };
/** A group of two seconds at half a megabit, which the hub keeps for newcomers. */
const GROUP_MIB = 500_000 / 8 / 2 ** 19;

const isOf = (a: Taken) => (b: Taken) => a.relays === b.relays && a.viewersEach === b.viewersEach;

/** A row for CPU and one for memory at each size, ours beside the peer's as far as that went. */
export function loadRows(ours: Measured, peer: Measured): readonly Row[] {
  const rows = ours.taken.flatMap((taken) => {
    const other = peer.taken.find(isOf(taken));
    const by = taken.by === 'wall' ? ', 大屏 by walls' : '';
    const what = `${taken.relays} 路 relays × ${taken.viewersEach} 观看 viewers${by}`;
    return [
      { what: `${what}: CPU/路 each (全部 all)`, ...both(taken, other, cpuText, ({ cpuPercent }) => cpuPercent) },
      { what: `${what}: 内存 PSS/路 each (全部 all)`, ...both(taken, other, memoryText, ({ memoryMib }) => memoryMib) },
    ];
  });
  const { refused } = peer;
  if (refused === undefined) return rows;
  return [
    ...rows,
    { what: '内存不够更多 ffmpeg: no memory for more', ours: '', floor: `${refused} 路 relays`, ratio: '' },
  ];
}

type Figures = Pick<Row, 'ours' | 'floor' | 'ratio'>;

const both = (
  ours: Taken,
  peer: Taken | undefined,
  text: (taken: Taken) => string,
  value: (taken: Taken) => number,
): Figures => ({
  ours: text(ours),
  floor: peer === undefined ? '未量 not measured' : text(peer),
  ratio: peer === undefined ? '' : (value(ours) / value(peer)).toFixed(2),
});

const cpuText = ({ cpuPercent, relays, behind }: Taken): string =>
  `${(cpuPercent / relays).toFixed(2)} % (${cpuPercent.toFixed(1)} %)${behind === 0 ? '' : ` ${behind} 落后 behind`}`;
const memoryText = ({ memoryMib, relays }: Taken): string =>
  `${(memoryMib / relays).toFixed(2)} MiB (${memoryMib.toFixed(0)})`;

export function waitRows(ours: FirstPictures, peer: FirstPictures): readonly Row[] {
  const row = (what: string, of: (first: FirstPictures) => readonly number[]): Row => ({
    what: `首帧 first picture, ${what}: 中位 median, 最久 longest`,
    ours: waitText(of(ours)),
    floor: waitText(of(peer)),
    ratio: of(peer).length === 0 ? '' : (median(of(ours)) / median(of(peer))).toFixed(2),
  });
  return [row('无人在看 cold', ({ cold }) => cold), row('已在转发 relayed', ({ warm }) => warm)];
}

const waitText = (waits: readonly number[]): string =>
  waits.length === 0 ? '未量 not measured' : `${median(waits).toFixed(0)} ms, ${Math.max(...waits).toFixed(0)} ms`;
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** What was aimed at beside what came out, at the largest size that was measured. */
export function goalRows({ taken, first }: Measured): readonly Row[] {
  const largest = taken.findLast(({ viewersEach }) => viewersEach === 1);
  if (largest === undefined) return [];
  const { relays, cpuPercent, memoryMib, behind } = largest;
  const isWhole = relays >= GOAL.relays && behind === 0;
  const eachMib = memoryMib / relays - GROUP_MIB;
  return [
    goal(`目标 goal: ${GOAL.relays} 路两核 relays on two cores`, cpuPercent, GOAL.cpuPercent, '%', isWhole),
    goal('目标 goal: 每路内存除图组外 a relay besides its group', eachMib, GOAL.relayMib, 'MiB'),
    goal('目标 goal: 首帧 first picture, cold', median(first.cold), GOAL.firstMs, 'ms'),
  ];
}

function goal(what: string, value: number, limit: number, unit: string, isWhole = true): Row {
  const isMet = isWhole && value < limit;
  const word = !isWhole ? '未全量 not at full size' : isMet ? '达到 met' : '未达 missed';
  const digits = unit === 'MiB' ? 2 : 0;
  return {
    what,
    ours: `${value.toFixed(digits)} ${unit} ${word}`,
    floor: `< ${limit} ${unit}`,
    ratio: (value / limit).toFixed(2),
  };
}
