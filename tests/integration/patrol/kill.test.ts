import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { AlarmPage } from '../../../gateway/http/contract/alarms.ts';
import { RoundPage, TaskPage } from '../../../gateway/http/contract/patrol.ts';
import { type RunningGateway, startGateway } from '../../parts/gateway.ts';
import { NEVER_AGAIN } from '../../parts/never-again.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

/** When the gateway dies, in milliseconds after it is ready: while rounds are opened and their alarms begin. */
const KILLS_AT_MS = [0, 5, 30];
const PLANS = 8;
/** A shift that began an hour ago and is long not over: in Shanghai clocks never change. */
const clock = (hours: number): string => new Date(Date.now() + (8 + hours) * 3_600_000).toISOString().slice(11, 16);

/** Rounds that are late from their first moment on. */
const config = `patrol:
  plans:
${Array.from(
  { length: PLANS },
  (_, n) => `    - id: plan-${n}
      zh: 巡护 ${n}
      en: Round ${n}
      region: "360902001000"
      line: 沪昆线
      hours: { spans: [{ from: "${clock(-1)}", to: "${clock(12)}" }] }
      lateMin: 0
      checkPoints: [{ name: 便道口, km: K812+100 }]`,
).join('\n')}
`;

it(
  'makes each late round one alarm, one task and one end, however often the gateway is killed',
  NEVER_AGAIN,
  async () => {
    const folder = await temporaryFolder(onTestFinished);
    const file = join(folder, 'patrol.yaml');
    writeFileSync(file, config);
    const start = () => startGateway({ dataDir: join(folder, 'data'), env: { FENGSUI_CONFIG: file } }, onTestFinished);
    for (const ms of KILLS_AT_MS) {
      const doomed = await start();
      await after(ms); // the moment of death is the test's input, nothing is waited for
      await doomed.kill('SIGKILL');
    }
    const first = await start();
    await first.signIn();
    const rounds = await vi.waitFor(async () => {
      const { items } = RoundPage.parse(await first.call('GET', '/api/v1/patrol/rounds'));
      expect(items.filter(({ late }) => late !== undefined)).toHaveLength(PLANS);
      return items;
    }, 15_000);
    await alarmsAre(first, 'active');
    const tasks = TaskPage.parse(await first.call('GET', '/api/v1/patrol/tasks')).items;
    expect(tasks.map(({ id }) => id).sort()).toEqual(rounds.map(({ task }) => task).sort());

    for (const { id } of rounds)
      await first.call('POST', `/api/v1/patrol/rounds/${id}/check-points/0`, { reason: '补记' });
    await first.kill('SIGKILL');
    const last = await start();
    await last.signIn();
    await vi.waitFor(() => alarmsAre(last, 'cleared'), 15_000);
  },
);

async function alarmsAre(gateway: RunningGateway, condition: string): Promise<void> {
  const { items } = AlarmPage.parse(await gateway.call('GET', '/api/v1/alarms?type=railway.patrol.late'));
  expect(items.map(({ device, count, condition: is }) => [device, count, is]).sort()).toEqual(
    Array.from({ length: PLANS }, (_, n) => [`patrol:plan-${n}`, 1, condition]),
  );
}
