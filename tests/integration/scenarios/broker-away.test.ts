import pino from 'pino';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openCityDesk } from '../../../bench/city-desk.ts';
import { loadCatalogue } from '../../../config/catalogue.ts';
import { ownDevice } from '../../../gateway/desk/broker-watch.ts';
import { watchSilence } from '../../../gateway/heart-rules.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

const STARTS_AT = Date.parse('2026-06-18T15:00:00+08:00');
const DEVICES = 1_000;

/** A thousand sensors that count as gone after a minute of silence, and the gateway that speaks of its broker. */
async function city() {
  const sensors = Array.from({ length: DEVICES }, (_, at) => ({
    id: `sensor-${at}`,
    kind: 'sensor' as const,
    profile: 'fengsui',
    name: `传感器 ${at}`,
    region: '360902001000',
    place: {},
    settings: { offlineAfterS: 60 },
    enabled: true,
  }));
  const { version: _, ...own } = ownDevice('360900000000');
  const folder = await temporaryFolder(onTestFinished);
  const options = { folder, startsAt: STARTS_AT, devices: [...sensors, own] };
  const desk = await openCityDesk(options, onTestFinished);
  await desk.intake.accept(sensors.map(({ id }) => ({ kind: 'status', device: id, online: true })));
  const broker = { isThere: true };
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const { intake, registry, clock } = desk;
  const isBrokerThere = () => broker.isThere;
  const log = pino({ level: 'silent' });
  onTestFinished(
    watchSilence({ catalogue: loadCatalogue(), registry, intake, isBrokerThere, now: () => clock.now, log }),
  );
  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second += 1) {
      clock.now += 1_000;
      await vi.advanceTimersByTimeAsync(1_000);
      await intake.settle();
    }
  };
  /** Once all that is on its way is durable: an answer to a further word of each device says so. */
  const alarms = async () => {
    await intake.accept([{ kind: 'signal', device: own.id, type: 'device.tamper', active: false }]);
    return vi.waitFor(() => desk.alarms());
  };
  return { broker, pass, alarms, sensors };
}

it('a broker that is away is one alarm, not a thousand, and ends when it is back', async () => {
  const { broker, pass, alarms } = await city();
  broker.isThere = false;
  await pass(180);
  expect(await alarms()).toMatchObject([{ type: 'device.network', device: 'fengsui-gateway', condition: 'active' }]);
  broker.isThere = true;
  await pass(5);
  expect(await alarms()).toMatchObject([{ type: 'device.network', condition: 'cleared' }]);
});

it('devices that stay silent although the broker is there are gone: one incident of their township', async () => {
  const { pass, alarms } = await city();
  await pass(70);
  const gone = await vi.waitFor(async () => {
    const all = (await alarms()).filter(({ type }) => type === 'device.offline');
    expect(all).toHaveLength(DEVICES);
    return all;
  });
  expect(new Set(gone.map(({ incident }) => incident)).size).toBe(1);
});
