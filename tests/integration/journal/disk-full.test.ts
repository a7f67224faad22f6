import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { mayMount, runWithOwnMounts } from '../../parts/journal-own-mounts.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

const part = (name: string): string => join(import.meta.dirname, '../../parts', name);
const onMounts = it.runIf(mayMount());
const Seen = z.object({ answered: z.array(z.number()), values: z.array(z.number()) }).loose();

onMounts(
  'keeps what it had answered for when the disk fills, says so in its log, and goes on once there is room',
  async () => {
    const seen = await runWithOwnMounts(part('journal-disk-full.ts'), await temporaryFolder(onTestFinished));
    expect(seen).toMatchObject({
      faultWhileFull: expect.stringMatching(/^disk-full: /),
      isRefusedWhileFull: true,
      faultAfterwards: 'none',
      heard: ['disk-full', 'well'],
      hasGap: false,
    });
    const { answered, values } = Seen.parse(seen);
    expect(answered.length).toBeGreaterThan(1000);
    // A batch of the disk's last moments may be there whole though nobody was told; what was told is there, once.
    expect(values).toEqual([...new Set(values)]);
    expect(new Set(values)).toEqual(new Set([...answered, -2]));
  },
);

onMounts(
  'gives no device an acknowledgement while the disk is full, is not ready, and takes all of it afterwards',
  async () => {
    const seen = await runWithOwnMounts(part('journal-gateway-on-full-disk.ts'), await temporaryFolder(onTestFinished));
    const { sent } = z.looseObject({ sent: z.int() }).parse(seen);
    expect(seen).toMatchObject({
      before: { status: 200, journal: { ok: true } },
      full: {
        status: 503,
        journal: { ok: false, reason: expect.stringContaining('disk-full') },
        acknowledged: sent - 1,
      },
      after: { status: 200, journal: { ok: true } },
      counted: [sent],
    });
  },
);

onMounts('says read-only where the file system turned so, and a gateway does not start on one', async () => {
  const seen = await runWithOwnMounts(part('journal-read-only.ts'), await temporaryFolder(onTestFinished));
  expect(seen).toMatchObject({
    whileWritable: { kind: 'disk-error' },
    whileReadOnly: { kind: 'read-only', text: expect.stringContaining('EROFS') },
    opened: expect.stringMatching(/read-?only/i),
    readAgain: 1,
  });
});
