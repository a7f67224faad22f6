import { describe, expect, it } from 'vitest';
import { BROKERS, connectDevice, EVENT, event, startAdapter } from './parts.ts';

const FENCE = 'fengsui/v1/yz-fence-k812';

describe.each(Object.entries(BROKERS))('%s', (name, start) => {
  it('acknowledges a message that nobody can read once its dead letter is kept, and takes the next good one', async ({
    onTestFinished,
  }) => {
    const { intake, adapter, url } = await start(onTestFinished);
    const device = await connectDevice(onTestFinished, url);
    await device.publishAsync(EVENT, '{"type":"x","active":"yes","at":"24/11/2026 12:30"}', { qos: 1 });
    await device.publishAsync(EVENT, Buffer.from([0xff, 0xfe]), { qos: 1 });
    await device.publishAsync(`${FENCE}/status`, 'asleep', { qos: 1 });
    await device.publishAsync(EVENT, event('good'), { qos: 1 });
    await intake.until(() => intake.accepted.length === 4);
    expect(intake.accepted).toMatchObject([
      { kind: 'dead-letter', fault: { reason: 'bad-time', field: 'at' }, others: [{ field: 'active' }] },
      { kind: 'dead-letter', fault: { reason: 'not-utf8' }, payload: '//4=' },
      { kind: 'dead-letter', fault: { reason: 'unknown-code', expected: 'online or offline' } },
      { kind: 'signal', id: 'good', device: 'yz-fence-k812' },
    ]);
    await expect
      .poll(() => adapter.stats())
      .toMatchObject({ received: 4, accepted: 4, deadLettered: 3, refused: 0, waiting: 0 });
  });

  it('keeps a dead letter of a huge message, acknowledges it, and takes the next good one', async ({
    onTestFinished,
  }) => {
    const { intake, url } = await start(onTestFinished);
    const device = await connectDevice(onTestFinished, url);
    await device.publishAsync(EVENT, 'x'.repeat(700_000), { qos: 1 });
    await device.publishAsync(EVENT, event('good'), { qos: 1 });
    await intake.until(() => intake.accepted.length === 2);
    expect(intake.accepted).toMatchObject([
      {
        kind: 'dead-letter',
        topic: EVENT,
        fault: { reason: 'too-large', value: '700000 bytes', expected: 'at most 262144 bytes' },
        payload: expect.stringMatching(/^x{4000}/),
      },
      { kind: 'signal', id: 'good' },
    ]);
  });

  it('knows a device that leaves without a word by its last will', async ({ onTestFinished }) => {
    const { intake, url } = await start(onTestFinished);
    const will = { topic: `${FENCE}/status`, payload: Buffer.from('offline'), qos: 1, retain: true } as const;
    const device = await connectDevice(onTestFinished, url, { will, reconnectPeriod: 0 });
    await device.publishAsync(`${FENCE}/status`, 'online', { qos: 1, retain: true });
    device.stream.destroy();
    await intake.until(() => intake.accepted.length === 2);
    expect(intake.accepted).toMatchObject([
      { kind: 'status', device: 'yz-fence-k812', online: true },
      { kind: 'status', device: 'yz-fence-k812', online: false },
    ]);
  });

  it('hears what a device says at QoS 0 and at QoS 2 as well', async ({ onTestFinished }) => {
    const { intake, url } = await start(onTestFinished);
    const device = await connectDevice(onTestFinished, url);
    await device.publishAsync(EVENT, event(0), { qos: 0 });
    await device.publishAsync(EVENT, event(2), { qos: 2 });
    await intake.until(() => intake.accepted.length === 2);
    expect(intake.accepted).toMatchObject([{ id: '0' }, { id: '2' }]);
  });

  it('ends device.clock.off with the first good time', async ({ onTestFinished }) => {
    const { intake, url } = await start(onTestFinished);
    const device = await connectDevice(onTestFinished, url);
    await device.publishAsync(`${FENCE}/telemetry`, '{"at":"1970-01-01T00:00:12Z","values":{"kv":6}}', { qos: 1 });
    await device.publishAsync(`${FENCE}/telemetry`, JSON.stringify({ at: new Date(), values: { kv: 6 } }), { qos: 1 });
    await intake.until(() => intake.accepted.length === 4);
    expect(intake.accepted.filter(({ kind }) => kind === 'signal')).toMatchObject([
      { type: 'device.clock.off', active: true },
      { type: 'device.clock.off', active: false },
    ]);
  });

  if (name === 'embedded') {
    it('keeps a dead letter of a topic that nobody knows, and of no command that a device gives', async ({
      onTestFinished,
    }) => {
      const { intake, url } = await start(onTestFinished);
      const device = await connectDevice(onTestFinished, url);
      await device.publishAsync('a-topic/of-nobody', '{}', { qos: 1 });
      const closed = new Promise<void>((resolve) => device.once('close', () => resolve()));
      device.publish(`${FENCE}/command`, '{"id":"1","name":"open","args":{}}', { qos: 0 });
      await closed;
      expect(intake.accepted).toMatchObject([{ kind: 'dead-letter', fault: { reason: 'unknown-topic' } }]);
    });
  } else {
    it('takes what the broker had kept for old news', async ({ onTestFinished }) => {
      const { intake, adapter, url } = await start(onTestFinished);
      const device = await connectDevice(onTestFinished, url);
      await device.publishAsync(EVENT, event('kept'), { qos: 1, retain: true });
      await intake.until(() => intake.accepted.length === 1);
      await adapter.stop();
      const again = await startAdapter(onTestFinished, { url });
      await again.intake.until(() => again.intake.accepted.length === 1);
      expect(intake.accepted[0]).not.toHaveProperty('isReplay');
      expect(again.intake.accepted).toMatchObject([{ id: 'kept', isReplay: true }]);
    });
  }
});
