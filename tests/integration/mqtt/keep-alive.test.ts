import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { loadCodecs } from '../../../adapters/codec/load-codecs.ts';
import { CommandDesk } from '../../../adapters/mqtt/commands.ts';
import { connectOutside } from '../../../adapters/mqtt/outside.ts';
import { Reader } from '../../../adapters/mqtt/reader.ts';
import { houseOf } from '../../parts/codec-house.ts';
import { startMosquitto } from '../../parts/mosquitto.ts';
import { connectDevice, EVENT, event, log } from './parts.ts';
import { directory, RecordingIntake } from './recording-intake.ts';

it('stays with the broker for several keep-alive times while nothing can be read', async ({ onTestFinished }) => {
  const { url } = await startMosquitto(onTestFinished, ['max_inflight_messages 0']);
  const intake = new RecordingIntake();
  const commands = new CommandDesk({ directory, now: Date.now, publish: () => undefined });
  const reader = new Reader({ codecs: await loadCodecs(), house: houseOf(), directory, commands, log, now: Date.now });
  const ports = { url, clientId: 'gateway', username: undefined, password: undefined, reader, intake, log };
  const broker = await connectOutside({ ...ports, filters: ['fengsui/v1/+/event'], keepAliveS: 1 });
  onTestFinished(async () => {
    intake.release();
    await broker.stop();
  });
  const device = await connectDevice(onTestFinished, url);
  intake.hold();
  await Promise.all(Array.from({ length: 5_000 }, (_, id) => device.publishAsync(EVENT, event(id), { qos: 1 })));
  await expect.poll(() => broker.window.waiting).toBeGreaterThanOrEqual(2_000);
  await wait(4_000); // time itself is what is tried: mosquitto drops a client after 1.5 s of silence here
  expect(broker.isConnected()).toBe(true);
  intake.release();
  await intake.until(() => intake.accepted.length >= 5_000);
  expect(intake.accepted).toHaveLength(5_000); // not one came twice: the connection is the same
});
