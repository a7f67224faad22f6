import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { AuditPage } from '../../../gateway/http/contract/people.ts';
import { TalkAddress } from '../../../gateway/http/contract/video.ts';
import { type SimulatedCamera, startCamera } from '../../../simulators/camera/camera.ts';
import { decodeG711 } from '../../../streams/talk/g711.ts';
import { startGateway } from '../../parts/gateway.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';
import { secret } from '../../parts/told.ts';
import { RATE, shareOf, tone, wavOf } from '../../parts/tone.ts';

const LOGIN = { username: 'admin', password: secret('a camera that is spoken to') };
async function openSite() {
  const camera = await startCamera({ id: 'gate', name: '东门', ...LOGIN });
  onTestFinished(() => camera.stop());
  const gateway = await startGateway({ dataDir: await temporaryFolder(onTestFinished) }, onTestFinished);
  await gateway.signIn();
  const put = (id: string, one: SimulatedCamera, kind = 'camera') =>
    gateway.call('PUT', `/api/v1/devices/${id}`, {
      ...{ kind, profile: 'onvif', name: id, region: '360902001001', connection: { url: one.onvifUrl, ...LOGIN } },
      tags: [`port:${new URL(one.rtspUrl('main')).port}`],
    });
  await put('gate', camera);
  await expect.poll(() => camera.subscriptions(), { timeout: 10_000 }).toBe(1);
  const address = async (): Promise<string> => {
    const { url } = TalkAddress.parse(await gateway.call('POST', '/api/v1/cameras/gate/talk'));
    return gateway.url.replace('http', 'ws') + url;
  };
  return { camera, gateway, put, address };
}

/** Somebody who presses the button; resolves when the camera listens. */
async function speaker(url: string) {
  const ws = new WebSocket(url);
  onTestFinished(() => ws.terminate());
  const closed = once(ws, 'close').then(([code, reason]) => [code, String(reason)]);
  const listens = once(ws, 'message').then(([text]) => JSON.parse(String(text)) as { state: string });
  return { ws, closed, listens };
}

it('brings a person’s voice to the camera, one person at a time, until they let go', async () => {
  const { camera, gateway, address } = await openSite();
  const { ws, closed, listens } = await speaker(await address());
  expect(await listens).toEqual({ state: 'open' });
  const second = await speaker(await address());
  expect(await second.closed).toEqual([1013, 'busy']);
  const pcm = tone(1000, 1);
  for (let at = 0; at < pcm.length; at += 320) ws.send(pcm.subarray(at, at + 320));
  await expect.poll(() => camera.heard().length, { timeout: 5_000 }).toBe(RATE);
  const heard = decodeG711('PCMA', camera.heard());
  expect(shareOf(heard, 1000)).toBeGreaterThan(0.98);
  expect(shareOf(heard, 1500)).toBeLessThan(0.01);
  ws.close();
  await closed;
  const third = await speaker(await address());
  expect(await third.listens).toEqual({ state: 'open' });
  const PERSON = { username: 'auditor', password: secret('who reads the trail of talks') };
  await gateway.call('POST', '/api/v1/users', { ...PERSON, role: 'auditor', regions: ['360900000000'] });
  await gateway.signIn(PERSON.username, PERSON.password);
  const { items } = AuditPage.parse(await gateway.call('GET', '/api/v1/audit'));
  const ends = items.filter(({ act }) => act === 'camera.talk-end').map(({ by, object }) => `${by}: ${object}`);
  expect(ends).toContainEqual(expect.stringMatching(/^admin: gate \d+ s$/));
});

it('says that a camera has no loudspeaker, and opens nothing twice or for who may not', async () => {
  const { camera, gateway, address } = await openSite();
  camera.misbehave({ isMute: true });
  const used = await address();
  expect((await (await speaker(used)).closed)[0]).toBe(1013);
  const again = new WebSocket(used);
  const [, answer] = await once(again, 'unexpected-response');
  expect([answer.statusCode, answer.headers['x-refused']]).toEqual([403, 'replayed']);
  const PERSON = { username: 'looker', password: secret('who only looks on') };
  await gateway.call('POST', '/api/v1/users', { ...PERSON, role: 'viewer', regions: ['360900000000'] });
  await gateway.signIn(PERSON.username, PERSON.password);
  await gateway.call('POST', '/api/v1/cameras/gate/talk', undefined, 403);
});

