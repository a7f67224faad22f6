import { createHash } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished as whenFinished } from 'vitest';
import type { Evidence } from '../../../gateway/domain/alarm.ts';
import { failed, ok } from '../../../gateway/domain/result.ts';
import { clipName, evidenceUrl, pathOf, storeEvidence } from '../../../gateway/followers/evidence/store.ts';
import type { HttpPorts, Watermark } from '../../../gateway/http/ports.ts';
import { ADMIN_PASSWORD, type HttpGateway, person, startHttpGateway, ZHANGSHU } from '../../parts/http-gateway.ts';
import { quietSystem } from '../../parts/quiet-system.ts';
import type { OnFinished } from '../../parts/temporary-folder.ts';

const JPEG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(2000, 7), Buffer.from([0xff, 0xd9])]);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** An alarm with a clip of ten bytes, and somebody at the desk. */
async function withClip(onTestFinished: OnFinished, ports: Partial<HttpPorts> = {}) {
  const gateway = await startHttpGateway(onTestFinished, { ports });
  const alarm = await gateway.raise();
  const name = clipName(alarm.id, 'camera-k812');
  const hash = await storeEvidence(gateway.folder, alarm, name, Buffer.from('0123456789'));
  const clip: Evidence = {
    ...{ kind: 'clip', url: evidenceUrl(alarm.id, name), at: gateway.now(), camera: 'camera-k812', sha256: hash },
    ...{ bytes: 10, from: gateway.now() - 10_000, to: gateway.now(), note: 'not-open' },
  };
  await gateway.desk.addEvidence(alarm.id, clip);
  return { gateway, alarm, name, url: clip.url, seat: await person(gateway, 'seat-a') };
}

const auditOf = async (gateway: HttpGateway) => {
  const auditor = await person(gateway, 'auditor-1', { role: 'auditor', regions: ['360900000000'] });
  return (await auditor.get('/audit')).body as { items: { act: string; object: string; by: string; result: string }[] };
};

