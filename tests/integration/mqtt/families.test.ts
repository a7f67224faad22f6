import { connectAsync, type MqttClient } from 'mqtt';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { z } from 'zod';
import { type Alarm, AlarmPage } from '../../../gateway/http/contract/alarms.ts';
import { DeadLetterPage } from '../../../gateway/http/contract/dead-letters.ts';
import { type RunningGateway, startGateway } from '../../parts/gateway.ts';
import { allSamples, type FamilySamples, type SampleCase } from '../../parts/payload-samples.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

const families = allSamples()
  .map((samples) => ({ ...samples, cases: samples.cases.filter(({ transport }) => transport === 'mqtt') }))
  .filter(({ cases }) => cases.length > 0);

async function house(
  env: Readonly<Record<string, string>> = {},
): Promise<{ gateway: RunningGateway; device: MqttClient }> {
  const gateway = await startGateway({ dataDir: await temporaryFolder(onTestFinished), env }, onTestFinished);
  await gateway.signIn();
  const device = await connectAsync(gateway.mqttUrl);
  onTestFinished(async () => void device.end(true));
  return { gateway, device };
}

/** By configuration alone: each device of the family by one call, then its messages over MQTT. */
async function register(gateway: RunningGateway, { devices }: FamilySamples): Promise<void> {
  for (const { id, version: _version, ...record } of devices)
    await gateway.call('PUT', `/api/v1/devices/${id}`, record);
}

const alarmsOf = async (gateway: RunningGateway): Promise<readonly z.infer<typeof Alarm>[]> =>
  AlarmPage.parse(await gateway.call('GET', '/api/v1/alarms?limit=200')).items;
const lettersOf = async (gateway: RunningGateway) =>
  DeadLetterPage.parse(await gateway.call('GET', '/api/v1/dead-letters?limit=200')).items;

async function send(device: MqttClient, samples: FamilySamples, { file, topic }: SampleCase): Promise<void> {
  await device.publishAsync(topic, samples.bytes(file), { qos: 1 });
}

const isWrong = (sample: SampleCase): sample is SampleCase & { error: NonNullable<SampleCase['error']> } =>
  sample.error !== undefined && sample.result === undefined;

describe('a device of each family, registered over HTTP and speaking over MQTT', () => {
  it('raises what its samples say, and keeps what they get wrong', async () => {
    const { gateway, device } = await house();
    for (const samples of families) {
      await register(gateway, samples);
      for (const sample of samples.cases) {
        await send(device, samples, sample);
        const told = `${samples.family}/${sample.file}`;
        for (const { device: of, type, active } of sample.result?.signals ?? []) {
          if (active === false || sample.retain) continue;
          expect(await alarmsOf(gateway), told).toContainEqual(expect.objectContaining({ device: of, type }));
        }
        if (isWrong(sample)) {
          const { reason, field, expected, value } = sample.error;
          const [letter] = await lettersOf(gateway);
          expect(letter, told).toMatchObject({ reason, field, expected, value: String(value ?? '') });
        }
      }
    }
    // besides what the samples get wrong, the two words of an edge node that nobody has registered
    const letters = (await lettersOf(gateway)).filter(({ value }) => value !== 'yz-tower-3');
    expect(letters).toHaveLength(families.flatMap(({ cases }) => cases).filter(isWrong).length);
  }, 60_000);

  it('knows a family that is one YAML file', async () => {
    const { gateway, device } = await house({ FENGSUI_MQTT_PROFILES_DIR: 'tests/fixtures/profiles' });
    const mast = { kind: 'railway', profile: 'weather-mast', name: '气象杆', region: '360902102000', place: {} };
    await gateway.call('PUT', '/api/v1/devices/yz-mast', { ...mast, aliases: ['M7'] });
    const report = { seq: 7, time: '2026-11-24T12:30:06+08:00', wind_ms: 11.5, water_mm: 420, upright: true };
    await device.publishAsync('mast/M7/report', JSON.stringify(report), { qos: 1 });
    expect(await alarmsOf(gateway)).toMatchObject([{ device: 'yz-mast', type: 'railway.flood', condition: 'active' }]);
  });
});
