import { createHash } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../gateway/domain/camera.ts';
import { failed, ok } from '../../../gateway/domain/result.ts';
import { openEvidence } from '../../../gateway/followers/evidence/store.ts';
import { settled, startEvidenceHouse } from '../../parts/evidence-house.ts';
import { MORNING, someAlarm } from '../../parts/recorded.ts';

const picture = (words: string): Snapshot => ({ jpeg: Buffer.from(words), at: MORNING + 300, width: 640, height: 360 });

const NONE = { taken: 0, shared: 0, failed: 0 };

describe('evidence', () => {
  it('is a picture of the nearest camera, hashed, private, in the journal and under the URL that it names', async ({
    onTestFinished,
  }) => {
    const house = await startEvidenceHouse(onTestFinished);
    const follower = house.follow(async (camera) => ok(picture(`from ${camera}`)));
    const alarm = someAlarm({ cameras: ['yz-cam:1', 'yz-cam:2'] });
    await house.raise(alarm);
    await settled(follower);
    const name = `${alarm.id}-yz-cam:1.jpg`;
    const sha256 = createHash('sha256').update('from yz-cam:1').digest('hex');
    expect(house.evidenceOf(alarm)).toEqual([
      {
        kind: 'snapshot',
        url: `/api/v1/alarms/${alarm.id}/evidence/${name}`,
        at: MORNING + 300,
        camera: 'yz-cam:1',
        sha256,
        bytes: 13,
      },
    ]);
    expect(await house.files()).toEqual([name]);
    const path = join(house.dataDir, 'evidence', '20260601', name);
    expect(await readFile(path, 'utf8')).toBe('from yz-cam:1');
    expect((await stat(path)).mode & 0o777).toBe(0o600);

    const present = house.journal.queries.alarm(alarm.id) ?? expect.fail();
    const opened = await openEvidence(house.dataDir, present, name);
    if (!opened.ok) return expect.fail('not found');
    expect(opened.value).toMatchObject({ bytes: 13, contentType: 'image/jpeg', evidence: { sha256 } });
    expect(await text(opened.value.file.createReadStream())).toBe('from yz-cam:1');
    for (const wrong of [
      '../../journal.sqlite',
      `../20260601/${name}`,
      `${name}/`,
      `${name}\0`,
      name.replace('jpg', 'mp4'),
      '',
    ]) {
      expect(await openEvidence(house.dataDir, present, wrong)).toEqual({ ok: false, error: 'not-found' });
    }
  });

  it('is taken for red, orange and yellow alarms with a camera, and only while they are young', async ({
    onTestFinished,
  }) => {
    const house = await startEvidenceHouse(onTestFinished);
    const asked: string[] = [];
    let clock = MORNING + 119_000;
    const snapshot = async (camera: string) => {
      asked.push(camera);
      return ok(picture(camera));
    };
    const follower = house.follow(snapshot, { now: () => clock });
    await house.raise(
      someAlarm({ severity: 1, cameras: ['c1'] }),
      someAlarm({ severity: 3, cameras: ['c3'] }),
      someAlarm({ severity: 4, cameras: ['c4'] }),
      someAlarm({ severity: 1, cameras: [] }),
    );
    await settled(follower);
    clock = MORNING + 121_000;
    await house.raise(someAlarm({ severity: 1, cameras: ['old'] }));
    await settled(follower);
    expect(asked.sort()).toEqual(['c1', 'c3']);
    expect(follower.counts()).toEqual({ taken: 2, failed: 0, late: 1, resting: 0, clips: NONE });
  });

  it('is not taken twice when the gateway died before it stored the cursor', async ({ onTestFinished }) => {
    const house = await startEvidenceHouse(onTestFinished);
    let asked = 0;
    const snapshot = async () => ok(picture(`picture ${++asked}`));
    const alarm = someAlarm();
    await house.raise(alarm);
    const killed = new AbortController();
    const dying = { read: () => 0, store: () => new Promise<never>(() => undefined) }; // dies at its first cursor
    house.follow(snapshot, { cursors: dying, stop: killed.signal });
    await expect.poll(() => house.evidenceOf(alarm).length).toBe(1);
    killed.abort();
    const follower = house.follow(snapshot);
    await settled(follower);
    expect(house.evidenceOf(alarm)).toHaveLength(1);
    expect(asked).toBe(1);
  });

  it('waits for no dead camera: others get their pictures, the cursor stays before it, the log says so once', async ({
    onTestFinished,
  }) => {
    const house = await startEvidenceHouse(onTestFinished);
    let stopped = 0;
    const follower = house.follow((camera, stop) => {
      if (camera !== 'dead') return Promise.resolve(ok(picture(camera)));
      stop.addEventListener('abort', () => stopped++);
      return new Promise(() => undefined); // never answers
    });
    const dead = someAlarm({ cameras: ['dead'] });
    const living = Array.from({ length: 100 }, () => someAlarm()); // each a commit of its own
    await house.raise(dead);
    await expect.poll(() => follower.lag()).toBe(1);
    await house.raise(...living);
    await expect.poll(() => follower.counts().taken, { timeout: 5000 }).toBe(100);
    expect(living.map((alarm) => house.evidenceOf(alarm).length)).toEqual(living.map(() => 1));
    expect(house.journal.cursors.read('evidence')).toBe(0);
    await settled(follower);
    expect(stopped).toBe(1);
    await house.raise(someAlarm({ cameras: ['dead'] }), someAlarm({ cameras: ['dead'] })); // resting now
    await settled(follower);
    expect(follower.counts()).toEqual({ taken: 100, failed: 1, late: 0, resting: 2, clips: NONE });
    expect(house.logged).toMatchObject([{ camera: 'dead', reason: 'no-answer', msg: 'no snapshot for an alarm' }]);
  });

  it('asks four cameras at once and no more', async ({ onTestFinished }) => {
    const house = await startEvidenceHouse(onTestFinished);
    await house.raise(...Array.from({ length: 30 }, (_, at) => someAlarm({ cameras: [`c${at}`] })));
    let [now, most] = [0, 0];
    const follower = house.follow(async (camera) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
      return camera.endsWith('7') ? failed({ reason: 'unreachable', text: 'refused' }) : ok(picture(camera));
    });
    await settled(follower);
    expect(most).toBe(4);
    expect(follower.counts()).toMatchObject({ taken: 27, failed: 3 });
    expect(await house.files()).toHaveLength(27);
  });

  it('is tried again while the disk does not take it, and no half file is to be seen', async ({ onTestFinished }) => {
    const house = await startEvidenceHouse(onTestFinished);
    const folder = join(house.dataDir, 'evidence');
    await writeFile(folder, ''); // a file where the folder belongs: refused for any user, as on a broken disk
    const follower = house.follow(async () => ok(picture('at last')));
    const alarm = someAlarm();
    await house.raise(alarm);
    await expect.poll(() => follower.state().failures).toBeGreaterThan(2);
    expect(house.evidenceOf(alarm)).toEqual([]);
    await rm(folder);
    await settled(follower);
    expect(house.evidenceOf(alarm)).toHaveLength(1);
    expect(await house.files()).toHaveLength(1);
  });
});
