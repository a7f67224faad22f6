import { z } from 'zod';
import { type DeviceEvent, type DeviceOptions, MqttDevice } from './mqtt-device.ts';

/** Something that was called out, and when, in milliseconds since 1970. */
export type Call = Readonly<{ at: number; words: string }>;

/**
 * A loudspeaker (广播喊话): does `broadcast` of a stored `{ phrase }`, of `{ text }`, `{ tone }` or `{ file }`, and keeps what it
 * said.
 */
export type Loudspeaker = Readonly<{
  id: string;
  /** Says anything else that such a device may say. */
  report(event: DeviceEvent): Promise<void>;
  /** The last hundred calls, the oldest first. */
  said(): readonly Call[];
  stop(): Promise<void>;
  vanish(): Promise<void>;
}>;

const CALLS_MAX = 100;
const Words = z.string().min(1).max(200);
const Args = z.union([
  z.object({ phrase: Words }).transform(({ phrase }) => phrase),
  z.object({ text: Words }).transform(({ text }) => text),
  z.object({ tone: Words }).transform(({ tone }) => tone),
  z.object({ file: Words }).transform(({ file }) => file),
]);

export async function startLoudspeaker(options: DeviceOptions): Promise<Loudspeaker> {
  const calls: Call[] = [];
  const device = await MqttDevice.open(options, {
    broadcast: (args) => {
      const asked = Args.safeParse(args);
      if (!asked.success) throw new Error('expected phrase, text, tone or file, of 1 to 200 characters');
      calls.push({ at: device.now(), words: asked.data });
      if (calls.length > CALLS_MAX) calls.shift();
      return { said: asked.data };
    },
  });
  return {
    id: device.id,
    said: () => [...calls],
    report: (event) => device.event(event),
    stop: () => device.stop(),
    vanish: () => device.vanish(),
  };
}
