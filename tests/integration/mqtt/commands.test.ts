import type { MqttClient } from 'mqtt';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { COMMANDS_MAX } from '../../../adapters/mqtt/commands.ts';
import { BROKERS, connectDevice } from './parts.ts';

const DOOR = 'fengsui/v1/yz-door-1';
const Command = z.object({
  id: z.string(),
  name: z.string(),
  args: z.record(z.string(), z.unknown()),
  expiresAt: z.iso.datetime(),
});
type Command = z.infer<typeof Command>;

/** A door that does as it is told: `answer` gives its reply, or undefined for none. */
async function obey(door: MqttClient, answer: (command: Command) => string | undefined): Promise<Command[]> {
  const heard: Command[] = [];
  door.on('message', (_topic, payload) => {
    const command = Command.parse(JSON.parse(payload.toString()));
    heard.push(command);
    const reply = answer(command);
    if (reply !== undefined) door.publish(`${DOOR}/reply`, reply, { qos: 1 });
  });
  await door.subscribeAsync(`${DOOR}/command`, { qos: 1 });
  return heard;
}

const reply = (id: string, more: Readonly<Record<string, unknown>> = { ok: true }): string =>
  JSON.stringify({ id, ...more });

describe.each(Object.entries(BROKERS))('%s', (_name, start) => {
  it('brings a command to the device and its answer back', async ({ onTestFinished }) => {
    const { intake, adapter, url } = await start(onTestFinished);
    const door = await connectDevice(onTestFinished, url);
    const heard = await obey(door, ({ id, args }) => reply(id, { ok: true, result: { openedS: args['seconds'] } }));
    const sentAt = Date.now();
    const answer = await adapter.commands.send('yz-door-1', { name: 'open', args: { seconds: 5 } }, 5_000);
    expect(answer).toEqual({ ok: true, value: { id: heard[0]?.id, ok: true, result: { openedS: 5 } } });
    expect(heard).toMatchObject([{ name: 'open', args: { seconds: 5 } }]);
    expect(Date.parse(heard[0]?.expiresAt ?? '')).toBeGreaterThanOrEqual(sentAt + 5_000);
    expect(intake.accepted).toEqual([]); // a reply is no news about the world
  });

  it('says so when the device refuses, when it is silent, and counts the answer that comes too late', async ({
    onTestFinished,
  }) => {
    const { adapter, url } = await start(onTestFinished);
    const door = await connectDevice(onTestFinished, url);
    const heard = await obey(door, ({ id, name }) =>
      name === 'open' ? reply(id, { ok: false, error: '门磁故障' }) : undefined,
    );
    expect(await adapter.commands.send('yz-door-1', { name: 'open', args: {} }, 5_000)).toMatchObject({
      value: { ok: false, error: '门磁故障' },
    });
    expect(await adapter.commands.send('yz-door-1', { name: 'sleep', args: {} }, 200)).toEqual({
      ok: false,
      error: { reason: 'no-answer', text: 'no reply within 200 ms' },
    });
    await door.publishAsync(`${DOOR}/reply`, reply(heard[1]?.id ?? ''), { qos: 1 });
    await door.publishAsync(`${DOOR}/event`, '{"type":"after"}', { qos: 1 }); // goes behind it on the same way
    await expect.poll(() => adapter.stats().lateReplies).toBe(1);
  });

  it('takes no answer from another device, and keeps one that it cannot read as a dead letter', async ({
    onTestFinished,
  }) => {
    const { intake, adapter, url } = await start(onTestFinished);
    const door = await connectDevice(onTestFinished, url);
    await obey(door, ({ id }) => {
      door.publish('fengsui/v1/yz-door-2/reply', reply(id), { qos: 1 });
      door.publish(`${DOOR}/reply`, reply(id, { ok: 'yes' }), { qos: 1 });
      return undefined;
    });
    expect(await adapter.commands.send('yz-door-1', { name: 'open', args: {} }, 300)).toMatchObject({
      error: { reason: 'no-answer' },
    });
    await intake.until(() => intake.accepted.length === 1);
    expect(intake.accepted).toMatchObject([
      {
        kind: 'dead-letter',
        device: 'yz-door-1',
        fault: { reason: 'wrong-type', field: 'ok', expected: 'true or false' },
      },
    ]);
    expect(adapter.stats().lateReplies).toBe(1);
  });

  it('sends nothing to what takes no commands, and no more at once than it can remember', async ({
    onTestFinished,
  }) => {
    const { adapter } = await start(onTestFinished);
    const send = (device: string, timeoutMs: number) =>
      adapter.commands.send(device, { name: 'x', args: {} }, timeoutMs);
    expect(await send('camera-k812', 100)).toMatchObject({ error: { reason: 'not-supported' } });
    const many = Array.from({ length: COMMANDS_MAX }, () => send('yz-door-1', 400));
    expect(await send('yz-door-1', 400)).toMatchObject({ error: { reason: 'not-connected' } });
    for (const answer of await Promise.all(many)) expect(answer).toMatchObject({ error: { reason: 'no-answer' } });
  });
});
