import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { ImportJob, ImportReport, ImportStarted } from '../gateway/http/contract/onboarding.ts';
import { Session } from '../gateway/http/contract/people.ts';
import { cityCameras } from '../tests/parts/city-cameras.ts';
import { startGateway } from '../tests/parts/gateway.ts';
import { temporaryFolder } from '../tests/parts/temporary-folder.ts';
import type { Bench, Row } from './table.ts';

const LOOK_EVERY_MS = 50;
/** What the issue allows, besides the network. */
const ALLOWED_MS = 60_000;

/**
 * A city's cameras out of one CSV file, three in a hundred wrong, into a whole gateway: a dry run, the real run, and the
 * same file again. The floor is the minute that it may take. The cameras themselves are at addresses where nobody is.
 */
export const importCity: Bench = async (finishing) => {
  const gateway = await startGateway({ dataDir: await temporaryFolder(finishing.add) }, finishing.add);
  const { token } = Session.parse(await gateway.signIn());
  const { csv, rows, wrong } = cityCameras('a password for the bench');
  const send = async (query: string): Promise<unknown> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'text/csv' };
    const answer = await fetch(`${gateway.url}/api/v1/devices/import${query}`, { method: 'POST', headers, body: csv });
    return z.json().parse(await answer.json());
  };
  const table: Row[] = [];
  const note = (what: string, startedAt: number, { faulty }: ImportReport): void => {
    const tookMs = Math.round(performance.now() - startedAt);
    if (faulty !== wrong.length) throw new Error(`${faulty} rows were faulty, ${wrong.length} are wrong`);
    const ours = `${tookMs} ms, ${Math.round((rows / tookMs) * 1000)}/s`;
    table.push({ what: `${what}, ${rows}`, ours, floor: `${ALLOWED_MS} ms`, ratio: (tookMs / ALLOWED_MS).toFixed(3) });
  };
  const run = async (what: string): Promise<void> => {
    const startedAt = performance.now();
    const { id } = ImportStarted.parse(await send(''));
    for (;;) {
      const job = ImportJob.parse(await gateway.call('GET', `/api/v1/devices/import/${id}`));
      if (job.state === 'failed') throw new Error(job.fault);
      if (job.state === 'done') return note(what, startedAt, job);
      await sleep(LOOK_EVERY_MS);
    }
  };
  const startedAt = performance.now();
  note('试算 dry run', startedAt, ImportReport.parse(await send('?dryRun=true')));
  await run('导入 real run');
  await run('再导入 the same again');
  return table;
};
