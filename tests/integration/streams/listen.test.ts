import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { AuditPage } from '../../../gateway/http/contract/people.ts';
import { SoundAddress } from '../../../gateway/http/contract/video.ts';
import { startCamera } from '../../../simulators/camera/camera.ts';
import { startGateway } from '../../parts/gateway.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';
import { secret } from '../../parts/told.ts';
import { shareOf, soundIn } from '../../parts/tone.ts';

const LOGIN = { username: 'admin', password: secret('a camera that is listened to') };
const PERSON = { username: 'auditor', password: secret('who reads the trail of listening') };

async function openSite() {
  const camera = await startCamera({ id: 'gate', name: '东门', ...LOGIN, rtspOnly: true, hasMicrophone: true });
  onTestFinished(() => camera.stop());
  const gateway = await startGateway({ dataDir: await temporaryFolder(onTestFinished) }, onTestFinished);
  await gateway.signIn();
  const connection = { url: camera.rtspUrl('sub'), ...LOGIN };
  const put = (settings: object, status = 201) =>
    gateway.call(
      'PUT',
      '/api/v1/devices/gate',
      { kind: 'camera', profile: 'rtsp', name: '东门', region: '360902001001', connection, settings },
      status,
    );
  const change = (act: string) => gateway.call('POST', '/api/v1/devices/changes', { act, ids: ['gate'] });
  const address = async (protocol: string): Promise<string> => {
    const { sources } = SoundAddress.parse(await gateway.call('POST', '/api/v1/cameras/gate/sound'));
    const url = sources.find((source) => source.protocol === protocol)?.url ?? '';
    return (protocol === 'ws-flv' ? gateway.url.replace('http', 'ws') : gateway.url) + url;
  };
  return { camera, gateway, put, change, address };
}

it('lets a camera be heard from the moment its record allows it until it no longer does, and keeps who listened', async () => {
  const { gateway, put, change, address } = await openSite();
  await put({});
  await gateway.call('POST', '/api/v1/cameras/gate/sound', undefined, 501);
  expect(await change('allow-sound')).toEqual({ done: 1, same: 0, faults: [] });
  expect(await change('allow-sound')).toEqual({ done: 0, same: 1, faults: [] });
  const url = await address('ws-flv');
  const listener = new WebSocket(url);
  onTestFinished(() => listener.terminate());
  const closed = once(listener, 'close');
  for (let messages = 0; messages < 10; messages += 1) await once(listener, 'message');
  const again = new WebSocket(url);
  const [, answer] = await once(again, 'unexpected-response');
  expect(answer.statusCode).toBe(403);
  await change('forbid-sound');
  expect((await closed)[0]).toBe(1008);
  await gateway.call('POST', '/api/v1/cameras/gate/sound', undefined, 501);

  await gateway.call('POST', '/api/v1/users', { ...PERSON, role: 'auditor', regions: ['360900000000'] });
  await gateway.signIn(PERSON.username, PERSON.password);
  const { items } = AuditPage.parse(await gateway.call('GET', '/api/v1/audit'));
  expect(items.filter(({ act }) => act === 'camera.listen')).toMatchObject([{ by: 'admin', object: 'gate' }]);
});

it('gives another player pictures and sound in one address', async () => {
  const { put, address } = await openSite();
  await put({ sound: true });
  const heard = await soundIn(await address('http-flv'), 2);
  expect(shareOf(heard.subarray(4_000, 20_000), 1000)).toBeGreaterThan(0.95);
});

it('refuses a word for sound that is neither yes nor no, and a device that is no camera', async () => {
  const { gateway, put, change } = await openSite();
  expect(await put({ sound: 'yes' }, 400)).toMatchObject({ field: 'settings.sound', value: 'yes' });
  const door = { kind: 'access', profile: 'fengsui', name: '门', region: '360902001001' };
  await gateway.call('PUT', '/api/v1/devices/gate', door);
  expect(await change('allow-sound')).toMatchObject({ done: 0, faults: [{ field: 'kind', expected: 'camera' }] });
});
