import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../../gateway/domain/signal.ts';
import { startMosquitto } from '../../parts/mosquitto.ts';
import { BROKERS, connectDevice, EVENT, event, startAdapter } from './parts.ts';

const idsOf = (reports: readonly Report[]): readonly (string | undefined)[] =>
  reports.map((report) => (report.kind === 'signal' ? report.id : undefined));
const numbers = (from: number, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => String(from + index));

describe('embedded', () => {
  it('acknowledges a message to the device only once the intake has it', async ({ onTestFinished }) => {
    const { intake, url } = await startAdapter(onTestFinished);
    const device = await connectDevice(onTestFinished, url);
    intake.hold();
    let isAcknowledged = false;
    const published = device.publishAsync(EVENT, event(1), { qos: 1 }).then(() => {
      isAcknowledged = true;
    });
    await intake.until(() => intake.batches.length === 1);
    await answersAPing(device); // a round trip on the same connection: an acknowledgement would have come before it
    expect(isAcknowledged).toBe(false);
    intake.release();
    await published;
    expect(idsOf(intake.accepted)).toEqual(['1']);
  });

  it('closes the connection when the journal refuses, and the device sends all of it again, in order', async ({
    onTestFinished,
  }) => {
    const { intake, adapter, url } = await startAdapter(onTestFinished);
    const device = await connectDevice(onTestFinished, url);
    intake.refuseNext(1);
    await Promise.all(numbers(1, 40).map((id) => device.publishAsync(EVENT, event(id), { qos: 1 })));
    expect([...new Set(idsOf(intake.accepted))]).toEqual(numbers(1, 40));
    expect(adapter.stats().refused).toBeGreaterThan(0);
  });
});

describe('mosquitto', () => {
  it('leaves a message with the broker until the intake has it', async ({ onTestFinished }) => {
    const broker = await startMosquitto(onTestFinished);
    const first = await startAdapter(onTestFinished, { url: broker.url });
    const device = await connectDevice(onTestFinished, broker.url);
    first.intake.hold();
    await device.publishAsync(EVENT, event(1), { qos: 1 });
    await first.intake.until(() => first.intake.batches.length === 1);
    // whoever takes over the session gets what was not acknowledged, and nothing else
    const second = await startAdapter(onTestFinished, { url: broker.url });
    await second.intake.until(() => second.intake.accepted.length === 1);
    expect(idsOf(second.intake.accepted)).toEqual(['1']);
  });

  it('gives nothing again that was acknowledged', async ({ onTestFinished }) => {
    const broker = await startMosquitto(onTestFinished);
    const first = await startAdapter(onTestFinished, { url: broker.url });
    const device = await connectDevice(onTestFinished, broker.url);
    await Promise.all(numbers(1, 300).map((id) => device.publishAsync(EVENT, event(id), { qos: 1 })));
    await first.intake.until(() => first.intake.accepted.length === 300);
    await first.adapter.stop();
    const second = await startAdapter(onTestFinished, { url: broker.url });
    await device.publishAsync(EVENT, event('next'), { qos: 1 });
    await second.intake.until(() => second.intake.accepted.length > 0);
    expect(idsOf(second.intake.accepted)).toEqual(['next']);
  });

  it('gets from the broker again what the journal refused, in order', async ({ onTestFinished }) => {
    const { intake, adapter, url } = await BROKERS.mosquitto(onTestFinished);
    const device = await connectDevice(onTestFinished, url);
    intake.refuseNext(2);
    await Promise.all(numbers(1, 40).map((id) => device.publishAsync(EVENT, event(id), { qos: 1 })));
    await intake.until(() => idsOf(intake.accepted).includes('40'));
    expect([...new Set(idsOf(intake.accepted))]).toEqual(numbers(1, 40));
    expect(adapter.stats().refused).toBeGreaterThan(0);
  });

  it('gets what came while the broker was away from its devices and while it was away itself', async ({
    onTestFinished,
  }) => {
    const broker = await startMosquitto(onTestFinished);
    const { intake, adapter } = await startAdapter(onTestFinished, { url: broker.url });
    const device = await connectDevice(onTestFinished, broker.url);
    await device.publishAsync(EVENT, event(1), { qos: 1 });
    await intake.until(() => intake.accepted.length === 1);
    await broker.kill();
    const published = device.publishAsync(EVENT, event(2), { qos: 1 });
    await broker.restart();
    await published;
    await intake.until(() => intake.accepted.length === 2);
    expect(idsOf(intake.accepted)).toEqual(['1', '2']);
    expect(adapter.isConnected()).toBe(true);
  });

  it('starts although the broker is away, and finds it when it comes', async ({ onTestFinished }) => {
    const broker = await startMosquitto(onTestFinished);
    await broker.kill();
    const { intake, adapter } = await startAdapter(onTestFinished, { url: broker.url });
    expect(adapter.isConnected()).toBe(false);
    expect(await adapter.commands.send('yz-fence-k812', { name: 'test', args: {} }, 1_000)).toMatchObject({
      ok: false,
      error: { reason: 'not-connected' },
    });
    await broker.restart();
    const device = await connectDevice(onTestFinished, broker.url);
    while (!adapter.isConnected()) await wait(20); // nothing to wait for but the state itself
    await device.publishAsync(EVENT, event(1), { qos: 1 });
    await intake.until(() => intake.accepted.length === 1);
  });
});

