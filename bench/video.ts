import { parseArgs } from 'node:util';
import type { Finishing } from './finishing.ts';
import type { Bench, Row } from './table.ts';
import { videoMain } from './video-main.ts';
import { videoRelays } from './video-relays.ts';
import { videoWall } from './video-wall.ts';

const PARTS: Readonly<Record<string, (finishing: Finishing) => Promise<readonly Row[]>>> = {
  relays: videoRelays,
  main: videoMain,
  wall: videoWall,
};

/** Relays by the hundred, main streams, the wall in Chromium; `--only relays` and the like for one of them. */
export const video: Bench = async (finishing) => {
  const { values } = parseArgs({ allowPositionals: true, strict: false, options: { only: { type: 'string' } } });
  const { only } = values;
  const wanted = Object.entries(PARTS).filter(([name]) => only === undefined || name === only);
  if (wanted.length === 0) throw new Error(`--only ${only}, expected ${Object.keys(PARTS).join(', ')}`);
  const rows: Row[] = [];
  for (const [, measure] of wanted) rows.push(...(await measure(finishing)));
  return rows;
};
