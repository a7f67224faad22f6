import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { QUEUE_MAX } from '../../../adapters/mqtt/command-queues.ts';
import { openSessionStore } from '../../../adapters/mqtt/session-store.ts';
import { matches, SESSIONS_MAX, Sessions } from '../../../adapters/mqtt/sessions.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

const COMMAND = 'fengsui/v1/door/command';
const START = Date.parse('2026-11-24T08:00:00Z');
const DAY = 86_400_000;

/** The broker's memory on a real file, with a clock that the test turns; `reopen` is a restart. */
async function memory(mayListen = (_client: string, _topic: string) => true) {
  const file = join(await temporaryFolder(onTestFinished), 'mqtt.sqlite');
  const clock = { now: START };
  const open = () => new Sessions(openSessionStore(file), () => clock.now, mayListen);
  let sessions = open();
  onTestFinished(() => sessions.close());
  const reopen = () => {
    sessions.close();
    sessions = open();
    return sessions;
  };
  return { sessions, clock, reopen };
}

let counter = 0;
const packet = (topic: string, body: unknown) => ({
  cmd: 'publish',
  brokerId: 'b',
  brokerCounter: ++counter,
  topic,
  payload: JSON.stringify(body),
  qos: 1 as const,
  retain: false,
  dup: false,
});
const command = (id: number, forMs = 60_000) =>
  packet(COMMAND, { id, expiresAt: new Date(START + forMs).toISOString() });

async function waiting(sessions: Sessions, id: string): Promise<readonly number[]> {
  const ids: number[] = [];
  for await (const { payload } of sessions.outgoingStream({ id })) ids.push(JSON.parse(String(payload)).id);
  return ids;
}

async function send(sessions: Sessions, ...packets: ReturnType<typeof packet>[]): Promise<void> {
  for (const one of packets) await sessions.outgoingEnqueueCombi(await sessions.subscriptionsByTopic(one.topic), one);
}

it('keeps the newest commands of a sleeping device, in order, and counts those that gave way', async () => {
  const { sessions, reopen } = await memory();
  await sessions.addSubscriptions({ id: 'door' }, [{ topic: COMMAND, qos: 1 }]);
  await send(sessions, ...Array.from({ length: QUEUE_MAX + 5 }, (_, id) => command(id)));
  const kept = Array.from({ length: QUEUE_MAX }, (_, index) => index + 5);
  expect(await waiting(sessions, 'door')).toEqual(kept);
  expect(sessions.counts().commandsDropped).toBe(5);
  expect(await waiting(reopen(), 'door')).toEqual(kept);
});

it('forgets a command when the device has acknowledged it, and when its time is over', async () => {
  const { sessions, clock, reopen } = await memory();
  await sessions.addSubscriptions({ id: 'door' }, [{ topic: COMMAND, qos: 1 }]);
  const [first, second, third] = [command(1), command(2, 1_000), command(3)];
  await send(sessions, first, second, third);
  await sessions.outgoingUpdate({ id: 'door' }, { ...first, messageId: 7 });
  expect(await sessions.outgoingClearMessageId({ id: 'door' }, { ...first, messageId: 7 })).toMatchObject({
    topic: COMMAND,
  });
  clock.now += 1_000;
  sessions.sweep(() => false);
  expect(sessions.counts().commandsExpired).toBe(1);
  expect(await waiting(reopen(), 'door')).toEqual([3]);
});

it('keeps nothing for a sleeping device but commands with a time of their own', async () => {
  const { sessions } = await memory();
  await sessions.addSubscriptions({ id: 'door' }, [
    { topic: COMMAND, qos: 1 },
    { topic: 'fengsui/v1/+/event', qos: 1 },
    { topic: '#', qos: 1 },
  ]);
  await send(sessions, packet('fengsui/v1/door/event', { id: 1 }), packet(COMMAND, { id: 2 }), packet(COMMAND, 'x'));
  expect(await waiting(sessions, 'door')).toEqual([]);
  expect(sessions.counts()).toMatchObject({ sessions: 1, commandsQueued: 0 });
});

it('restores only what the client may listen to', async () => {
  const { sessions } = await memory((_client, topic) => topic === COMMAND);
  await sessions.addSubscriptions({ id: 'door' }, [
    { topic: COMMAND, qos: 1 },
    { topic: 'fengsui/v1/another/command', qos: 1 },
  ]);
  expect(await sessions.subscriptionsByClient({ id: 'door' })).toEqual([{ topic: COMMAND, qos: 1 }]);
  expect(await sessions.subscriptionsByTopic('fengsui/v1/another/command')).toEqual([]);
});

it('forgets a session that a client gives up or leaves for a week, and not one that is in use', async () => {
  const { sessions, clock, reopen } = await memory();
  for (const id of ['left', 'used', 'given-up']) await sessions.addSubscriptions({ id }, [{ topic: COMMAND, qos: 1 }]);
  await sessions.cleanSubscriptions({ id: 'given-up' });
  clock.now += 7 * DAY + 1;
  sessions.sweep((client) => client === 'used');
  const again = reopen();
  expect(again.counts().sessions).toBe(1);
  expect(await again.subscriptionsByClient({ id: 'used' })).toHaveLength(1);
});

it('takes no more sessions than it names', async () => {
  const { sessions } = await memory();
  for (let index = 0; index < SESSIONS_MAX; index++) sessions.see(`client-${index}`);
  expect([sessions.mayKeep('client-0'), sessions.mayKeep('one more')]).toEqual([true, false]);
});

it('keeps a retained state over a restart until an empty one deletes it', async () => {
  const { sessions, reopen } = await memory();
  sessions.retain({ topic: 'fengsui/v1/door/status', payload: 'online', qos: 1 });
  sessions.retain({ topic: 'fengsui/v1/gone/status', payload: 'online', qos: 1 });
  sessions.retain({ topic: 'fengsui/v1/gone/status', payload: '', qos: 1 });
  const found = await reopen().createRetainedStreamCombi(['fengsui/v1/+/status']).toArray();
  expect(found).toMatchObject([{ topic: 'fengsui/v1/door/status', payload: Buffer.from('online'), retain: true }]);
});

it('remembers last wills of an earlier run, those of a planned stop among them', async () => {
  const { sessions, reopen } = await memory();
  await sessions.setup({ id: 'first-run' });
  const will = { ...packet('fengsui/v1/door/status', 'offline'), retain: true };
  await sessions.putWill({ id: 'door/1' }, { ...will });
  await sessions.putWill({ id: 'polite/1' }, { ...will });
  await sessions.delWill({ id: 'polite/1' });
  expect(await sessions.streamWill({}).toArray()).toEqual([]); // its own are for its own connections
  sessions.freeze();
  await sessions.delWill({ id: 'door/1' }); // the gateway stops, not the device
  const again = reopen();
  await again.setup({ id: 'second-run' });
  expect(await again.streamWill({}).toArray()).toMatchObject([{ clientId: 'door/1', topic: 'fengsui/v1/door/status' }]);
});

it.each([
  ['a/+/c', 'a/b/c', true],
  ['a/+', 'a', false],
  ['a/+', 'a/b/c', false],
  ['a/#', 'a', true],
  ['a/#', 'a/b/c', true],
  ['#', 'a/b', true],
  ['a/b', 'a/b', true],
  ['a/b', 'a/c', false],
  ['a/b/c', 'a/b', false],
])('filter %s on topic %s: %s', (filter, topic, is) => {
  expect(matches(filter, topic)).toBe(is);
});
