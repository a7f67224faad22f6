import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect, type IClientOptions, type IConnackPacket } from 'mqtt';
import packets, { type Packet } from 'mqtt-packet';
import { expect, it } from 'vitest';
import { EVENT, event, startAdapter } from './parts.ts';

type Cleanup = (fn: () => Promise<void>) => void;
const FIVE = { protocolVersion: 5 };

/** A connection that has said CONNECT and got its answer. */
async function rawConnection(onTestFinished: Cleanup, url: string): Promise<Socket> {
  const socket = connectTcp(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(async () => void socket.destroy());
  const connect = { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 5, clientId: 'x', clean: true } as const;
  socket.write(packets.generate({ ...connect, keepalive: 0 }));
  await once(socket, 'data');
  return socket;
}

/** A client of MQTT 5 and the CONNACK that it got. */
async function connected(onTestFinished: Cleanup, url: string, options: IClientOptions = {}) {
  const client = connect(url, { protocolVersion: 5, reconnectPeriod: 0, ...options });
  onTestFinished(() => client.endAsync(true));
  const connack = await new Promise<IConnackPacket>((resolve) => client.once('connect', resolve));
  return { client, connack };
}

it('says in the CONNACK what is not there, and gives a client without an id one', async ({ onTestFinished }) => {
  const { url } = await startAdapter(onTestFinished);
  const { connack } = await connected(onTestFinished, url, { clientId: '', clean: true });
  expect(connack).toMatchObject({
    reasonCode: 0,
    sessionPresent: false,
    properties: {
      sharedSubscriptionAvailable: false,
      subscriptionIdentifiersAvailable: false,
      assignedClientIdentifier: expect.stringMatching(/^assigned-/),
    },
  });
});

it('takes messages with properties, and leaves the properties out', async ({ onTestFinished }) => {
  const { intake, url } = await startAdapter(onTestFinished);
  const { client } = await connected(onTestFinished, url);
  const properties = { contentType: 'application/json', userProperties: { maker: 'x' }, messageExpiryInterval: 60 };
  await Promise.all(
    Array.from({ length: 500 }, (_, id) => client.publishAsync(EVENT, event(id), { qos: 1, properties })),
  );
  expect(intake.accepted).toMatchObject(Array.from({ length: 500 }, (_, id) => ({ kind: 'signal', id: String(id) })));
});

it('resumes a session with an expiry, and starts a clean one where the client asks for that', async ({
  onTestFinished,
}) => {
  const { url } = await startAdapter(onTestFinished);
  const session = { clientId: 'door', properties: { sessionExpiryInterval: 3_600 } };
  const first = await connected(onTestFinished, url, { ...session, clean: true });
  await first.client.subscribeAsync('fengsui/v1/door/command', { qos: 1 });
  await first.client.endAsync();
  const second = await connected(onTestFinished, url, { ...session, clean: false });
  expect(second.connack.sessionPresent).toBe(true);
  await second.client.endAsync();
  const third = await connected(onTestFinished, url, { ...session, clean: true });
  expect(third.connack.sessionPresent).toBe(false);
  await third.client.endAsync();
  const brief = await connected(onTestFinished, url, { clientId: 'door', clean: false });
  expect(brief.connack.sessionPresent).toBe(false);
});

it('keeps a large message as a dead letter, acknowledges it, and reads on', async ({ onTestFinished }) => {
  const { intake, url } = await startAdapter(onTestFinished);
  const socket = await rawConnection(onTestFinished, url); // mqtt.js keeps to the limit that it was told
  const publish = (messageId: number, payload: string) =>
    packets.generate({ cmd: 'publish', topic: EVENT, payload, qos: 1, messageId, retain: false, dup: false }, FIVE);
  const answers = packets.parser(FIVE);
  socket.on('data', (chunk: Buffer) => answers.parse(chunk));
  const acknowledged: (number | undefined)[] = [];
  answers.on('packet', ({ messageId }: Packet) => acknowledged.push(messageId));
  socket.write(publish(1, 'x'.repeat(300_000)));
  socket.write(publish(2, event('next')));
  while (acknowledged.length < 2) await once(answers, 'packet');
  expect(acknowledged).toEqual([1, 2]);
  expect(intake.accepted).toMatchObject([
    { kind: 'dead-letter', topic: EVENT, fault: { reason: 'too-large' } },
    { kind: 'signal', id: 'next' },
  ]);
});

it.each([
  [
    'a topic alias',
    { cmd: 'publish', topic: '', payload: 'x', qos: 0, retain: false, dup: false, properties: { topicAlias: 1 } },
  ],
  ['an extended authentication', { cmd: 'auth', reasonCode: 0x18, properties: { authenticationMethod: 'x' } }],
] as const)('ends a connection that uses %s', async (_what, packet) => {
  const ends: (() => Promise<void>)[] = [];
  const { url } = await startAdapter((end) => ends.push(end));
  const socket = await rawConnection((end) => ends.push(end), url);
  socket.resume().write(packets.generate(packet as Packet, FIVE));
  await once(socket, 'close');
  for (const end of ends.reverse()) await end();
});

it('lets the last will speak when the device leaves with that reason', async ({ onTestFinished }) => {
  const { intake, url } = await startAdapter(onTestFinished);
  const will = { topic: 'fengsui/v1/door/status', payload: Buffer.from('offline'), qos: 1 as const, retain: true };
  const { client } = await connected(onTestFinished, url, { will });
  await client.endAsync(false, { reasonCode: 0x04 });
  await intake.until(() => intake.accepted.length === 1);
  expect(intake.accepted).toMatchObject([{ kind: 'status', online: false }]);
});
