import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Announcements } from '../../../gateway/announcements.ts';
import type { AnnouncementList } from '../../../gateway/http/contract/announcements.ts';
import { ADMIN_PASSWORD, person, startHttpGateway } from '../../parts/http-gateway.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';
import { shareOf, tone, wavOf } from '../../parts/tone.ts';

async function openSite() {
  const folder = await temporaryFolder(onTestFinished);
  const gateway = await startHttpGateway(onTestFinished, { folder });
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  const names = async () =>
    ((await admin.get('/announcements')).body as AnnouncementList).items.map(({ name }) => name);
  return { folder, gateway, admin, names };
}

it('keeps a file of sound as loudspeakers take it, by its name, until it is taken away', async () => {
  const { folder, admin, names } = await openSite();
  const path = `/announcements/${encodeURIComponent('演练 1')}`;
  const kept = await admin.putFile(path, 'audio/wav', wavOf(tone(1000, 2)));
  expect(kept).toMatchObject({ status: 200, body: { name: '演练 1', seconds: 2 } });
  expect(await names()).toEqual(['演练 1']);
  const sound = (await new Announcements(folder).sound('演练 1')) ?? expect.fail();
  expect(shareOf(sound, 1000)).toBeGreaterThan(0.95);
  const [file = ''] = await readdir(join(folder, 'announcements'));
  expect((await stat(join(folder, 'announcements', file))).mode & 0o777).toBe(0o600);
  await admin.putFile(path, 'audio/wav', wavOf(tone(500, 1)));
  expect(await names()).toEqual(['演练 1']);
  expect((await admin.delete(path)).status).toBe(204);
  expect((await admin.delete(path)).status).toBe(404);
  expect(await names()).toEqual([]);
});

it('takes nothing that is no sound, no name that is none, and nothing from who may not', async () => {
  const { gateway, admin, names } = await openSite();
  const noise = Buffer.from('#EXTM3U\nfile:///etc/passwd\n');
  expect(await admin.putFile('/announcements/list', 'audio/wav', noise)).toMatchObject({
    status: 400,
    body: { field: '(body)' },
  });
  const sound = wavOf(tone(1000, 1));
  expect((await admin.putFile('/announcements/..%2Fout', 'audio/wav', sound)).status).toBe(400);
  expect((await admin.putFile('/announcements/page', 'text/html', sound)).status).toBe(415);
  const seat = await person(gateway, 'seat-a');
  expect((await seat.putFile('/announcements/a', 'audio/wav', sound)).status).toBe(403);
  expect((await seat.get('/announcements')).status).toBe(200);
  expect(await names()).toEqual([]);
});
