import type { IClientOptions, MqttClient } from 'mqtt';
import { describe, expect, it } from 'vitest';
import { event } from './parts.ts';
import { startSecured } from './secured.ts';

const FENCE = 'yz-fence-k812';
const topic = (device: string, leaf: string): string => `fengsui/v1/${device}/${leaf}`;

const closing = (client: MqttClient): Promise<void> => new Promise((resolve) => client.once('close', () => resolve()));

/** Both versions that devices speak, over real TLS. */
describe.each([4, 5] as const)('MQTT version %i of the protocol, signed in by TLS', (protocolVersion) => {
  const secured = async (onTestFinished: (fn: () => Promise<void>) => void) => {
    const broker = await startSecured(onTestFinished);
    const device = (id: string, options: IClientOptions = {}) => broker.signedIn(id, { protocolVersion, ...options });
    return { ...broker, device };
  };

  it('lets a device speak on its own topics, hear its own commands, and nothing else', async ({ onTestFinished }) => {
    const { intake, adapter, device } = await secured(onTestFinished);
    const fence = await device(FENCE);
    await fence.publishAsync(topic(FENCE, 'event'), event('own'), { qos: 1 });
    await fence.publishAsync(topic(FENCE, 'event'), event('own-2'), { qos: 2 });
    expect(intake.accepted).toMatchObject([{ id: 'own' }, { id: 'own-2' }]);
    expect(await fence.subscribeAsync(topic(FENCE, 'command'), { qos: 1 })).toMatchObject([{ qos: 1 }]);
    fence.on('message', (_topic, payload) => {
      fence.publish(topic(FENCE, 'reply'), JSON.stringify({ ...JSON.parse(payload.toString()), ok: true }), { qos: 1 });
    });
    expect(await adapter.commands.send(FENCE, { name: 'test', args: {} }, 5_000)).toMatchObject({ ok: true });
    for (const foreign of [topic('another', 'command'), 'fengsui/v1/+/command', '#', '$SYS/#'])
      await expect(fence.subscribeAsync(foreign)).rejects.toThrow();
    await fence.unsubscribeAsync(topic(FENCE, 'command'));
    const closed = closing(fence);
    fence.publish(topic('another', 'event'), event('forged'), { qos: 1 }).on('error', () => undefined);
    await closed;
    expect(intake.accepted.filter((report) => report.kind === 'signal')).toHaveLength(2);
    expect(adapter.stats()).toMatchObject({ publishesRefused: 1 });
  });

  it('lets nobody in with a guess, with no name, or with a last will on a topic of another', async ({
    onTestFinished,
  }) => {
    const { intake, adapter, device } = await secured(onTestFinished);
    await expect(device(FENCE, { password: 'a guess' })).rejects.toThrow(/[Nn]ot authorized/);
    await expect(device('', { username: '' })).rejects.toThrow(/[Nn]ot authorized/);
    const will = { topic: topic('another', 'status'), payload: Buffer.from('offline'), qos: 1 as const, retain: true };
    await expect(device(FENCE, { will })).rejects.toThrow(/[Nn]ot authorized/);
    expect(intake.accepted).toEqual([]);
    expect(adapter.stats()).toMatchObject({ signInsRefused: 3, retained: 0 });
  });

  it('speaks the last will of a device that dies, and not of one that says good-bye', async ({ onTestFinished }) => {
    const { intake, device } = await secured(onTestFinished);
    const will = { topic: topic(FENCE, 'status'), payload: Buffer.from('offline'), qos: 1 as const, retain: true };
    const polite = await device(FENCE, { will });
    await polite.endAsync();
    const doomed = await device(FENCE, { will });
    await doomed.publishAsync(topic(FENCE, 'status'), 'online', { qos: 1, retain: true });
    doomed.stream.destroy();
    await intake.until(() => intake.accepted.length === 2);
    expect(intake.accepted).toMatchObject([
      { kind: 'status', online: true },
      { kind: 'status', online: false },
    ]);
  });

  it('gives a client id to each device for itself: two of a factory do not throw each other out', async ({
    onTestFinished,
  }) => {
    const { intake, adapter, device } = await secured(onTestFinished);
    const [fence, other] = [
      await device(FENCE, { clientId: 'esp32' }),
      await device('zs-door-1', { clientId: 'esp32' }),
    ];
    await fence.publishAsync(topic(FENCE, 'event'), event('a'), { qos: 1 });
    await other.publishAsync(topic('zs-door-1', 'event'), event('b'), { qos: 1 });
    expect(intake.accepted).toHaveLength(2);
    const replaced = closing(fence);
    await device(FENCE, { clientId: 'esp32' }); // the same device: the older connection gives way
    await replaced;
    expect(other.connected).toBe(true);
    expect(adapter.stats()).toMatchObject({ connections: 2 });
  });

  it('turns a device out whose secret is no longer good', async ({ onTestFinished }) => {
    const { device, revoke } = await secured(onTestFinished);
    const [fence, other] = [await device(FENCE), await device('zs-door-1')];
    const closed = closing(fence);
    revoke(FENCE);
    await closed;
    expect(other.connected).toBe(true);
  });
});
