import { randomUUID } from 'node:crypto';
import { connectAsync } from 'mqtt';
import type { MqttMessage } from '../family.ts';
import type { Mouth } from './mouth.ts';

export type MqttEnd = Readonly<{ url: string; username?: string; password?: string }>;
/** Where it listens, and what it answers there. */
export type Obeying = Readonly<{ topic: string; answer: (heard: MqttMessage) => readonly MqttMessage[] }>;

export async function openMqtt({ url, ...login }: MqttEnd, obeying?: Obeying): Promise<Mouth<MqttMessage>> {
  const client = await connectAsync(url, { clientId: `sim-${randomUUID().slice(0, 8)}`, ...login }, false);
  client.on('error', () => undefined); // it connects again by itself
  const say = async ({ topic, payload, retain = false, qos = 1 }: MqttMessage): Promise<void> => {
    await client.publishAsync(topic, Buffer.from(payload), { qos, retain });
  };
  if (obeying !== undefined) {
    client.on('message', (topic, payload) => {
      for (const answer of answersTo(obeying, { topic, payload })) void say(answer);
    });
    await client.subscribeAsync(obeying.topic, { qos: 1 });
  }
  return { say, close: () => client.endAsync() };
}

/** What it cannot read goes unanswered, as with a real one. */
function answersTo({ answer }: Obeying, heard: MqttMessage): readonly MqttMessage[] {
  try {
    return answer(heard);
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
