import { createHash } from 'node:crypto';
import { chmod, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import type { Alarm } from '../../../gateway/domain/alarm.ts';
import type { ClipWish } from '../../../gateway/domain/camera.ts';
import { failed, ok } from '../../../gateway/domain/result.ts';
import { EvidenceKeeping } from '../../../gateway/followers/evidence/keeping.ts';
import type { EvidencePorts, TakeClip } from '../../../gateway/followers/evidence/ports.ts';
import {
  clipName,
  evidenceUrl,
  pathOf,
  storeEvidence,
  sweepUnfinished,
} from '../../../gateway/followers/evidence/store.ts';
import { verifyEvidence } from '../../../gateway/followers/evidence/verification.ts';
import { settled, startEvidenceHouse } from '../../parts/evidence-house.ts';
import { MORNING, someAlarm } from '../../parts/recorded.ts';
import type { OnFinished } from '../../parts/temporary-folder.ts';

type House = Awaited<ReturnType<typeof startEvidenceHouse>>;
const DAY_MS = 86_400_000;
const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
const noPicture: EvidencePorts['takeSnapshot'] = async () => failed({ reason: 'unreachable', text: 'no picture' });

/** Writes what it is asked for, as the video plane does, and says what that was. */
function recorder(asked: (ClipWish & { camera: string })[], before: () => Promise<void> = async () => {}): TakeClip {
  return async (camera, wish) => {
    asked.push({ camera, ...wish });
    await before();
    const words = `clip of ${camera} at ${wish.moment}`;
    await writeFile(wish.path, words);
    return ok({
      from: wish.from,
      to: wish.to,
      sha256: sha256(words),
      bytes: words.length,
      codec: 'h264',
      note: 'shortened',
    });
  };
}
const taking = (take: TakeClip): Partial<EvidencePorts> => ({
  clip: {
    isWanted: (type) => type !== 'camera.motion',
    take,
    end: () => {},
    times: { beforeMs: 10_000, afterMs: 5_000 },
  },
});
const unfinished = (house: House) => house.files().then((names) => names.filter((name) => name.endsWith('.part')));

describe('a clip', () => {
  it('is wanted from ten seconds before the alarm, hashed, in the journal with its times and what it lacks', async ({
    onTestFinished,
  }) => {
    const house = await startEvidenceHouse(onTestFinished);
    const asked: (ClipWish & { camera: string })[] = [];
    const follower = house.follow(noPicture, taking(recorder(asked)));
    const alarm = someAlarm({ cameras: ['cam-1', 'cam-2'] });
    await house.raise(alarm, someAlarm({ type: 'camera.motion' }), someAlarm({ severity: 4 }));
    await settled(follower);
    const moment = alarm.receivedAt;
    expect(asked).toMatchObject([{ camera: 'cam-1', moment, from: moment - 10_000, to: moment + 5_000 }]);
    const name = clipName(alarm.id, 'cam-1');
    const said = { from: moment - 10_000, to: moment + 5_000, note: 'shortened', camera: 'cam-1' };
    expect(house.evidenceOf(alarm)).toMatchObject([{ kind: 'clip', url: evidenceUrl(alarm.id, name), ...said }]);
    const bytes = await readFile(pathOf(house.dataDir, alarm, name));
    expect(house.evidenceOf(alarm)[0]?.sha256).toBe(sha256(bytes));
    expect(follower.counts().clips).toEqual({ taken: 1, shared: 0, failed: 0 });
    expect(await unfinished(house)).toEqual([]);
  });

  it('is one file for alarms that come together at a camera, and another for one that comes too late', async ({
    onTestFinished,
  }) => {
    const house = await startEvidenceHouse(onTestFinished);
    const asked: (ClipWish & { camera: string })[] = [];
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    const follower = house.follow(noPicture, taking(recorder(asked, () => over)));
    const cameras = ['cam-1'];
    const first = someAlarm({ cameras });
    const second = someAlarm({ cameras, device: 'other-sensor', receivedAt: first.receivedAt + 3_000 });
    const late = someAlarm({ cameras, device: 'third-sensor', receivedAt: first.receivedAt + 4_500 });
    await house.raise(first, second, late);
    await expect.poll(() => asked.length).toBe(2);
    end();
    await settled(follower);
    const inode = async (alarm: Alarm) => (await stat(pathOf(house.dataDir, alarm, clipName(alarm.id, 'cam-1')))).ino;
    expect(await inode(second)).toBe(await inode(first));
    expect(await inode(late)).not.toBe(await inode(first));
    expect(house.evidenceOf(second)[0]).toMatchObject({ sha256: house.evidenceOf(first)[0]?.sha256 });
    expect(follower.counts().clips).toEqual({ taken: 2, shared: 1, failed: 0 });
  });

  it('of a gateway that dies in it leaves no half file to see, and is taken again after the start', async ({
    onTestFinished,
  }) => {
    const house = await startEvidenceHouse(onTestFinished);
    const killed = new AbortController();
    const asked: (ClipWish & { camera: string })[] = [];
    const hangs: TakeClip = async (camera, wish) => {
      await writeFile(wish.path, 'half of a');
      asked.push({ camera, ...wish });
      return new Promise(() => undefined);
    };
    const alarm = someAlarm({ cameras: ['cam-1'] });
    await house.raise(alarm);
    const dying = house.follow(noPicture, { ...taking(hangs), stop: killed.signal });
    await expect.poll(() => asked.length).toBe(1);
    killed.abort();
    await dying.done;
    expect(await unfinished(house)).toHaveLength(1);
    expect(house.evidenceOf(alarm)).toEqual([]);
    expect((await verifyEvidence(join(house.dataDir, 'journal.sqlite'), house.dataDir)).wrong).toEqual([]);
    expect(await sweepUnfinished(house.dataDir)).toBe(1);
    const follower = house.follow(noPicture, taking(recorder(asked)));
    await settled(follower);
    expect(house.evidenceOf(alarm)).toHaveLength(1);
    expect(await house.files()).toEqual([clipName(alarm.id, 'cam-1')]);
  });

  it('ends when the gateway stops, and what there is of it is kept', async ({ onTestFinished }) => {
    const house = await startEvidenceHouse(onTestFinished);
    const stopping = new AbortController();
    const asked: (ClipWish & { camera: string })[] = [];
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    const ports = taking(recorder(asked, () => over));
    const clip = { ...(ports.clip ?? expect.fail()), end };
    const alarm = someAlarm({ cameras: ['cam-1'] });
    await house.raise(alarm);
    const follower = house.follow(noPicture, { clip, stop: stopping.signal });
    await expect.poll(() => asked.length).toBe(1);
    stopping.abort();
    await follower.done;
    expect(house.evidenceOf(alarm)).toMatchObject([{ kind: 'clip' }]);
  });

  it('is tried again while our own disk or plane is in trouble, and given up when the camera is', async ({
    onTestFinished,
  }) => {
    const house = await startEvidenceHouse(onTestFinished);
    const troubles = ['disk', 'plane-away'];
    const good = recorder([]);
    const take: TakeClip = async (camera, wish) => {
      const reason = camera === 'dead' ? 'unreachable' : troubles.shift();
      return reason === undefined ? good(camera, wish) : failed({ reason, text: `in trouble: ${reason}` });
    };
    const follower = house.follow(noPicture, taking(take));
    const [alarm, dead] = [someAlarm({ cameras: ['cam-1'] }), someAlarm({ cameras: ['dead'], device: 'other-sensor' })];
    await house.raise(alarm, dead);
    await settled(follower);
    expect(house.evidenceOf(alarm)).toMatchObject([{ kind: 'clip' }]);
    expect(house.evidenceOf(dead)).toEqual([]);
    expect(await unfinished(house)).toEqual([]);
  });
});

/** Clips of a day each, `bytes` long, the first one `days` ago. */
async function withClips(house: House, days: readonly number[], bytes: number): Promise<readonly Alarm[]> {
  const alarms = days.map((day) => {
    const at = MORNING - day * DAY_MS;
    return someAlarm({ receivedAt: at, occurredAt: at, cameras: ['cam-1'] });
  });
  await house.raise(...alarms);
  for (const alarm of alarms) {
    const name = clipName(alarm.id, 'cam-1');
    const hash = await storeEvidence(house.dataDir, alarm, name, Buffer.alloc(bytes, alarm.id));
    const url = evidenceUrl(alarm.id, name);
    await house.desk.addEvidence(alarm.id, { kind: 'clip', url, at: alarm.receivedAt, camera: 'cam-1', sha256: hash });
  }
  return alarms;
}
const urlOf = (alarm: Alarm | undefined): string => evidenceUrl(alarm?.id ?? '', clipName(alarm?.id ?? '', 'cam-1'));
const isThere = (house: House, alarm: Alarm): Promise<boolean> =>
  stat(pathOf(house.dataDir, alarm, clipName(alarm.id, 'cam-1'))).then(
    () => true,
    () => false,
  );

function keepingOf(house: House, maxBytes = 1_000_000): EvidenceKeeping {
  return new EvidenceKeeping({
    dataDir: house.dataDir,
    find: (id) => house.journal.queries.alarm(id),
    desk: house.desk,
    keepDays: { snapshot: 90, clip: 30, photo: 90 },
    maxBytes,
    now: () => MORNING,
    log: pino({ level: 'silent' }),
  });
}
const SEAT = { name: 'seat-a', centre: undefined };

describe('keeping evidence', () => {
  it('takes away what is over its days, in the journal first, and never what is locked', async ({ onTestFinished }) => {
    const house = await startEvidenceHouse(onTestFinished);
    const alarms = await withClips(house, [40, 35, 29], 1000);
    await house.desk.lockEvidence(alarms[1]?.id ?? '', urlOf(alarms[1]), true, SEAT);
    const keeping = keepingOf(house);
    await keeping.sweep();
    expect(await Promise.all(alarms.map((alarm) => isThere(house, alarm)))).toEqual([false, true, true]);
    expect(alarms.map((alarm) => house.evidenceOf(alarm)[0]?.removedAt !== undefined)).toEqual([true, false, false]);
    expect(house.journal.queries.history(alarms[0]?.id ?? '').at(-1)?.entry).toMatchObject({
      kind: 'evidence-removed',
      by: { name: 'keeping' },
      removed: { why: 'over' },
    });
    expect(keeping.report()).toMatchObject({ bytes: 2000, lockedBytes: 1000, removedForRoom: 0 });
    await keeping.sweep(); // a second time changes nothing
    expect(house.journal.queries.history(alarms[0]?.id ?? '')).toHaveLength(3);
  });

  it('makes room by the oldest first, says that it did, and keeps what is locked', async ({ onTestFinished }) => {
    const house = await startEvidenceHouse(onTestFinished);
    const alarms = await withClips(house, [20, 15, 10, 5], 1000);
    await house.desk.lockEvidence(alarms[0]?.id ?? '', urlOf(alarms[0]), true, SEAT);
    const keeping = keepingOf(house, 3500);
    await keeping.sweep();
    expect(await Promise.all(alarms.map((alarm) => isThere(house, alarm)))).toEqual([true, false, true, true]);
    expect(keeping.report()).toMatchObject({ bytes: 3000, maxBytes: 3500, removedForRoom: 1, lastRoomAt: MORNING });
  });

  it('keeps a file that says itself that it is locked, though the journal has forgotten its alarm', async ({
    onTestFinished,
  }) => {
    const house = await startEvidenceHouse(onTestFinished);
    const [locked, free] = [someAlarm(), someAlarm()];
    const old = new Date(MORNING - 300 * DAY_MS);
    for (const alarm of [locked, free]) {
      await storeEvidence(house.dataDir, alarm, clipName(alarm.id, 'cam-1'), Buffer.from('x'));
      await utimes(pathOf(house.dataDir, alarm, clipName(alarm.id, 'cam-1')), old, old);
    }
    await chmod(pathOf(house.dataDir, locked, clipName(locked.id, 'cam-1')), 0o400);
    await keepingOf(house).sweep();
    expect([await isThere(house, locked), await isThere(house, free)]).toEqual([true, false]);
  });
});

describe('verify-evidence', () => {
  const start = async (onTestFinished: OnFinished) => {
    const house = await startEvidenceHouse(onTestFinished);
    const alarms = await withClips(house, [1, 2], 1000);
    return { house, alarms, verify: () => verifyEvidence(join(house.dataDir, 'journal.sqlite'), house.dataDir) };
  };

  it('finds nothing wrong where each file has the bytes of the journal', async ({ onTestFinished }) => {
    const { verify } = await start(onTestFinished);
    expect(await verify()).toEqual({ files: 2, bytes: 2000, wrong: [] });
  });

  it('names a file with one bit flipped, one that is gone, and one that nobody knows', async ({ onTestFinished }) => {
    const { house, alarms, verify } = await start(onTestFinished);
    const [flipped = someAlarm(), gone = someAlarm()] = alarms;
    const nameOf = (alarm: Alarm) => clipName(alarm.id, 'cam-1');
    const path = pathOf(house.dataDir, flipped, nameOf(flipped));
    const bytes = await readFile(path);
    bytes[500] = (bytes[500] ?? 0) ^ 1;
    await writeFile(path, bytes);
    await rm(pathOf(house.dataDir, gone, nameOf(gone)));
    const stray = someAlarm();
    await storeEvidence(house.dataDir, stray, nameOf(stray), Buffer.from('put there by hand'));
    const { wrong } = await verify();
    expect(wrong.map(({ file, why }) => [file, why]).sort()).toEqual(
      [
        [nameOf(flipped), 'changed'],
        [nameOf(gone), 'missing'],
        [nameOf(stray), 'unknown'],
      ].sort(),
    );
  });

  it('does not miss what keeping has taken away', async ({ onTestFinished }) => {
    const { house, alarms, verify } = await start(onTestFinished);
    const [alarm = someAlarm()] = alarms;
    await house.desk.removeEvidence(alarm.id, urlOf(alarm), 'room');
    await rm(pathOf(house.dataDir, alarm, clipName(alarm.id, 'cam-1')));
    expect(await verify()).toMatchObject({ files: 1, wrong: [] });
  });
});