describe('an evidence file', () => {
  it('is listed with its times, and read whole or in the range that a player asks for', async ({ onTestFinished }) => {
    const { seat, url, alarm, gateway } = await withClip(onTestFinished);
    const detail = await seat.get(`/alarms/${alarm.id}`);
    expect(detail.body).toMatchObject({ evidence: [{ kind: 'clip', url, bytes: 10, note: 'not-open' }] });
    const whole = await seat.get(url);
    expect([whole.status, whole.headers.get('content-type'), whole.body]).toEqual([200, 'video/mp4', '0123456789']);
    expect(whole.headers.get('accept-ranges')).toBe('bytes');
    const etag = whole.headers.get('etag') ?? '';
    expect(etag).toBe(`"${sha256(Buffer.from('0123456789'))}"`);
    const asked = async (range: string, more = {}) => {
      const answer = await seat.get(url, { range, ...more });
      return [answer.status, answer.headers.get('content-range'), answer.body];
    };
    expect(await asked('bytes=2-4')).toEqual([206, 'bytes 2-4/10', '234']);
    expect(await asked('bytes=7-')).toEqual([206, 'bytes 7-9/10', '789']);
    expect(await asked('bytes=-2')).toEqual([206, 'bytes 8-9/10', '89']);
    expect(await asked('bytes=0-99')).toEqual([206, 'bytes 0-9/10', '0123456789']);
    expect(await asked('bytes=10-')).toEqual([416, 'bytes */10', '']);
    expect(await asked('bytes=4-2')).toEqual([200, null, '0123456789']);
    expect(await asked('bytes=0-1,4-5')).toEqual([200, null, '0123456789']);
    expect(await asked('bytes=2-4', { 'if-range': etag })).toEqual([206, 'bytes 2-4/10', '234']);
    expect(await asked('bytes=2-4', { 'if-range': '"other"' })).toEqual([200, null, '0123456789']);
    expect((await auditOf(gateway)).items.filter(({ act }) => act.startsWith('evidence'))).toEqual([]);
  });

  it('is a download with a purpose, which the trail keeps', async ({ onTestFinished }) => {
    const { seat, url, alarm, name, gateway } = await withClip(onTestFinished);
    const taken = await seat.get(`${url}?purpose=${encodeURIComponent('移交派出所')}`);
    expect([taken.status, taken.headers.get('content-disposition')]).toEqual([200, `attachment; filename="${name}"`]);
    expect(taken.headers.get('cache-control')).toBe('no-store');
    expect((await seat.get(`${url}?purpose=x`)).status).toBe(400);
    const trail = await auditOf(gateway);
    expect(trail.items.filter(({ act }) => act === 'evidence.download')).toMatchObject([
      { by: 'seat-a', object: `${alarm.id}/${name}: 移交派出所`, result: 'done' },
    ]);
  });

  it('is given out marked with who, when and what for, the original untouched', async ({ onTestFinished }) => {
    const wishes: unknown[] = [];
    const watermark: Watermark = async ({ content, ...wish }) => {
      wishes.push(wish);
      return ok(Buffer.from(`marked ${await content()}`));
    };
    const { seat, url, alarm, name, gateway } = await withClip(onTestFinished, { watermark });
    const marked = await seat.get(`${url}?watermark=1&purpose=${encodeURIComponent('案情会商')}`);
    expect([marked.status, marked.headers.get('content-type'), marked.body]).toEqual([
      200,
      'video/mp4',
      'marked 0123456789',
    ]);
    expect(marked.headers.get('content-disposition')).toBe(
      `attachment; filename="${name.replace('.mp4', '-marked.mp4')}"`,
    );
    expect(marked.headers.get('cache-control')).toBe('no-store');
    const words = expect.stringMatching(/^seat-a · \d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} \+08:00\n案情会商$/);
    expect(wishes).toEqual([{ kind: 'video/mp4', words }]);
    expect((await seat.get(url)).body).toBe('0123456789');
    const unsaid = await seat.get(`${url}?watermark=1`);
    expect([unsaid.status, (unsaid.body as { field: string }).field]).toEqual([400, 'purpose']);
    expect((await auditOf(gateway)).items.filter(({ act }) => act === 'evidence.download')).toMatchObject([
      { by: 'seat-a', object: `${alarm.id}/${name} (watermark): 案情会商` },
    ]);
  });

  it.each([
    ['busy', 429],
    ['missing', 501],
    ['failed', 502],
  ])('says when a marked copy cannot be made: %s', async (reason, status) => {
    const watermark: Watermark = async () => failed({ reason, text: 'in words' });
    const { seat, url } = await withClip(whenFinished, { watermark });
    const answer = await seat.get(`${url}?watermark=1&purpose=xx`);
    expect([answer.status, (answer.body as { detail: string }).detail]).toEqual([status, 'in words']);
  });

  it('is for those in whose scope the alarm is, and by the names that the alarm lists', async ({ onTestFinished }) => {
    const { gateway, url, alarm } = await withClip(onTestFinished);
    const foreign = await person(gateway, 'seat-b', { regions: [ZHANGSHU] });
    expect((await foreign.get(url)).status).toBe(403);
    const admin = await gateway.as('admin', ADMIN_PASSWORD);
    expect((await admin.get(evidenceUrl(alarm.id, 'other.mp4'))).status).toBe(404);
    expect((await admin.get(`/alarms/${alarm.id}/evidence/..%2F..%2Fvault.key`)).status).toBe(400);
    await writeFile(pathOf(gateway.folder, alarm, 'stray.jpg'), 'not listed');
    expect((await admin.get(evidenceUrl(alarm.id, 'stray.jpg'))).status).toBe(404);
  });

  it('is locked by who may, in the journal, in the trail and in its own mode', async ({ onTestFinished }) => {
    const { gateway, seat, url, alarm, name } = await withClip(onTestFinished);
    const mode = async () => (await stat(pathOf(gateway.folder, alarm, name))).mode & 0o777;
    const patrol = await person(gateway, 'patrol-1', { role: 'patrol' });
    expect((await patrol.post(`${url}/lock`, { isLocked: true })).status).toBe(403);
    expect(await seat.post(`${url}/lock`, { isLocked: true, note: '案件 36-118' })).toMatchObject({
      status: 200,
      body: { url, isLocked: true },
    });
    expect(await mode()).toBe(0o400);
    expect(await gateway.desk.removeEvidence(alarm.id, url, 'room')).toBe(false);
    const { history } = (await seat.get(`/alarms/${alarm.id}`)).body as { history: object[] };
    expect(history.at(-1)).toMatchObject({ kind: 'evidence-locked', by: 'seat-a', note: '案件 36-118' });
    expect(await seat.post(`${url}/lock`, { isLocked: false })).toMatchObject({ body: { isLocked: false } });
    expect(await mode()).toBe(0o600);
    expect(
      (await auditOf(gateway)).items.filter(({ act }) => act === 'evidence.lock').map((one) => one.result),
    ).toEqual(['done', 'done', 'refused']);
    expect((await seat.post(`/alarms/${alarm.id}/evidence/none.mp4/lock`, { isLocked: true })).status).toBe(404);
  });
});