it('says words and tones through loudspeakers, and of each what came of it', async () => {
  const { camera, gateway, put } = await openSite();
  const [speaker1, mute] = await Promise.all(['post-1', 'post-2'].map((id) => startCamera({ id, name: id, ...LOGIN })));
  if (speaker1 === undefined || mute === undefined) throw new Error('no loudspeakers');
  onTestFinished(async () => void (await Promise.all([speaker1.stop(), mute.stop()])));
  mute.misbehave({ isMute: true });
  await put('post-1', speaker1, 'speaker');
  await put('post-2', mute, 'speaker');
  const order = (id: string, args: object) =>
    gateway.call('POST', `/api/v1/devices/${id}/commands`, { name: 'broadcast', args });
  await expect.poll(() => speaker1.subscriptions() + mute.subscriptions(), { timeout: 10_000 }).toBe(2);
  const answers = await Promise.all([
    order('gate', { tone: 'chime' }),
    order('post-1', { tone: 'alert', times: 2 }),
    order('post-2', { tone: 'chime' }),
    order('gate', { phrase: 'keep-off' }).catch((error: unknown) => error),
  ]);
  expect(answers[0]).toMatchObject({ ok: true });
  expect(answers[1]).toMatchObject({ ok: true });
  expect(answers[2]).toMatchObject({ ok: false, error: expect.stringContaining('551') });
  expect(answers[3]).toMatchObject({ ok: false, error: expect.stringContaining('expected') });
  const heard = decodeG711('PCMA', camera.heard());
  expect(heard.length).toBe(0.8 * RATE * 2);
  expect(shareOf(heard.subarray(0, 0.4 * RATE * 2), 880)).toBeGreaterThan(0.9);
  expect(speaker1.heard().length).toBe((0.8 + 1 + 0.8) * RATE);
  expect(await order('post-1', { text: '请立即离开铁路' })).toMatchObject({ ok: true });
  const before = speaker1.heard().length;
  const words = decodeG711('PCMA', speaker1.heard().subarray(2.6 * RATE));
  expect(words.length / 2 / RATE).toBeGreaterThan(1);
  const loudness = Math.sqrt(
    Array.from({ length: words.length / 2 }, (_, at) => words.readInt16LE(at * 2) ** 2).reduce((a, b) => a + b) /
      (words.length / 2),
  );
  expect(loudness).toBeGreaterThan(300);

  const { token } = await gateway.signIn();
  const authorization = `Bearer ${token}`;
  const headers = { authorization, 'content-type': 'audio/wav' };
  const url = `${gateway.url}/api/v1/announcements/${encodeURIComponent('演练')}`;
  expect((await fetch(url, { method: 'PUT', headers, body: wavOf(tone(1000, 1)) })).status).toBe(200);
  expect(await order('post-1', { file: '演练' })).toMatchObject({ ok: true });
  const played = decodeG711('PCMA', speaker1.heard().subarray(before));
  expect(shareOf(played, 1000)).toBeGreaterThan(0.95);
  expect(await order('post-1', { file: 'other' })).toMatchObject({
    ok: false,
    error: expect.stringContaining('other'),
  });
});

it('speaks plain RTP to a loudspeaker that knows nothing else, inside the device networks only', async () => {
  const { gateway } = await openSite();
  const ear = createSocket('udp4');
  onTestFinished(() => void ear.close());
  ear.bind(0, '127.0.0.1');
  await once(ear, 'listening');
  const packets: Buffer[] = [];
  ear.on('message', (packet) => packets.push(packet));
  const speaker = (id: string, url: string) =>
    gateway.call('PUT', `/api/v1/devices/${id}`, {
      ...{ kind: 'speaker', profile: 'rtp', name: id, region: '360902001001', connection: { url } },
    });
  const order = (id: string, name = 'broadcast') =>
    gateway.call('POST', `/api/v1/devices/${id}/commands`, { name, args: { tone: 'chime' } });
  await speaker('horn', `rtp://127.0.0.1:${ear.address().port}`);
  await speaker('far', 'rtp://192.0.2.7:5004');
  await speaker('odd', 'rtp://127.0.0.1');
  expect(await order('horn')).toMatchObject({ ok: true });
  await expect.poll(() => packets.length, { timeout: 5_000 }).toBe(40);
  const numbers = packets.map((packet) => [packet.readUInt16BE(2), packet.readUInt32BE(4)] as const);
  const [first = [0, 0] as const] = numbers;
  expect(packets.every((packet) => packet.readUInt16BE(0) === 0x8008 && packet.length === 172)).toBe(true);
  expect(numbers).toEqual(numbers.map((_, at) => [(first[0] + at) & 0xffff, (first[1] + 160 * at) >>> 0]));
  const heard = decodeG711('PCMA', Buffer.concat(packets.map((packet) => packet.subarray(12))));
  expect(shareOf(heard.subarray(0, 0.4 * RATE * 2), 880)).toBeGreaterThan(0.9);
  for (const wrong of ['far', 'odd']) await expect(order(wrong)).rejects.toThrow(/answered 5/);
  await expect(order('horn', 'open')).rejects.toThrow('answered 501');
});
