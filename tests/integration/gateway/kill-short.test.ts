import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Finishing } from '../../../bench/finishing.ts';
import { HASTY_MAIN, type KillPlan, type KillResult, killRun } from '../../../bench/kill.ts';
import { NEVER_AGAIN } from '../../parts/never-again.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

/** Some 30 s on two quiet cores: most of it is twenty starts of the gateway. */
const WITHIN_MS = 240_000;

/** The short form of `npm run bench -- kill`: the same run, with less of everything. */
async function run(plan: Omit<KillPlan, 'folder' | 'until'>): Promise<KillResult> {
  const finishing = new Finishing();
  onTestFinished(() => finishing.finish());
  const folder = join(await temporaryFolder(onTestFinished), 'kill');
  return killRun({ ...plan, folder, until: Number.POSITIVE_INFINITY }, finishing);
}

it('loses no signal of 10,000 and counts none twice, killed 20 times', {
  ...NEVER_AGAIN,
  timeout: WITHIN_MS,
}, async () => {
  expect(await run({ signals: 10_000, kills: 20 })).toMatchObject({ lost: 0, doubled: 0 });
});

it('would notice a gateway that answers before it has stored', { timeout: WITHIN_MS }, async () => {
  const { lost } = await run({ signals: 16_000, kills: 4, main: HASTY_MAIN });
  expect(lost).toBeGreaterThan(0);
});
