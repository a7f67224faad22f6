import { expect, it, onTestFinished } from 'vitest';
import { ADMIN_PASSWORD, person, startHttpGateway, ZHANGSHU } from '../../parts/http-gateway.ts';

const SPEAKER = {
  kind: 'speaker',
  profile: 'fengsui',
  name: '音柱 K811',
  region: '360902001000',
  place: { line: '沪昆线', km: 'K811+850' },
  aliases: ['horn/7'],
};
const HUKUN = `/lines/${encodeURIComponent('沪昆线')}`;

it('shows a line with its stations, structures and patrol sections', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  const { status, body } = await admin.get(HUKUN);
  expect(status).toBe(200);
  expect(body).toMatchObject({ id: '沪昆线', from: 'K670+662', to: 'K866+109', brokenChainage: [] });
  expect(body).toHaveProperty('sections.0.id', 'hk-yuanzhou-east');
  expect(await admin.get('/lines/nowhere')).toMatchObject({
    status: 404,
    body: { field: 'line', value: 'nowhere', expected: 'one of 沪昆线, 京九线' },
  });
});

it('gives what stands near a post, within the scope of who asks', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  await admin.put('/devices/horn-7', SPEAKER);
  const near = `${HUKUN}/near?km=${encodeURIComponent('K812+000')}&kind=speaker&withinM=1000`;
  expect(await admin.get(near)).toMatchObject({ status: 200, body: { items: [{ device: 'horn-7', alongM: 150 }] } });
  const stranger = await person(gateway, 'seat-zs', { regions: [ZHANGSHU] });
  expect(await stranger.get(near)).toMatchObject({ status: 200, body: { items: [] } });
  expect(await admin.get(`${HUKUN}/near?km=812`)).toMatchObject({
    status: 400,
    body: { field: 'km', value: '812', expected: 'a kilometre post such as K812+300' },
  });
});

it('lets a name in messages belong to one device only', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  await admin.put('/devices/horn-7', SPEAKER);
  expect(await admin.put('/devices/horn-8', SPEAKER)).toMatchObject({
    status: 400,
    body: { field: 'aliases', value: 'horn/7', expected: 'a name of this device only; horn-7 has it' },
  });
});
