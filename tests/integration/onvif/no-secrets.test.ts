import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, expect, it } from 'vitest';
import { startCamera } from '../../../simulators/camera/camera.ts';
import type { Quirks, Spoiling } from '../../../simulators/camera/quirks.ts';
import { cameraDevice, onvifAdapter, QUICK_TIMES, TestDirectory, TestIntake } from '../../parts/onvif-ports.ts';
import { secretsIn } from '../../parts/secrets.ts';
import { secret } from '../../parts/told.ts';

const MARKED = secret('Marked-Secret-7f3a');
const LOGIN = { username: 'admin', password: MARKED };
const SPOILT: readonly Spoiling[] = ['redirect', 'doctype', 'html', 'reset', 'no-http', 'attributes'];
const FAULTS: readonly Quirks[] = [
  ...SPOILT.map((by): Quirks => ({ spoilt: { by } })),
  { refuseAccount: true },
  { echoSecurity: true },
  { refuseSubscriptions: true },
  { noEvents: true },
  { clockOffsetMs: -9e11 },
];
const lines: string[] = [];
const log = pino(
  { level: 'trace' },
  new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(chunk.toString('utf8'));
      done();
    },
  }),
);
const told: string[] = [];

const camera = await startCamera({ id: 'gate', name: 'gate', ...LOGIN, hasPtz: false });
const [directory, intake] = [new TestDirectory(), new TestIntake()];
const adapter = onvifAdapter(directory, intake, {
  log,
  times: { ...QUICK_TIMES, notAuthorizedMs: 50, noEventsMs: 50 },
});
await adapter.start();
afterAll(async () => {
  await adapter.stop();
  await camera.stop();
});

it('lets no password, in whatever form, into a log line, a state, a report or an answer, whatever the camera does', async () => {
  for (const quirks of FAULTS) {
    camera.misbehave(quirks);
    directory.put(cameraDevice('gate', camera.onvifUrl, { connection: { url: camera.onvifUrl, ...LOGIN } }));
    await expect
      .poll(() => adapter.status()[0]?.state ?? 'connecting', { timeout: 5_000, interval: 5 })
      .not.toBe('connecting');
    const asked = [adapter.describe('gate'), adapter.snapshot('gate'), adapter.command('gate', 'relays', {})];
    told.push(JSON.stringify([adapter.status(), await Promise.all(asked)]));
    directory.remove('gate');
    await expect.poll(() => adapter.status(), { timeout: 5_000 }).toEqual([]);
  }
  directory.put(
    cameraDevice('gate', camera.onvifUrl.replace('//', `//admin:${MARKED}@`), {
      connection: { url: `ftp://admin:${MARKED}@x/` },
    }),
  );
  await expect.poll(() => adapter.status()[0]?.state).toBe('bad-connection');
  told.push(JSON.stringify([adapter.status(), await adapter.snapshot('gate')]));

  expect(lines.length).toBeGreaterThanOrEqual(FAULTS.length);
  const all = [...lines, ...told, JSON.stringify(intake.reports)].join('\n');
  expect(secretsIn(all, [MARKED])).toEqual([]);
});