describe.each(Object.entries(BROKERS))('%s', (_name, start) => {
  it('stops reading while the journal stalls, and loses nothing', async ({ onTestFinished }) => {
    const { intake, adapter, url } = await start(onTestFinished);
    const devices = await Promise.all(numbers(1, 20).map(() => connectDevice(onTestFinished, url)));
    intake.hold();
    const published = devices.flatMap((device, index) =>
      numbers(index * 300, 300).map((id) => device.publishAsync(EVENT, event(id), { qos: 1 })),
    );
    const most = await standstill(() => adapter.stats().waiting);
    expect(most).toBeGreaterThanOrEqual(2_000);
    expect(most).toBeLessThanOrEqual(2_000 + Math.ceil(70_000 / event(1).length)); // one piece of a stream more
    intake.release();
    await Promise.all(published);
    await intake.until(() => new Set(idsOf(intake.accepted)).size === 6_000);
    expect(Math.max(...intake.batches.map(({ length }) => length))).toBeLessThanOrEqual(512);
  });

  it('keeps the order of each device among many', async ({ onTestFinished }) => {
    const { intake, url } = await start(onTestFinished);
    const names = numbers(1, 8).map((number) => `fence-${number}`);
    const devices = await Promise.all(names.map(() => connectDevice(onTestFinished, url)));
    await Promise.all(
      devices.flatMap((device, index) =>
        numbers(1, 200).map((id) => device.publishAsync(`fengsui/v1/${names[index]}/event`, event(id), { qos: 1 })),
      ),
    );
    await intake.until(() => intake.accepted.length === 1_600);
    for (const name of names) {
      const own = intake.accepted.filter((report) => report.kind === 'signal' && report.device === name);
      expect(idsOf(own)).toEqual(numbers(1, 200));
    }
  });

  it('answers what it has read before it stops', async ({ onTestFinished }) => {
    const { intake, adapter, url } = await start(onTestFinished);
    const device = await connectDevice(onTestFinished, url);
    intake.hold();
    const published = device.publishAsync(EVENT, event(1), { qos: 1 });
    await intake.until(() => intake.batches.length === 1);
    const stopped = adapter.stop();
    intake.release();
    await Promise.all([published, stopped]);
    expect(adapter.stats()).toMatchObject({ accepted: 1, refused: 0, waiting: 0 });
  });
});

/** The value once it has stood still for a while: the one thing here that no event tells. */
async function standstill(read: () => number): Promise<number> {
  for (let last = -1, times = 0; ; last = read(), await wait(20)) {
    times = read() === last ? times + 1 : 0;
    if (times === 20) return last;
  }
}

/** The device pings and gets its answer: all that the broker wrote before that has come. */
function answersAPing(device: {
  sendPing(): void;
  on(event: 'packetreceive', seen: (packet: { cmd: string }) => void): unknown;
}): Promise<void> {
  return new Promise((resolve) => {
    device.on('packetreceive', ({ cmd }) => {
      if (cmd === 'pingresp') resolve();
    });
    device.sendPing();
  });
}
