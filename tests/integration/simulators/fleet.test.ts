import { readFileSync } from 'node:fs';
import { connectAsync } from 'mqtt';
import { expect, it, vi } from 'vitest';
import { FLEET, startFleet } from '../../../simulators/fleet.ts';
import { playScenario } from '../../../simulators/play.ts';
import { SCENARIOS } from '../../../simulators/scenarios/all.ts';
import { fenceIntrusion } from '../../../simulators/scenarios/fence-intrusion.ts';
import { startMosquitto } from '../../parts/mosquitto.ts';

it('registers its devices before any of them speaks, and plays every story on them', async ({ onTestFinished }) => {
  const { url } = await startMosquitto(onTestFinished);
  const client = await connectAsync(url);
  onTestFinished(() => client.endAsync(true));
  const events: { topic: string; body: unknown }[] = [];
  const statuses: string[] = [];
  client.on('message', (topic, payload) => {
    if (topic.endsWith('/event')) events.push({ topic, body: JSON.parse(payload.toString()) });
    if (topic.endsWith('/status')) statuses.push(topic);
  });
  await client.subscribeAsync('fengsui/v1/#', { qos: 1 });
  const register = vi.fn(async () => expect(statuses).toEqual([]));
  const fleet = await startFleet({ mqttUrl: url, register });
  onTestFinished(() => fleet.stop());
  expect(register).toHaveBeenCalledOnce();
  for (const { kind, connection } of fleet.records) expect(connection === undefined).toBe(kind !== 'camera');
  const done: string[] = [];
  for (const story of SCENARIOS) {
    await playScenario(story, fleet, { speed: 200, onStep: ({ device }) => done.push(device) });
  }
  expect(done).toEqual(SCENARIOS.flatMap(({ steps }) => steps.map(({ device }) => device)));
  await vi.waitFor(() => expect(events).toHaveLength(7));
  expect(events[0]).toMatchObject({
    topic: 'fengsui/v1/yz-fence-k812/event',
    body: { type: 'railway.perimeter.intrusion', active: true },
  });
});

it('breaks a story off when told to', async ({ onTestFinished }) => {
  const { url } = await startMosquitto(onTestFinished);
  const fleet = await startFleet({ mqttUrl: url });
  onTestFinished(() => fleet.stop());
  const stopping = new AbortController();
  const done: number[] = [];
  await playScenario(fenceIntrusion, fleet, {
    signal: stopping.signal,
    onStep: ({ afterMs }) => {
      done.push(afterMs);
      stopping.abort();
    },
  });
  expect(done).toEqual([0]);
});

it('has devices in regions that there are, and cameras that there are', () => {
  const regions = readFileSync(new URL('../../../config/catalogue/yichun/regions.csv', import.meta.url), 'utf8');
  const ids = new Set(FLEET.map(({ record }) => record.id));
  for (const { record } of FLEET) {
    expect(regions).toContain(`\n${record.region},`);
    for (const camera of record.cameras ?? []) expect(ids).toContain(camera);
  }
  for (const { steps, raises } of SCENARIOS) {
    for (const { device } of [...steps, ...raises]) expect(ids).toContain(device);
  }
});