describe('a photo from the spot', () => {
  const post = async (
    gateway: HttpGateway,
    token: string | undefined,
    alarm: string,
    body: NonNullable<RequestInit['body']>,
    headers = {},
  ) => {
    const answer = await fetch(`${gateway.url}/api/v1/alarms/${alarm}/evidence`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, ...headers },
      body,
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };

  it('is stored, hashed, journalled with its sender, bare or out of a form, and the same one only once', async ({
    onTestFinished,
  }) => {
    const gateway = await startHttpGateway(onTestFinished);
    const { id } = await gateway.raise();
    const patrol = await person(gateway, 'patrol-1', { role: 'patrol' });
    const bare = await post(gateway, patrol.token, id, JPEG, { 'content-type': 'image/jpeg' });
    expect(bare).toMatchObject({
      status: 201,
      body: { kind: 'photo', by: 'patrol-1', sha256: sha256(JPEG), bytes: 2006 },
    });
    const other = Buffer.concat([JPEG.subarray(0, 900), JPEG.subarray(-2)]);
    const form = new FormData();
    form.append('note', 'beside the gate');
    form.append('photo', new Blob([other], { type: 'image/jpeg' }), 'IMG_1.jpg');
    const second = await post(gateway, patrol.token, id, form);
    expect(second).toMatchObject({ status: 201, body: { sha256: sha256(other) } });
    const again = await post(gateway, patrol.token, id, JPEG, { 'content-type': 'image/jpeg' });
    expect(again.body['url']).toBe(bare.body['url']);
    const alarm = gateway.journal.queries.alarm(id) ?? expect.fail();
    expect(alarm.evidence.map(({ kind, by }) => [kind, by])).toEqual([
      ['photo', 'patrol-1'],
      ['photo', 'patrol-1'],
    ]);
    const file = String(bare.body['url']).split('/').at(-1) ?? '';
    expect(await readFile(pathOf(gateway.folder, alarm, file))).toEqual(JPEG);
  });

  it('is told from what is none: other bytes, too many of them, no file, nobody who may', async ({
    onTestFinished,
  }) => {
    const gateway = await startHttpGateway(onTestFinished);
    const { id } = await gateway.raise();
    const patrol = await person(gateway, 'patrol-1', { role: 'patrol' });
    const asJpeg = { 'content-type': 'image/jpeg' };
    const large = Buffer.concat([JPEG.subarray(0, 4), Buffer.alloc(8 * 1024 * 1024), JPEG.subarray(-2)]);
    const field = new FormData();
    field.append('photo', 'no file');
    const inForm = new FormData();
    inForm.append('photo', new Blob([large]), 'a.jpg');
    const refused = [
      await post(gateway, patrol.token, id, Buffer.from('<html>'), asJpeg),
      await post(gateway, patrol.token, id, JPEG.subarray(0, -2), asJpeg),
      await post(gateway, patrol.token, id, large, asJpeg),
      await post(gateway, patrol.token, id, inForm),
      await post(gateway, patrol.token, id, field),
      await post(gateway, patrol.token, id, 'x', { 'content-type': 'multipart/form-data' }),
      await post(gateway, patrol.token, id, '{}', { 'content-type': 'application/json' }),
      await post(gateway, patrol.token, id, JPEG, { 'content-type': 'image/png' }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([400, 400, 413, 413, 400, 400, 415, 415]);
    const viewer = await person(gateway, 'viewer-1', { role: 'viewer' });
    expect((await post(gateway, viewer.token, id, JPEG, asJpeg)).status).toBe(403);
    expect(gateway.journal.queries.alarm(id)?.evidence).toEqual([]);
  });
});

describe('the room for evidence', () => {
  it('is warned about before it is full, and more gravely once files had to go', async ({ onTestFinished }) => {
    const room = {
      bytes: 50,
      maxBytes: 100,
      lockedBytes: 10,
      removedForRoom: 0,
      lastRoomAt: undefined as number | undefined,
    };
    const gateway = await startHttpGateway(onTestFinished, {
      ports: {
        system: {
          ...quietSystem({ pauseOf: () => undefined, keptOf: () => ({ count: 0, latest: [] }) } as never),
          evidence: () => room,
        },
      },
    });
    const admin = await gateway.as('admin', ADMIN_PASSWORD);
    const codes = async () => {
      const { problems } = (await admin.get('/system')).body as { problems: { code: string; severity: number }[] };
      return problems.filter(({ code }) => code.startsWith('evidence')).map(({ code, severity }) => [code, severity]);
    };
    expect(await codes()).toEqual([]);
    room.bytes = 85;
    expect(await codes()).toEqual([['evidence-nearly-full', 3]]);
    Object.assign(room, { removedForRoom: 3, lastRoomAt: gateway.now() });
    expect(await codes()).toEqual([['evidence-full', 2]]);
  });
});
